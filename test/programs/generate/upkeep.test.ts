// Periodic consolidation: every N accepted records, seen in the events; its failure is told and stops nothing.
import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as MemoryDisk from "../../../src/layers/MemoryDisk.ts"
import * as Store from "../../../src/layers/MemoryStore.ts"
import { ScriptedLlm } from "../../../src/layers/ScriptedLlm.ts"
import type { RunEvent, StopReason } from "../../../src/programs/generate/RunEvent.ts"
import { Disk } from "../../../src/services/durability/Disk.ts"
import { DataDirectory } from "../../../src/services/durability/DataDirectory.ts"
import { FileLock } from "../../../src/services/durability/FileLock.ts"
import { takeStock } from "../../../src/services/master/Settled.ts"
import { recordLine } from "../../support/masters.ts"
import { assertSettledOnce, goodAnswer, rows, run } from "../../support/pipeline.ts"
import { data, makeJob } from "../../support/smallJob.ts"

const slugs = rows(12).map(({ slug }) => slug)

const upkeepOf = (events: ReadonlyArray<RunEvent>): ReadonlyArray<string> =>
  events.flatMap((event) => {
    switch (event.event) {
      case "consolidated":
      case "upkeep-failed":
        return [`${event.event} ${event.acceptedNow}`]
      case "consolidation-skipped":
        return [`skipped ${event.acceptedNow}: ${event.why}`]
      case "audited":
        assert.isTrue(event.report.ok)
        assert.strictEqual(event.report.counts.inputItems, 12, "I9 is counted against the input")
        return [`audited ${event.report.counts.records}`]
      case "audited-appended":
        assert.isTrue(event.report.ok)
        return [`appended ${event.report.records}`]
      default:
        return []
    }
  })

const runTwelve = (every: number, store = Store.make(), settledOnce = true) =>
  Effect.gen(function*() {
    const events: Array<RunEvent> = []
    const job = yield* makeJob({ consolidateEvery: every, concurrency: 1 })
    const report = yield* run(store, job, {
      rows: rows(12),
      onEvent: (event) => Effect.sync(() => void events.push(event))
    })
    assert.deepInclude(report, { accepted: 12, stop: null })
    if (settledOnce) assertSettledOnce(store, slugs)
    return upkeepOf(events)
  }).pipe(Effect.provide(ScriptedLlm.layer(goodAnswer)))

