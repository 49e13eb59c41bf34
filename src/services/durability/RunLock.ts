// Who may spend on this data directory: one run, or the shards of one division, each held by a kernel lock.
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import { wholeInput } from "../items/Shard.ts"
import type { Shard } from "../items/Shard.ts"
import type { DataPaths } from "./DataDirectory.ts"
import { Disk } from "./Disk.ts"
import type { DiskError } from "./Disk.ts"
import { FileLock } from "./FileLock.ts"

/** The shards that runs may take beside one of that many; beside a run of the whole input, those of a division in two. */
const division = (of: number): string =>
  of <= 2 ? "--shard 1/2, --shard 2/2" : `--shard 1/${of} to --shard ${of}/${of}`

/** Another run works on items that this one would work on too: both would pay for them. */
export class RunBusy extends Schema.TaggedError<RunBusy>()("RunBusy", {
  root: Schema.String,
  held: Schema.Struct({ index: Schema.Int, of: Schema.Int }),
  /** Null for what is no run, and wants the data directory to itself. */
  wanted: Schema.NullOr(Schema.Struct({ index: Schema.Int, of: Schema.Int }))
}) {
  override get message(): string {
    const { held, root, wanted } = this
    const busy = `a run of shard ${shardName(held)} is at work on ${root}`
    return wanted === null
      ? `${busy}: wait for it to end`
      : `${busy}, so shard ${
        shardName(wanted)
      } would pay for its items again; wait for it to end, ` +
        `or give every run a shard of the same division (${division(held.of)})`
  }
}

const shardName = (shard: Shard): string => `${shard.index}/${shard.of}`
const lockPath = (data: DataPaths, shard: Shard): string =>
  `${data.raw}/.run-${shard.index}-of-${shard.of}.lock`
const lockPattern = /^\.run-(\d+)-of-(\d+)\.lock$/

/** Two shards of one division share no item; all else does. */
const disjoint = (a: Shard, b: Shard): boolean => a.of === b.of && a.index !== b.index

/**
 * Holds the shard (`1/1`: the whole input; null: the same, for what is no run) until the scope ends or the process dies.
 * The files stay: a lock file that is removed while somebody waits on it would let two in.
 */
export const acquireRunLock = (
  data: DataPaths,
  wanted: Shard | null
): Effect.Effect<void, RunBusy | DiskError, Disk | FileLock | Scope.Scope> =>
  Effect.gen(function*() {
    const shard = wanted ?? wholeInput
    const disk = yield* Disk
    const locks = yield* FileLock
    yield* disk.makeDirectory(data.raw)
    // Looking at the others' locks and taking one's own is one step: the lock of this file makes it so.
    const scope = yield* Effect.scope
    yield* Effect.scoped(Effect.gen(function*() {
      yield* locks.lock(yield* disk.open(`${data.raw}/.run.lock`, "update"))
      for (const name of yield* disk.list(data.raw)) {
        const other = shardOfLock(name)
        if (other === undefined || disjoint(other, shard)) continue
        if (yield* isHeld(disk, locks, `${data.raw}/${name}`)) {
          return yield* new RunBusy({ root: data.root, held: other, wanted })
        }
      }
      const own = yield* Scope.provide(disk.open(lockPath(data, shard), "update"), scope)
      yield* locks.lock(own)
    }))
  })

const shardOfLock = (name: string): Shard | undefined => {
  const match = lockPattern.exec(name)
  return match === null ? undefined : { index: Number(match[1]), of: Number(match[2]) }
}

/** Closing the handle gives back a lock that was free. */
const isHeld = (disk: Disk["Service"], locks: FileLock["Service"], path: string) =>
  Effect.scoped(Effect.gen(function*() {
    return !(yield* locks.tryLock(yield* disk.open(path, "update")))
  }))
