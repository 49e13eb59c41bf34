// The process that a crash test starts and kills: a writer over the real appender, or a try at a lock.
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as TimedDisk from "../../layers/TimedDisk.ts"
import { DataDirectory } from "../../services/durability/DataDirectory.ts"
import { DurableAppender } from "../../services/durability/DurableAppender.ts"
import { tryLockOf, writer } from "../doctor/crashtest/writer.ts"
import { withExitCodes } from "./failures.ts"
import { shardOf } from "./flags.ts"
import type { Options } from "./tree/crashtestWriter.ts"

/** The appender of a data directory, over a disk whose syncs are timed. */
const timed = (directory: string) => {
  let syncsUs: Array<number> = []
  const takeSyncTimes = (): ReadonlyArray<number> => {
    const taken = syncsUs
    syncsUs = []
    return taken
  }
  const layer = DurableAppender.layer.pipe(
    Layer.provideMerge(DataDirectory.layer(directory)),
    Layer.provide(TimedDisk.layer((microseconds) => syncsUs.push(microseconds)))
  )
  return { layer, takeSyncTimes }
}

export const handle = ({ data, lock, name, openOnly, shard: given }: Options) => {
  if (Option.isSome(lock)) return withExitCodes(false)(tryLockOf(lock.value))
  const { layer, takeSyncTimes } = timed(data)
  const write = Effect.gen(function*() {
    const shard = yield* shardOf(given)
    yield* Effect.provide(writer({ name, openOnly, shard, takeSyncTimes }), layer)
  })
  return withExitCodes(false)(write)
}
