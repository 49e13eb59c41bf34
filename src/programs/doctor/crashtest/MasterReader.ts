// A reader of a growing master that trusts nothing but bytes: every newline-terminated line must be whole and valid (I4).
//
// Gotchas: an unterminated end is nobody's line yet, and a recovery may replace it between two reads of one look. So a
// look goes up to the size that the file had, and a line that seems damaged is read once more before it counts.
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { Disk } from "../../../services/durability/Disk.ts"
import type { DiskError } from "../../../services/durability/Disk.ts"
import { recordIdOf, verifyLine } from "../../../services/durability/LineCodec.ts"
import { scanLines } from "../../../services/durability/Lines.ts"

export interface MasterReader {
  /** Looks at what was added since the last look. */
  readonly look: Effect.Effect<void, DiskError>
  /** Lines looked at, and how many of them are not valid. */
  readonly lines: () => number
  readonly invalid: () => number
  readonly bytes: () => number
}

const sizeOf = (disk: Disk["Service"], path: string) =>
  Effect.map(disk.stat(path), (found) => Option.isSome(found) ? found.value.size : 0)

export const makeMasterReader = Effect.fnUntraced(function*(path: string) {
  const disk = yield* Disk
  let from = 0
  let lines = 0
  let invalid = 0

  const scan = (start: number, visit: (line: Buffer, offset: number) => void | false) =>
    Effect.flatMap(
      sizeOf(disk, path),
      (to) =>
        Effect.provideService(
          scanLines(path, { from: start, to: Math.max(start, to) }, visit),
          Disk,
          disk
        )
    )

  const isInvalidStill = (offset: number) =>
    Effect.gen(function*() {
      let still = false
      yield* scan(offset, (line) => {
        still = verifyLine(line) !== "valid"
        return false
      })
      return still
    })

  const look = Effect.gen(function*() {
    const suspects: Array<number> = []
    const report = yield* scan(from, (line, offset) => {
      if (verifyLine(line) !== "valid") suspects.push(offset)
    })
    for (const offset of suspects) if (yield* isInvalidStill(offset)) invalid++
    lines += report.lines
    from += report.bytes
  })

  const reader: MasterReader = {
    look,
    lines: () => lines,
    invalid: () => invalid,
    bytes: () => from
  }
  return reader
})

export interface MasterContent {
  readonly ids: ReadonlySet<string>
  /** Record ids that stand more than once. */
  readonly duplicates: number
  readonly invalid: number
}

/** A whole master, read from its first byte. */
export const readMaster = Effect.fnUntraced(function*(path: string) {
  const ids = new Set<string>()
  let duplicates = 0
  let invalid = 0
  yield* scanLines(path, {}, (line) => {
    const id = verifyLine(line) === "valid" ? recordIdOf(line) : undefined
    if (id === undefined) invalid++
    else if (ids.has(id)) duplicates++
    else ids.add(id)
  })
  const content: MasterContent = { ids, duplicates, invalid }
  return content
})
