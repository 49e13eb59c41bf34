// What every `FileLock` must do: one list of tests, run against each implementation.
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import type { DiskError } from "../../src/services/durability/Disk.ts"
import { Disk } from "../../src/services/durability/Disk.ts"
import { FileLock } from "../../src/services/durability/FileLock.ts"

interface Given {
  readonly disk: Disk["Service"]
  readonly locks: FileLock["Service"]
  readonly path: string
}

export const fileLockSuite = (
  name: string,
  layer: Layer.Layer<Disk | FileLock>,
  directory: Effect.Effect<string, never, Scope.Scope>
): void => {
  const test = (
    title: string,
    body: (given: Given) => Effect.Effect<void, DiskError, Scope.Scope>
  ) =>
    it.effect(title, () =>
      Effect.gen(function*() {
        const path = `${yield* directory}/lock`
        yield* body({ disk: yield* Disk, locks: yield* FileLock, path })
      }).pipe(Effect.provide(layer)))

  describe(name, () => {
    test("one open handle holds the lock, the others do not", ({ disk, locks, path }) =>
      Effect.gen(function*() {
        const first = yield* disk.open(path, "update")
        const second = yield* disk.open(path, "update")
        assert.isTrue(yield* locks.tryLock(first))
        assert.isFalse(yield* locks.tryLock(second))
        yield* locks.unlock(first)
        assert.isTrue(yield* locks.tryLock(second))
      }))

    test("a handle that is closed gives the lock back, other handles of the file do not", ({ disk, locks, path }) =>
      Effect.gen(function*() {
        const other = yield* disk.open(path, "update")
        yield* Effect.scoped(Effect.gen(function*() {
          const holder = yield* disk.open(path, "update")
          yield* locks.lock(holder)
          yield* Effect.scoped(disk.open(path, "read"))
          assert.isFalse(yield* locks.tryLock(other))
        }))
        assert.isTrue(yield* locks.tryLock(other))
      }))

    test("whoever waits gets the lock when it is free", ({ disk, locks, path }) =>
      Effect.gen(function*() {
        const first = yield* disk.open(path, "update")
        const second = yield* disk.open(path, "update")
        yield* locks.lock(first)
        const order: Array<string> = []
        const waiter = yield* Effect.forkChild(
          Effect.andThen(locks.lock(second), Effect.sync(() => order.push("second")))
        )
        yield* Effect.yieldNow
        order.push("first gives back")
        yield* locks.unlock(first)
        yield* Fiber.join(waiter)
        assert.deepStrictEqual(order, ["first gives back", "second"])
      }))

    test("an interrupted wait is over and takes nothing", ({ disk, locks, path }) =>
      Effect.gen(function*() {
        const first = yield* disk.open(path, "update")
        const second = yield* disk.open(path, "update")
        const third = yield* disk.open(path, "update")
        yield* locks.lock(first)
        const waiter = yield* Effect.forkChild(locks.lock(second))
        yield* Effect.yieldNow
        yield* Fiber.interrupt(waiter)
        yield* locks.unlock(first)
        yield* locks.lock(third)
        assert.isFalse(yield* locks.tryLock(second))
      }))

    test("a holder that takes the lock again at once does not starve the others", ({ disk, locks, path }) =>
      Effect.gen(function*() {
        const greedy = yield* disk.open(path, "update")
        const patient = yield* disk.open(path, "update")
        const served = yield* Deferred.make<void>()
        yield* locks.lock(greedy)
        yield* Effect.forkChild(Effect.gen(function*() {
          yield* locks.lock(patient)
          yield* locks.unlock(patient)
          yield* Deferred.succeed(served, undefined)
        }))
        yield* Effect.yieldNow
        let rounds = 0
        while (!(yield* Deferred.isDone(served))) {
          rounds++
          yield* locks.unlock(greedy)
          yield* locks.lock(greedy)
          yield* Effect.yieldNow
        }
        assert.isBelow(rounds, 10)
      }))

    test("the lock keeps many fibers apart", ({ disk, locks, path }) =>
      Effect.gen(function*() {
        let inside = 0
        let most = 0
        yield* Effect.forEach(Array.from({ length: 8 }), () =>
          Effect.scoped(Effect.gen(function*() {
            const file = yield* disk.open(path, "update")
            yield* locks.lock(file)
            most = Math.max(most, ++inside)
            yield* disk.datasync(file)
            inside--
            yield* locks.unlock(file)
          })), { concurrency: "unbounded" })
        assert.strictEqual(most, 1)
      }))

    test("a file opened only to read cannot be locked", ({ disk, locks, path }) =>
      Effect.gen(function*() {
        yield* Effect.scoped(disk.open(path, "update"))
        const file = yield* disk.open(path, "read")
        assert.strictEqual((yield* Effect.orDie(Effect.flip(locks.tryLock(file)))).code, "EBADF")
      }))
  })
}
