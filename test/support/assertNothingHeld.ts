// That nobody holds a lock on any file of a disk in memory.
import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as MemoryDisk from "../../src/layers/MemoryDisk.ts"
import type { MemoryStore } from "../../src/layers/MemoryStore.ts"
import { Disk } from "../../src/services/durability/Disk.ts"
import { FileLock } from "../../src/services/durability/FileLock.ts"

/** Another process gets every lock at once. */
export const assertNothingHeld = (store: MemoryStore, what: string) =>
  Effect.scoped(Effect.gen(function*() {
    const disk = yield* Disk
    const locks = yield* FileLock
    for (const file of store.files()) {
      assert.isTrue(
        yield* locks.tryLock(yield* disk.open(file, "update")),
        `${what}: ${file} is still locked`
      )
    }
  })).pipe(Effect.provide(MemoryDisk.layer(store)), Effect.orDie)