describe("generate: upkeep", () => {
  it.effect("every 5 accepted: nothing to gain is told, what is new is audited, and at the end everything", () =>
    Effect.gen(function*() {
      const told = yield* runTwelve(5)
      assert.deepStrictEqual(told.filter((each) => !each.startsWith("appended")), [
        "skipped 5: little-gain",
        "skipped 10: little-gain",
        "audited 12"
      ])
      const appended = told.filter((each) => each.startsWith("appended"))
      assert.strictEqual(appended.length, 2)
      assert.isAtLeast(Number(appended[0]?.split(" ")[1]), 5)
    }))

  it.effect("every 5 accepted: consolidated where a fifth of the lines is superseded, once", () =>
    Effect.gen(function*() {
      const store = Store.make()
      const thrice = [1, 2, 3].map((n) => recordLine({ slug: "item-0", id: `r:${n}`, atMs: n }))
        .join("")
      store.put(data.updates, thrice)
      store.put(data.successes, thrice)
      const told = yield* runTwelve(5, store)
      assert.deepStrictEqual(told.filter((each) => !each.startsWith("appended")), [
        "consolidated 5",
        "skipped 10: little-gain",
        "audited 12"
      ])
    }))

  it.effect("0 asks for none", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* runTwelve(0), [])
    }))

  it.effect("while another process consolidates that is told, and nothing is warned of", () =>
    Effect.scoped(Effect.gen(function*() {
      const store = Store.make()
      const other = yield* Layer.build(MemoryDisk.layer(store))
      store.makeDirectory(data.master, 0)
      const lockFile = yield* Context.get(other, Disk).open(data.consolidationLock, "update")
      yield* Context.get(other, FileLock).lock(lockFile)
      const stale = [1, 2, 3, 4].map((n) => recordLine({ slug: "item-0", id: `r:${n}`, atMs: n }))
      store.put(data.updates, stale.join(""))
      store.put(data.successes, stale.join(""))
      const told = yield* runTwelve(5, store, false)
      assert.deepStrictEqual(told.filter((each) => !each.startsWith("appended")), [
        "skipped 5: busy",
        "skipped 10: little-gain",
        "audited 15"
      ])
    })))

  it.effect("I6: a consolidation that fails is told, leaves no temp, and the run goes on to the next", () =>
    Effect.gen(function*() {
      const store = Store.make()
      // An item that was accepted again and again before: masters that are tidy need no temps.
      const twice = [1, 2, 3, 4, 5].map((n) =>
        recordLine({ slug: "item-0", id: `r:${n}`, atMs: n })
      ).join("")
      store.put(data.updates, twice)
      store.put(data.successes, twice)
      store.failNext((call) =>
        /\/master\/\..*\.tmp$/.test(call.path) && call.operation === "writeAt"
          ? "ENOSPC"
          : undefined
      )
      assert.deepStrictEqual(yield* runTwelve(5, store), [
        "upkeep-failed 5",
        "consolidated 10",
        "audited 12"
      ])
    }))

  it.effect("after a failure nothing is tried until the masters have grown, and the reason is told", () =>
    Effect.gen(function*() {
      const store = Store.make()
      const often = Array.from(
        { length: 60 },
        (_, n) => recordLine({ slug: "item-0", id: `r:${n}`, atMs: n })
      ).join("")
      store.put(data.updates, often)
      store.put(data.successes, often)
      store.failAlways((call) =>
        /\/master\/\..*\.tmp$/.test(call.path) && call.operation === "writeAt"
          ? "ENOSPC"
          : undefined
      )
      assert.deepStrictEqual(
        (yield* runTwelve(5, store, false)).filter((each) => !each.startsWith("appended")),
        ["upkeep-failed 5", "skipped 10: failed-before", "audited 71"]
      )
    }))

  describe("the index of settled slugs is brought up to what was accepted", () => {
    const large = Array.from(
      { length: 5 },
      (_, n) => `{"slug":"large-${n}","text":"${"x".repeat(1024 * 1024)}"}\n`
    ).join("")
    /** A run over large masters, whose index is gone from the first record on. */
    const runLarge = (
      every: number,
      onEvent: (event: RunEvent, store: Store.MemoryStore) => Effect.Effect<void> | undefined,
      stopRequested?: Effect.Effect<StopReason>
    ) =>
      Effect.gen(function*() {
        const store = Store.make()
        store.put(data.updates, large)
        store.put(data.successes, large)
        let isRemoved = false
        const job = yield* makeJob({ consolidateEvery: every, concurrency: 1 })
        yield* run(store, job, {
          rows: rows(4),
          stopRequested,
          onEvent: (event) => {
            if (event.event === "accepted" && !isRemoved) {
              isRemoved = true
              assert.isDefined(store.get(data.index), "made when the run began")
              store.unlink(data.index, 0)
            }
            return onEvent(event, store)
          }
        })
        return store
      }).pipe(Effect.provide(ScriptedLlm.layer(goodAnswer)))

    it.effect("amid a run", () =>
      Effect.gen(function*() {
        let seen = 0
        yield* runLarge(2, (event, store) => {
          if (event.event !== "audited-appended") return undefined
          seen++
          assert.isDefined(store.get(data.index))
        })
        assert.isAbove(seen, 0)
      }))

    it.effect("after a stop", () =>
      Effect.gen(function*() {
        const asked = yield* Deferred.make<StopReason>()
        const store = yield* runLarge(
          0,
          (event) =>
            event.event === "accepted"
              ? Effect.asVoid(Deferred.succeed(asked, { _tag: "Signal", signal: "SIGINT" }))
              : undefined,
          Deferred.await(asked)
        )
        const known = yield* takeStock.pipe(
          Effect.provide(Layer.merge(MemoryDisk.layer(store), DataDirectory.layer(data.root)))
        )
        assert.isDefined(store.get(data.index))
        assert.isUndefined(known.unindexed, "it is believed")
        assert.isTrue(known.settled.size > 5 && known.settled.size < 9)
      }))
  })
})
