// Today's QA over every journaled answer: promoted once, taken back durably, for nothing, and whole at every cut.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as TestClock from "effect/testing/TestClock"
import * as Checking from "../../../src/layers/Checking.ts"
import * as MemoryDisk from "../../../src/layers/MemoryDisk.ts"
import type { MemoryStore } from "../../../src/layers/MemoryStore.ts"
import * as Store from "../../../src/layers/MemoryStore.ts"
import type * as Requalify from "../../../src/layers/Requalify.ts"
import { ScriptedLlm } from "../../../src/layers/ScriptedLlm.ts"
import { auditDeep } from "../../../src/programs/auditDeep.ts"
import type { requalify } from "../../../src/programs/requalify/requalify.ts"
import type { RequalifyEvent } from "../../../src/programs/requalify/RequalifyEvent.ts"
import { status } from "../../../src/programs/status.ts"
import { requalifyJob } from "../../../src/requalifyJob.ts"
import { DataDirectory } from "../../../src/services/durability/DataDirectory.ts"
import type { Generation } from "../../../src/services/generation/Generation.ts"
import type { Llm } from "../../../src/services/generation/Llm.ts"
import { itemsFromRows } from "../../../src/services/items/RowItems.ts"
import { defineJob } from "../../../src/services/job/DefineJob.ts"
import type { JobDefinition } from "../../../src/services/job/DefineJob.ts"
import type { Job } from "../../../src/services/job/Job.ts"
import type { PageFetcher } from "../../../src/services/evidence/PageFetcher.ts"
import { testHost } from "../../../src/testing.ts"
import {
  assertNoTemps,
  assertSettledOnce,
  eventsIn,
  goodAnswer,
  linesOf,
  longAnswer,
  rows,
  slugIn,
  slugsOf
} from "../../support/pipeline.ts"
import { data, definition, makeJob } from "../../support/smallJob.ts"
import { brokenChecks, consolidateAll, laterRun as run } from "../../support/laterRuns.ts"

const requalified = Effect.fnUntraced(function*(
  store: MemoryStore,
  job: Job,
  count: number,
  apply = false
) {
  yield* TestClock.adjust("1 second")
  const events: Array<RequalifyEvent> = []
  const report = yield* requalifyJob({
    job,
    source: yield* itemsFromRows(rows(count)),
    apply,
    onEvent: (event) => Effect.sync(() => void events.push(event))
  }).pipe(Effect.provide([MemoryDisk.layer(store), testHost]))
  assertNoTemps(store)
  return { events, report }
})

const stateOf = (store: MemoryStore, count: number) =>
  Effect.gen(function*() {
    return (yield* status(yield* itemsFromRows(rows(count)))).items
  }).pipe(Effect.provide([DataDirectory.layer(data.root), MemoryDisk.layer(store)]))

const idOf = (line: Record<string, unknown> | undefined) =>
  (line?.["_meta"] as { readonly id: string } | undefined)?.id

/** How the deep part of an audit comes out. */
const deepCheck = (store: MemoryStore, job: Job, count: number) =>
  Effect.gen(function*() {
    return (yield* auditDeep(yield* itemsFromRows(rows(count)))).outcome
  }).pipe(Effect.provide(Layer.provideMerge(Checking.layer(job), MemoryDisk.layer(store))))

/** item-0 is short, item-1 long by both models. */
const mixed = ScriptedLlm.layer((request) =>
  slugIn(request) === "item-1" ? longAnswer(request) : goodAnswer(request)
)

const lenient = makeJob({ qa: [] })
const strict = makeJob()
const strictest = makeJob({ qa: [{ rule: "length", field: "/title", maxChars: 3 }] })

/** Of the calls on the disk: REQUALIFY_STRIDE=1 takes every one. */
const stride = Number(process.env["REQUALIFY_STRIDE"] ?? 8)

