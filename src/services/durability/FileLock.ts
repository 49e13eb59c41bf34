// Advisory kernel locks on open files: freed by the kernel when their owner dies.
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { DiskError, DiskFile } from "./Disk.ts"

export class FileLock extends Context.Service<FileLock, {
  /** Takes the exclusive lock of the whole file, waiting for whoever holds it. One open handle is one owner. */
  readonly lock: (file: DiskFile) => Effect.Effect<void, DiskError>
  /** Takes the lock when it is free; answers whether it did. Never waits. */
  readonly tryLock: (file: DiskFile) => Effect.Effect<boolean, DiskError>
  readonly unlock: (file: DiskFile) => Effect.Effect<void>
}>()("inkfast/services/durability/FileLock") {}
