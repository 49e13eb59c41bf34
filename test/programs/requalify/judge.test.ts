// Requalification and deep audit of a job with a judge: they call nobody, and go by what the journals and records tell.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as TestClock from "effect/testing/TestClock"
import * as Checking from "../../../src/layers/Checking.ts"
import * as MemoryDisk from "../../../src/layers/MemoryDisk.ts"
import type { MemoryStore } from "../../../src/layers/MemoryStore.ts"
import * as Store from "../../../src/layers/MemoryStore.ts"
import { ScriptedLlm } from "../../../src/layers/ScriptedLlm.ts"
import { auditDeep } from "../../../src/programs/auditDeep.ts"
import type { RequalifyEvent } from "../../../src/programs/requalify/RequalifyEvent.ts"
import { requalifyJob } from "../../../src/requalifyJob.ts"
import { itemsFromRows } from "../../../src/services/items/RowItems.ts"
import type { Job } from "../../../src/services/job/Job.ts"
import { testHost } from "../../../src/testing.ts"
import { approves, disapproves, isJudged, judgedJob, judgeNoteOf } from "../../support/judgedJob.ts"
import { brokenChecks, laterRun as run } from "../../support/laterRuns.ts"
import { goodAnswer, rows, slugIn, slugsOf } from "../../support/pipeline.ts"
import { data, makeJob } from "../../support/smallJob.ts"

const requalified = Effect.fnUntraced(function*(store: MemoryStore, job: Job, apply = false) {
  yield* TestClock.adjust("1 second")
  const events: Array<RequalifyEvent> = []
  const report = yield* requalifyJob({
    job,
    source: yield* itemsFromRows(rows(2)),
    apply,
    onEvent: (event) => Effect.sync(() => void events.push(event))
  }).pipe(Effect.provide([MemoryDisk.layer(store), testHost]))
  return { events: events.map(({ event, slug }) => `${event} ${slug}`), report }
})

const deepCheck = (store: MemoryStore, job: Job) =>
  Effect.flatMap(itemsFromRows(rows(2)), auditDeep).pipe(
    Effect.provide(Layer.provideMerge(Checking.layer(job), MemoryDisk.layer(store)))
  )

const noLadder = { models: { base: { name: "base", maxOutputTokens: 100 } } }

/** item-1 is rejected by the judge. */
const script = ScriptedLlm.layer((request) =>
  !isJudged(request)
    ? goodAnswer(request)
    : slugIn(request) === "item-1"
    ? disapproves()
    : approves()
)

describe("requalify: the judge", () => {
  it.effect("what it rejected stays rejected, what it passed stays, without a call", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      const job = yield* judgedJob({}, noLadder)
      yield* run(store, job, { rows: rows(2) })
      const llm = yield* ScriptedLlm
      const calls = (yield* llm.calls).length
      const { events, report } = yield* requalified(store, job, true)
      assert.deepStrictEqual(events, [])
      assert.deepInclude(report, {
        promoted: 0,
        passing: 1,
        wouldFail: 0,
        demoted: 0,
        notJudged: 0
      })
      assert.lengthOf(yield* llm.calls, calls)
      assert.deepStrictEqual(slugsOf(store, data.successes), ["item-0"])
      // Without the judge the rules alone decide.
      const alone = yield* requalified(store, yield* makeJob(noLadder))
      assert.deepStrictEqual(alone.events, ["promoted item-1"])
    }).pipe(Effect.provide(script))
  })

  it.effect("I10: a threshold that is moved is held against what it answered, for nothing", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      yield* run(store, yield* judgedJob({}, noLadder), { rows: rows(2) })
      const mild = yield* requalified(store, yield* judgedJob({ minScore: 1 }, noLadder))
      assert.deepStrictEqual(mild.events, ["promoted item-1"])
      assert.deepInclude(judgeNoteOf(store, "item-1"), { verdict: "passed", score: 2 })
      const severe = yield* judgedJob({ minScore: 9 }, noLadder)
      const audit = yield* deepCheck(store, severe)
      assert.strictEqual(audit.outcome, "broken")
      assert.include(audit.examples.join("\n"), "the judge gives 8 of 10, and 9 are needed")
      const { events } = yield* requalified(store, severe, true)
      assert.sameMembers(events, ["demoted item-0", "demoted item-1"])
      assert.deepStrictEqual(slugsOf(store, data.successes), [])
      assert.deepStrictEqual(yield* brokenChecks(store, severe), [])
    }).pipe(Effect.provide(script))
  })

  it.effect("an answer that today's judge has not seen is left to a run or a retry, a record stands", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      yield* run(store, yield* judgedJob({}, noLadder), { rows: rows(2) })
      const other = yield* judgedJob(
        {},
        noLadder,
        "--- user\nItem {{ slug }}. {{ piece }}, well?\n"
      )
      const { events, report } = yield* requalified(store, other, true)
      assert.deepStrictEqual(events, ["not-judged item-1"])
      assert.deepInclude(report, { promoted: 0, passing: 1, notJudged: 1 })
      const audit = yield* deepCheck(store, other)
      assert.strictEqual(audit.outcome, "holds")
      assert.include(audit.note, "1 passed, 0 not judged")
      const choice = { phases: ["B"], causes: [], slugs: [] } as const
      const retried = yield* run(store, other, {
        rows: rows(2),
        plan: { _tag: "Retry", choice }
      })
      // The judge on the old draft, and a new draft, which is the same piece: that is not judged for money again.
      assert.deepInclude(retried, { accepted: 1, rejected: 1, callsNow: 2 })
      assert.deepInclude(retried.judge, { answers: 1, failed: 2 })
    }).pipe(Effect.provide(script))
  })
})