describe("requalify", () => {
  it("by its type, it can call no model and ask for no page", () => {
    type Forbidden = Llm | Generation | PageFetcher
    type Services = Effect.Services<ReturnType<typeof requalify>>
    type Offered = Layer.Success<ReturnType<typeof Requalify.layer>>
    const required: Extract<Services, Forbidden> extends never ? true : false = true
    const offered: Extract<Offered, Forbidden> extends never ? true : false = true
    return [required, offered]
  })

  it.effect("what passes now is promoted: exactly one record, the newest answer's, under the id of its call", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      yield* run(store, yield* strict, { rows: rows(2) })
      const llm = yield* ScriptedLlm
      const calls = (yield* llm.calls).length
      const { events, report } = yield* requalified(store, yield* lenient, 2)
      assert.deepInclude(report, { answers: 3, items: 2, promoted: 1, passing: 1, wouldFail: 0 })
      const newest = eventsIn(store, "response").filter(({ slug }) => slug === "item-1").at(-1)
      assert.deepStrictEqual(events, [
        { event: "promoted", slug: "item-1", id: String(newest?.["id"]), was: "rejected" }
      ])
      const record = linesOf(store, data.successes).find(({ slug }) => slug === "item-1")
      assert.deepInclude(record?.["_meta"], { id: newest?.["id"], model: "strong", rung: 1 })
      assert.deepStrictEqual(yield* stateOf(store, 2), {
        input: 2,
        accepted: 2,
        rejected: 0,
        pending: 0
      })
      assert.deepStrictEqual(yield* brokenChecks(store, yield* lenient), [])
      const again = yield* requalified(store, yield* lenient, 2)
      assert.deepInclude(again.report, { promoted: 0, passing: 2 })
      assert.lengthOf(linesOf(store, data.updates), 2)
      assert.lengthOf(yield* llm.calls, calls)
    }).pipe(Effect.provide(mixed))
  })

  it.effect("what would fail now is only listed, unless it is asked to take it back", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      yield* run(store, yield* lenient, { rows: rows(2) })
      const before = store.get(data.rejects)?.toString() ?? ""
      const listed = yield* requalified(store, yield* strict, 2)
      assert.deepInclude(listed.report, { passing: 1, wouldFail: 1, demoted: 0 })
      assert.deepInclude(listed.events[0], {
        event: "would-fail",
        slug: "item-1",
        cause: "QaFailed",
        replacement: null
      })
      assert.strictEqual(store.get(data.rejects)?.toString() ?? "", before)
      const applied = yield* requalified(store, yield* strict, 2, true)
      assert.deepInclude(applied.report, { passing: 1, wouldFail: 0, demoted: 1 })
      assertSettledOnce(store, ["item-0", "item-1"])
      assert.deepStrictEqual(slugsOf(store, data.successes), ["item-0"])
      assert.deepStrictEqual(yield* brokenChecks(store, yield* strict), [])
      // A run does not judge the answer into a record again, nor buys another: the item is rejected.
      const after = yield* run(store, yield* strict, { rows: rows(2) })
      assert.deepInclude(after, { accepted: 1, rejected: 1, pending: 0, callsNow: 0 })
      assert.deepStrictEqual(yield* brokenChecks(store, yield* strict), [])
    }).pipe(Effect.provide(mixed))
  })

  it.effect("I5: taken back and promoted again, before and after a consolidation, an id stands once", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      yield* run(store, yield* lenient, { rows: rows(2) })
      const id = idOf(linesOf(store, data.successes).find(({ slug }) => slug === "item-1"))
      for (let round = 0; round < 2; round++) {
        yield* requalified(store, yield* strict, 2, true)
        assert.deepInclude(yield* stateOf(store, 2), { accepted: 1, rejected: 1 })
        const { report } = yield* requalified(store, yield* lenient, 2)
        assert.strictEqual(report.promoted, 1)
        const ids = linesOf(store, data.updates).map(idOf)
        assert.strictEqual(ids.filter((each) => each === id).length, 1)
        assert.deepInclude(yield* stateOf(store, 2), { accepted: 2, rejected: 0 })
        assert.deepStrictEqual(yield* brokenChecks(store, yield* lenient), [])
      }
    }).pipe(Effect.provide(mixed))
  })

  it.effect("a standing record that fails is replaced by another answer to its item that passes", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      yield* run(store, yield* strict, { rows: rows(1) })
      assert.deepInclude(linesOf(store, data.successes)[0]?.["_meta"], { rung: 1 })
      const long = yield* makeJob({ qa: [{ rule: "length", field: "/title", minChars: 25 }] })
      const { report } = yield* requalified(store, long, 1, true)
      assert.deepInclude(report, { replaced: 1, demoted: 0 })
      assert.deepInclude(linesOf(store, data.successes)[0]?.["_meta"], { rung: 0 })
      assertSettledOnce(store, ["item-0"])
      assert.deepStrictEqual(yield* brokenChecks(store, long), [])
    }).pipe(
      Effect.provide(
        ScriptedLlm.layer((request) =>
          request.model === "base" ? longAnswer(request) : goodAnswer(request)
        )
      )
    )
  })

  it.effect("a verdict by facts alone takes nothing back when the evidence is another", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      const numbers = yield* makeJob({ qa: [{ rule: "numbers", field: "*" }] })
      const job = yield* lenient
      yield* run(store, job, { rows: [{ slug: "item-0", text: "On 70 lamps." }] })
      const source = yield* itemsFromRows([{ slug: "item-0", text: "On lamps." }])
      const report = yield* requalifyJob({ job: numbers, source, apply: true }).pipe(
        Effect.provide([MemoryDisk.layer(store), testHost])
      )
      assert.deepInclude(report, { unsure: 1, demoted: 0 })
      assert.deepStrictEqual(slugsOf(store, data.successes), ["item-0"])
    }).pipe(Effect.provide(ScriptedLlm.layer(() => ({ text: `{"title":"On 70 lamps"}` }))))
  })

  it.effect("I1 I2 I4 I5 I6 I8: cut off at any call on the disk, the same command completes it", () =>
    Effect.gen(function*() {
      const prepared = Store.make()
      yield* run(prepared, yield* strict, { rows: rows(3) })
      const job = yield* makeJob({ qa: [{ rule: "length", field: "/title", minChars: 20 }] })
      let whole = false
      let k = 0
      for (; !whole; k += stride) {
        const what = `call ${k}`
        const store = Store.make()
        for (const file of prepared.files()) store.put(file, prepared.get(file)!)
        let n = 0
        const heal = store.failAlways(() => n++ >= k ? "EIO" : undefined)
        const cut = yield* Effect.exit(requalified(store, job, 3, true))
        whole = cut._tag === "Success" && n <= k
        heal()
        // Where not even an unlink works any more a temp is left, which the next open sweeps.
        const broken = (yield* brokenChecks(store, job)).filter(({ id }) => id !== "I6")
        assert.deepStrictEqual(broken, [], what)
        const state = yield* stateOf(store, 3)
        assert.strictEqual(state?.pending, 0, `${what}: I9`)
        yield* requalified(store, job, 3, true)
        // The long draft passes now, the short ones do not.
        assertSettledOnce(store, ["item-0", "item-1", "item-2"], what)
        assert.deepStrictEqual(slugsOf(store, data.successes), ["item-1"], what)
        assert.deepStrictEqual(yield* brokenChecks(store, job), [], what)
      }
      assert.isAbove(k, 50)
    }).pipe(Effect.provide(mixed)))

  const alike = makeJob({ qa: [{ rule: "nearDuplicate", maxSimilarity: 0.3 }] })

  it.effect("a piece is held against the corpus as in a run: what was rejected as a near-duplicate stays so", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      const job = yield* alike
      const first = yield* run(store, job, { rows: rows(6) })
      assert.deepInclude(first, { accepted: 1, rejected: 5 })
      const { report } = yield* requalified(store, job, 6, true)
      assert.deepInclude(report, { promoted: 0, passing: 1, wouldFail: 0, demoted: 0 })
      assert.deepStrictEqual(yield* deepCheck(store, job, 6), "holds")
      // Without the rule all pass; with it again one may stay.
      assert.deepInclude((yield* requalified(store, yield* lenient, 6)).report, { promoted: 5 })
      assert.deepStrictEqual(yield* deepCheck(store, job, 6), "broken")
      const listed = yield* requalified(store, job, 6)
      assert.deepInclude(listed.report, { passing: 1, wouldFail: 5, demoted: 0 })
      const applied = yield* requalified(store, job, 6, true)
      assert.deepInclude(applied.report, { passing: 1, wouldFail: 0, demoted: 5 })
      assert.deepStrictEqual(yield* deepCheck(store, job, 6), "holds")
      assert.deepStrictEqual(yield* brokenChecks(store, job), [])
      // What the corpus learnt of it is what the masters have.
      assert.deepInclude((yield* requalified(store, job, 6, true)).report, {
        promoted: 0,
        passing: 1,
        wouldFail: 0
      })
    }).pipe(Effect.provide(ScriptedLlm.layer((request) => ({
      text: JSON.stringify({ title: `The very same words on each, and ${slugIn(request)} last` })
    }))))
  })

  it.effect("a renewal that was rejected takes the place of its stale record once it passes", () => {
    const store = Store.make()
    const reworded = (qa: JobDefinition["settings"]["qa"]) => {
      const given = definition({ qa: qa ?? [] })
      return defineJob({ ...given, prompt: `${given.prompt}Now.\n` })
    }
    return Effect.gen(function*() {
      yield* run(store, yield* lenient, { rows: rows(2) })
      const strict = yield* reworded([{ rule: "length", field: "/title", minChars: 99 }])
      yield* run(store, strict, { rows: rows(2), plan: { _tag: "Renew" } })
      // Today's rules still reject it: nothing changes.
      assert.deepInclude((yield* requalified(store, strict, 2)).report, { promoted: 0 })
      const job = yield* reworded([])
      const { events, report } = yield* requalified(store, job, 2)
      assert.deepInclude(report, { promoted: 2, passing: 0, wouldFail: 0 })
      assert.deepStrictEqual(
        events.map((event) => event.event === "promoted" ? event.was : event.event),
        ["stale", "stale"]
      )
      yield* consolidateAll(store, job)
      const hashes = linesOf(store, data.successes).map(({ _meta }) =>
        (_meta as { readonly promptHash: string }).promptHash
      )
      assert.deepStrictEqual(hashes, [job.prompt.hash, job.prompt.hash])
      assert.deepInclude((yield* requalified(store, job, 2)).report, { promoted: 0, passing: 2 })
      assert.deepStrictEqual(yield* brokenChecks(store, job), [])
    }).pipe(Effect.provide(ScriptedLlm.layer(goodAnswer)))
  })

  it.effect("an item that was taken back is taken up by a retry, and its new record stands", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      yield* run(store, yield* lenient, { rows: rows(1) })
      yield* requalified(store, yield* strictest, 1, true)
      assert.deepStrictEqual(slugsOf(store, data.successes), [])
      const choice = { phases: ["B"], causes: [], slugs: [] } as const
      const report = yield* run(store, yield* strict, {
        rows: rows(1),
        plan: { _tag: "Retry", choice }
      })
      assert.deepInclude(report, { accepted: 1, rejected: 0, callsNow: 0 })
      assert.deepStrictEqual(yield* brokenChecks(store, yield* strict), [])
    }).pipe(Effect.provide(ScriptedLlm.layer(goodAnswer)))
  })
})
