// What every step of a recovery works with.
import * as Effect from "effect/Effect"
import { Disk } from "./Disk.ts"
import { FileLock } from "./FileLock.ts"

export interface RecoveryContext {
  readonly disk: Disk["Service"]
  readonly locks: FileLock["Service"]
  /** Directory of the bytes that were cut away; made when it is needed. */
  readonly quarantine: string
  /** No process ever has more unsynced bytes in a file than this, or else one longer line. */
  readonly maxBatchBytes: number
  readonly maxLineBytes: number
}

/** Gives its disk and locks to what asks for them as services. */
export const onDiskOf =
  ({ disk, locks }: RecoveryContext) =>
  <A, E>(effect: Effect.Effect<A, E, Disk | FileLock>): Effect.Effect<A, E> =>
    effect.pipe(Effect.provideService(Disk, disk), Effect.provideService(FileLock, locks))

/** Bytes at the end of a file that one recovery looks through at most. */
export const windowBytesMax = (context: RecoveryContext): number =>
  2 * (context.maxBatchBytes + context.maxLineBytes)
