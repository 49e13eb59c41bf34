// The masters as a consolidation will leave them, staged beside the ones that stand.
import { Buffer } from "node:buffer"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import type { DataPaths } from "../durability/DataDirectory.ts"
import type { Disk, DiskError } from "../durability/Disk.ts"
import type { FileLock } from "../durability/FileLock.ts"
import { scanLines } from "../durability/Lines.ts"
import type { StagedFile } from "../durability/ReplaceFile.ts"
import { stage } from "../durability/ReplaceFile.ts"
import { MasterLine } from "./MasterLine.ts"
import type { MasterName, PerMaster, Survivors } from "./Survivors.ts"

export interface Draft {
  /** `updates` and `successes` get the same bytes. */
  readonly updates: StagedFile
  readonly successes: StagedFile
  readonly rejects: StagedFile
  /** Lines written so far. */
  kept: { masters: number; rejects: number }
  /** Makes what was written so far durable, so that the swap has less to wait for. */
  readonly sync: Effect.Effect<void, DiskError>
  /** Removes the temps now: another draft takes their place. */
  readonly discard: Effect.Effect<void>
}

const newline = 0x0a
/** Lines are copied by so many bytes a write, or one line where that is longer. */
const batchBytes = 1024 * 1024

/** Temps beside the masters; removed with the scope unless they were swapped in. */
export const makeDraft = Effect.fnUntraced(function*(
  data: DataPaths
): Effect.fn.Return<Draft, DiskError, Scope.Scope | Disk | FileLock> {
  const own = yield* Scope.fork(yield* Effect.scope)
  const [updates, successes, rejects] = yield* Scope.provide(
    Effect.all([stage(data.updates), stage(data.successes), stage(data.rejects)]),
    own
  )
  return {
    updates,
    successes,
    rejects,
    kept: { masters: 0, rejects: 0 },
    sync: Effect.forEach([updates, successes, rejects], (each) => each.sync, { discard: true }),
    discard: Scope.close(own, Exit.void)
  }
})

/** Copies the survivors of one file between two offsets. Answers how many. */
const copySurvivors = Effect.fnUntraced(function*(
  path: string,
  range: { readonly from: number; readonly to: number },
  survives: (line: MasterLine, offset: number) => boolean,
  targets: ReadonlyArray<StagedFile>
) {
  const master = new MasterLine()
  let copied = 0
  for (let from = range.from; from < range.to;) {
    let batch = Buffer.allocUnsafeSlow(batchBytes)
    let length = 0
    let next = range.to
    yield* scanLines(path, { from, to: range.to }, (line, offset) => {
      const kind = master.read(line)
      if (kind === "blank" || kind === "corrupt" || !survives(master, offset)) return
      const bytes = master.bytes
      if (length + bytes.length + 1 > batch.length) {
        if (length > 0) {
          next = offset
          return false
        }
        batch = Buffer.allocUnsafeSlow(bytes.length + 1)
      }
      length += bytes.copy(batch, length)
      batch[length++] = newline
      copied++
    })
    if (length > 0) {
      for (const target of targets) yield* target.append(batch.subarray(0, length))
    }
    from = next
  }
  return copied
})

/** Appends what survives of the masters between two sets of offsets, each at the start of a line. */
export const appendSurvivors = Effect.fnUntraced(function*(
  data: DataPaths,
  draft: Draft,
  survivors: Survivors,
  from: PerMaster,
  to: PerMaster
): Effect.fn.Return<void, DiskError, Disk> {
  const copy = (name: MasterName, targets: ReadonlyArray<StagedFile>) =>
    copySurvivors(
      data[name],
      { from: from[name], to: to[name] },
      (line, offset) => survivors.survives(name, line, offset),
      targets
    )
  const masters = [draft.updates, draft.successes]
  draft.kept.masters += yield* copy("updates", masters)
  draft.kept.masters += yield* copy("successes", masters)
  draft.kept.rejects += yield* copy("rejects", [draft.rejects])
  survivors.markWritten(to)
})
