// Who may spend on a data directory: no two runs whose shards share an item.
import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import * as MemoryDisk from "../../../src/layers/MemoryDisk.ts"
import type { MemoryStore } from "../../../src/layers/MemoryStore.ts"
import * as Store from "../../../src/layers/MemoryStore.ts"
import { paths } from "../../../src/services/durability/DataDirectory.ts"
import { acquireRunLock } from "../../../src/services/durability/RunLock.ts"
import type { Shard } from "../../../src/services/items/Shard.ts"

/** A process that takes the shard and keeps it until it is told to end; undefined where it is refused. */
const take = (store: MemoryStore, shard: Shard) =>
  Effect.gen(function*() {
    const scope = yield* Scope.make()
    const exit = yield* Effect.exit(
      Scope.provide(acquireRunLock(paths("/data"), shard), scope).pipe(
        Effect.provide(MemoryDisk.layer(store))
      )
    )
    return Exit.isSuccess(exit) ? Scope.close(scope, Exit.void) : undefined
  })

const overlap = (a: Shard, b: Shard) => a.of !== b.of || a.index === b.index
const shards = fc.integer({ min: 1, max: 4 }).chain((of) =>
  fc.record({ index: fc.integer({ min: 1, max: of }), of: fc.constant(of) })
)

describe("RunLock", () => {
  it.effect("refuses a shard that overlaps one at work, and says which", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      const end = yield* take(store, { index: 1, of: 2 })
      const error = yield* Effect.flip(
        Effect.scoped(acquireRunLock(paths("/data"), { index: 1, of: 1 })).pipe(
          Effect.provide(MemoryDisk.layer(store))
        )
      )
      assert.strictEqual(error._tag, "RunBusy")
      assert.include(
        error.message,
        "a run of shard 1/2 is at work on /data, so shard 1/1 would pay"
      )
      const alone = yield* Effect.flip(
        Effect.scoped(acquireRunLock(paths("/data"), null)).pipe(
          Effect.provide(MemoryDisk.layer(store))
        )
      )
      assert.strictEqual(
        alone.message,
        "a run of shard 1/2 is at work on /data: wait for it to end"
      )
      yield* end!
      assert.isDefined(yield* take(store, { index: 1, of: 1 }))
    })
  })

  it("two overlapping shards are never held at once, disjoint ones always may be", async () => {
    const steps = fc.array(fc.oneof(shards, fc.nat({ max: 5 })), { maxLength: 15 })
    await fc.assert(
      fc.asyncProperty(steps, (todo) =>
        Effect.runPromise(Effect.gen(function*() {
          const store = Store.make()
          const held: Array<{ readonly shard: Shard; readonly end: Effect.Effect<void> }> = []
          for (const step of todo) {
            if (typeof step === "number") {
              const [one] = held.splice(step, 1)
              if (one !== undefined) yield* one.end
              continue
            }
            const end = yield* take(store, step)
            assert.strictEqual(end !== undefined, !held.some(({ shard }) => overlap(shard, step)))
            if (end !== undefined) held.push({ shard: step, end })
          }
        }))),
      { numRuns: 60 }
    )
  })

  it.effect("of many that begin at once one gets it", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      const tries = Array.from({ length: 8 }, () => take(store, { index: 1, of: 1 }))
      const ends = yield* Effect.all(tries, { concurrency: "unbounded" })
      assert.lengthOf(ends.filter((end) => end !== undefined), 1)
    })
  })

  it.effect("other files in raw/ are no locks", () => {
    const store = Store.make()
    store.put("/data/raw/.run-x-of-2.lock", "")
    store.put("/data/raw/ai-run-1.jsonl", "")
    return Effect.gen(function*() {
      assert.isDefined(yield* take(store, { index: 1, of: 1 }))
    })
  })
})
