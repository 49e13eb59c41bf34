// Consolidation cut off, or failing, at every disk call.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as MemoryDisk from "../../../src/layers/MemoryDisk.ts"
import * as Store from "../../../src/layers/MemoryStore.ts"
import { ConsolidationError } from "../../../src/services/master/Consolidation.ts"
import { on, records, rejects, writers } from "../../support/consolidating.ts"
import type { Masters } from "../../support/masters.ts"
import { consolidatedNaively, putAtRest, readMasters, recordLine } from "../../support/masters.ts"

const before: Masters = { updates: records, successes: records, rejects }
const naive = consolidatedNaively(records, records, rejects)
const after: Masters = { updates: naive.masters, successes: naive.masters, rejects: naive.rejects }

const storeBefore = () => {
  const store = Store.make()
  putAtRest(store, before)
  return store
}

const callsOfCleanRun = Effect.gen(function*() {
  const store = storeBefore()
  yield* on(MemoryDisk.layer(store))
  assert.deepStrictEqual(readMasters(store), after)
  return store.calls
})

const temps = (store: Store.MemoryStore) =>
  store.files().filter((each) => /\.tmp$|\.swap\.json$|\.redo$/.test(each))

const isEither = (masters: Masters, where: string) =>
  assert.include([JSON.stringify(before), JSON.stringify(after)], JSON.stringify(masters), where)

/** I3 as a raw reader has it: lines of successes without their like, or a newer one of their slug, in updates. */
const strays = (store: Store.MemoryStore): ReadonlyArray<string> => {
  const lines = (text: string) => text.split("\n").slice(0, -1)
  const slugOf = (line: string) => (JSON.parse(line) as { readonly slug: string }).slug
  const masters = readMasters(store)
  const updates = lines(masters.updates)
  const newest = lines(naive.masters).filter((line) => updates.includes(line)).map(slugOf)
  return lines(masters.successes).filter((line) =>
    !updates.includes(line) && !newest.includes(slugOf(line))
  )
}

describe("Consolidation under faults", () => {
  it.effect("I3: before any recovery, wherever it is cut off, a raw reader finds all of successes in updates", () =>
    Effect.gen(function*() {
      const calls = yield* callsOfCleanRun
      const found: Array<string> = []
      let looks = 0
      for (let n = 0; n < calls; n++) {
        const store = storeBefore()
        store.failAlways(({ index }) => {
          looks++
          found.push(...strays(store))
          return index >= n ? "EIO" : undefined
        })
        yield* Effect.exit(on(MemoryDisk.layer(store)))
        found.push(...strays(store))
      }
      assert.deepStrictEqual(found, [])
      assert.isAbove(looks, calls)
    }))

  it.effect("I2 I5 I6 I8: a crash at any call leaves the masters as before or as after, once recovery has run", () =>
    Effect.gen(function*() {
      const calls = yield* callsOfCleanRun
      const outcomes = new Set<string>()
      for (let n = 0; n < calls; n++) {
        const store = storeBefore()
        const alive = store.failAlways(({ index }) => index >= n ? "EIO" : undefined)
        const exit = yield* Effect.exit(on(MemoryDisk.layer(store)))
        alive()
        yield* Effect.provide(Effect.void, writers(store))
        const found = readMasters(store)
        isEither(found, `call ${n}`)
        if (Exit.isSuccess(exit)) assert.deepStrictEqual(found, after, `call ${n}`)
        assert.deepStrictEqual(temps(store), [], `call ${n}`)
        outcomes.add(JSON.stringify(found))
      }
      assert.strictEqual(
        outcomes.size,
        2,
        "both a crash before the decision and one after it were tried"
      )
    }))

  it.effect("I6: one failing call changes nothing and leaves no temp, or does not matter", () =>
    Effect.gen(function*() {
      const calls = yield* callsOfCleanRun
      let failures = 0
      for (let n = 0; n < calls; n++) {
        const store = storeBefore()
        store.failNext(({ index }) => index === n ? "ENOSPC" : undefined)
        const exit = yield* Effect.exit(on(MemoryDisk.layer(store)))
        const found = readMasters(store)
        if (Exit.isSuccess(exit)) {
          assert.deepStrictEqual(found, after, `call ${n}`)
        } else {
          failures++
          const error = yield* Effect.flip(exit)
          assert.instanceOf(error, ConsolidationError)
          assert.strictEqual(error.reason, "Failed")
          assert.include(error.detail, "ENOSPC")
          assert.deepStrictEqual(found, before, `call ${n}: ${error.detail}`)
        }
        yield* Effect.provide(Effect.void, writers(store))
        assert.deepStrictEqual(temps(store), [], `call ${n}`)
        isEither(readMasters(store), `call ${n}`)
        yield* on(MemoryDisk.layer(store))
        assert.deepStrictEqual(readMasters(store), after, `call ${n}: a second try succeeds`)
      }
      assert.isAbove(failures, 10)
    }))

  it.effect("corrupt lines are in quarantine or still in the master, wherever it crashes", () =>
    Effect.gen(function*() {
      const broken = recordLine({ slug: "x", id: "r:9", atMs: 9 }).replace("Title", "Tit1e")
      const damaged = () => {
        const store = Store.make()
        putAtRest(store, { ...before, updates: broken + records })
        return store
      }
      const clean = damaged()
      yield* on(MemoryDisk.layer(clean))
      for (let n = 0; n < clean.calls; n++) {
        const store = damaged()
        store.failAlways(({ index }) => index >= n ? "EIO" : undefined)
        yield* Effect.exit(on(MemoryDisk.layer(store)))
        const somewhere = store.files().some((each) =>
          !each.endsWith(".tmp") && store.get(each)?.toString("utf8").includes(broken)
        )
        assert.isTrue(somewhere, `call ${n}`)
      }
    }))

  it.effect("says Busy while another consolidation is at work, and the lock is free afterwards", () =>
    Effect.gen(function*() {
      const store = storeBefore()
      const disk = MemoryDisk.layer(store)
      const both = yield* Effect.all([Effect.result(on(disk)), Effect.result(on(disk))], {
        concurrency: 2
      })
      assert.deepStrictEqual(both.map(({ _tag }) => _tag).sort(), ["Failure", "Success"])
      const busy = both.find(({ _tag }) => _tag === "Failure")
      assert.isTrue(busy?._tag === "Failure" && busy.failure.reason === "Busy")
      assert.deepStrictEqual(readMasters(store), after)
      yield* on(disk)
    }))
})
