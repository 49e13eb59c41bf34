// `FileLock` over fs-native-extensions: open file description locks, freed by the kernel when their owner dies.
//
// Waiting is done by asking again every millisecond (a question costs 1.5 µs), not by the kernel's own blocking wait:
// that wait holds one of the four threads which every file call of the process shares, so four waiters would keep the
// holder itself from finishing its sync, and it cannot be interrupted.
//
// A process that takes the lock again as soon as it gave it back would leave the others next to no moment to ask. So
// whoever wants to wait passes a turnstile first: a second lock on a far byte of the same file. One waiter at a time
// stands in it, and while it does, nobody else, the last holder included, gets to the lock before it.
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { createRequire } from "node:module"
import * as timers from "node:timers"
import type { DiskFile } from "../services/durability/Disk.ts"
import { DiskError } from "../services/durability/Disk.ts"
import { FileLock } from "../services/durability/FileLock.ts"
import { nodeDiskError } from "./NodeDiskError.ts"

interface NativeLocks {
  readonly tryLock: (fd: number, offset: number, length: number) => boolean
  readonly unlock: (fd: number, offset: number, length: number) => void
}

const pollIntervalMs = 1

/** Byte ranges, far beyond any data, that stand for the file. Every process must use the same. */
const body = { offset: 2 ** 52, length: 1 }
const turnstile = { offset: 2 ** 52 + 1, length: 1 }
type Range = typeof body

let loaded: NativeLocks | undefined
/** Loaded at first use: what never takes a lock needs no native module. */
const native = (): NativeLocks =>
  loaded ??= createRequire(import.meta.url)("fs-native-extensions") as NativeLocks

const missingModule = (path: string, cause: unknown): DiskError => {
  const platform = `${process.platform}-${process.arch}`
  const detail = `the native lock module fs-native-extensions does not load on ${platform}: ` +
    `${(cause as Error).message}. It ships for linux, darwin and win32 on x64 and arm64; ` +
    `reinstall the dependencies on this machine with npm ci`
  return new DiskError({ operation: "lock", path, code: "ERR_NATIVE_LOCK", detail })
}

/** `use` is called where the answer is run, so it may act at once. */
const withNative = <A>(
  file: DiskFile,
  use: (native: NativeLocks) => Effect.Effect<A, DiskError>
): Effect.Effect<A, DiskError> =>
  Effect.suspend(() => {
    let locks: NativeLocks
    try {
      locks = native()
    } catch (cause) {
      return Effect.fail(missingModule(file.path, cause))
    }
    return use(locks)
  })

const lockError = (file: DiskFile, cause: unknown): DiskError =>
  nodeDiskError("lock", file.path, cause)

const take = (native: NativeLocks, file: DiskFile, range: Range): boolean =>
  native.tryLock(file.handle, range.offset, range.length)

const give = (native: NativeLocks, file: DiskFile, range: Range): void =>
  native.unlock(file.handle, range.offset, range.length)

/** Takes the lock where nobody has it and nobody waits for it: what nearly every batch finds, without a callback. */
const takeFree = (native: NativeLocks, file: DiskFile): boolean => {
  if (!take(native, file, turnstile)) return false
  try {
    return take(native, file, body)
  } finally {
    give(native, file, turnstile)
  }
}

const wait = (native: NativeLocks, file: DiskFile): Effect.Effect<void, DiskError> =>
  Effect.callback<void, DiskError>((resume) => {
    let inTurnstile = false
    let timer: NodeJS.Timeout | undefined
    const leave = () => {
      if (inTurnstile) give(native, file, turnstile)
      inTurnstile = false
    }
    const ask = () => {
      try {
        inTurnstile ||= take(native, file, turnstile)
        if (inTurnstile && take(native, file, body)) {
          leave()
          return resume(Effect.void)
        }
      } catch (cause) {
        leave()
        return resume(Effect.fail(lockError(file, cause)))
      }
      // The kernel's lock does not follow the Clock service: under a test's clock a wait would never end.
      // @effect-diagnostics-next-line globalTimers:off
      timer = timers.setTimeout(ask, pollIntervalMs)
    }
    ask()
    // A grant and its answer are one step, so an interrupted wait holds nothing but, perhaps, its place.
    return Effect.sync(() => {
      timers.clearTimeout(timer)
      leave()
    })
  })

const lock = (native: NativeLocks, file: DiskFile): Effect.Effect<void, DiskError> => {
  try {
    return takeFree(native, file) ? Effect.void : wait(native, file)
  } catch (cause) {
    return Effect.fail(lockError(file, cause))
  }
}

const nativeFileLock = FileLock.of({
  lock: (file) => withNative(file, (native) => lock(native, file)),
  tryLock: (file) =>
    withNative(file, (native) =>
      Effect.try({
        try: () => take(native, file, body),
        catch: (cause) => lockError(file, cause)
      })),
  unlock: (file) => Effect.sync(() => give(native(), file, body))
})

export const layer: Layer.Layer<FileLock> = Layer.succeed(FileLock, nativeFileLock)
