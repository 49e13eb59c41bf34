// The kernel's locks keep the contract of `FileLock`, between processes too.
import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import type { ChildProcess } from "node:child_process"
import { spawn } from "node:child_process"
import * as NativeFileLock from "../../src/layers/NativeFileLock.ts"
import * as NodeDisk from "../../src/layers/NodeDisk.ts"
import { Disk } from "../../src/services/durability/Disk.ts"
import { FileLock } from "../../src/services/durability/FileLock.ts"
import { fileLockSuite } from "../support/fileLockSuite.ts"
import { tempDir } from "../support/TempDir.ts"

const layer = Layer.merge(NodeDisk.layer, NativeFileLock.layer)

fileLockSuite("NativeFileLock", layer, tempDir)

/** A process of its own that says `held` once it has the lock, and keeps it until it is killed. */
const holder = (path: string) =>
  Effect.callback<ChildProcess>((resume) => {
    const script = new URL("../support/holdLock.ts", import.meta.url).pathname
    const child = spawn(process.execPath, [script, path], { stdio: ["pipe", "pipe", "inherit"] })
    child.stdout.once("data", () => resume(Effect.succeed(child)))
  })

it.effect("a holder killed with -9 frees the lock for a waiter in another process", () =>
  Effect.gen(function*() {
    const path = `${yield* tempDir}/lock`
    const disk = yield* Disk
    const locks = yield* FileLock
    const file = yield* disk.open(path, "update")
    const child = yield* Effect.acquireRelease(
      holder(path),
      (each) => Effect.sync(() => each.kill("SIGKILL"))
    )
    assert.isFalse(yield* locks.tryLock(file))
    const waiter = yield* Effect.forkChild(locks.lock(file))
    yield* Effect.yieldNow
    child.kill("SIGKILL")
    yield* Fiber.join(waiter)
    const other = yield* disk.open(path, "update")
    assert.isFalse(yield* locks.tryLock(other))
  }).pipe(Effect.provide(layer)))

it.effect("more waiters than the process has file threads do not keep the holder from its sync", () =>
  Effect.gen(function*() {
    const path = `${yield* tempDir}/lock`
    const disk = yield* Disk
    const locks = yield* FileLock
    const first = yield* disk.open(path, "update")
    yield* locks.lock(first)
    const waiters = yield* Effect.forkChild(
      Effect.forEach(
        Array.from({ length: 12 }),
        () => Effect.scoped(Effect.flatMap(disk.open(path, "update"), locks.lock)),
        {
          concurrency: "unbounded"
        }
      )
    )
    yield* Effect.yieldNow
    yield* disk.datasync(first)
    yield* locks.unlock(first)
    yield* Fiber.join(waiters)
  }).pipe(Effect.provide(layer)))
