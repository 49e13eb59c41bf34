// The job's judge in a run: last, sampled, out of its own money, durable before it counts, and never in the way.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import * as Store from "../../../src/layers/MemoryStore.ts"
import { ScriptedLlm } from "../../../src/layers/ScriptedLlm.ts"
import type { Script } from "../../../src/layers/ScriptedLlm.ts"
import {
  InvalidRequest,
  ModelNotFound,
  TimedOut,
  Unreachable
} from "../../../src/services/generation/Llm.ts"
import { requestHash } from "../../../src/services/generation/RequestHash.ts"
import type { Job } from "../../../src/services/job/Job.ts"
import { isSampled } from "../../../src/services/judge/JudgeSettings.ts"
import { brokenChecks, laterRun } from "../../support/laterRuns.ts"
import { approves, disapproves, isJudged, judgedJob, judgeNoteOf } from "../../support/judgedJob.ts"
import {
  assertSettledOnce,
  eventsIn,
  goodAnswer,
  linesOf,
  longAnswer,
  rows,
  run,
  slugIn
} from "../../support/pipeline.ts"
import { data, makeJob } from "../../support/smallJob.ts"

/** Pieces of the base model as the rules want them, judged by `judge`. */
const judgedBy = (judge: Script) =>
  ScriptedLlm.layer((request, call) =>
    isJudged(request) ? judge(request, call) : goodAnswer(request)
  )

/** Of the calls on the disk: INTERRUPT_STRIDE=1 takes every one. */
const stride = Number(process.env["INTERRUPT_STRIDE"] ?? 8)

const judgeCalls = Effect.map(
  Effect.flatMap(ScriptedLlm, ({ calls }) => calls),
  (calls) => calls.filter(isJudged)
)

const slugs = (count: number) => rows(count).map(({ slug }) => slug)

describe("generate: the judge", () => {
  it.effect("looks at what passed the rules, and the record keeps what it said and by which prompt", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      const job = yield* judgedJob()
      const report = yield* run(store, job, { rows: rows(2) })
      assert.deepInclude(report, { accepted: 2, rejected: 0, callsNow: 4 })
      assert.deepInclude(report.judge, { answers: 2, passed: 2, failed: 0, notJudged: 0 })
      const [asked] = yield* judgeCalls
      assert.include(asked?.messages.at(-1)?.content, "<piece>\n{\n \"title\": \"On item-0\"\n}")
      const call = eventsIn(store, "response").find((event) => "judges" in event)
      assert.deepInclude(judgeNoteOf(store, "item-0"), {
        verdict: "passed",
        model: "judge",
        promptHash: job.judge?.prompt.hash,
        score: 8,
        id: call?.["id"]
      })
      // Its money is the run's too, and no rung's.
      const spent = eventsIn(store, "response").reduce(
        (sum, e) => sum + Number(e["costNanoUsd"]),
        0
      )
      assert.strictEqual(report.budget.spentNanoUsd, spent)
      assert.strictEqual(
        (report.rungs[0]?.spentNanoUsd ?? 0) + (report.judge?.spentNanoUsd ?? 0),
        spent
      )
      assert.deepStrictEqual(yield* brokenChecks(store, job), [])
    }).pipe(Effect.provide(judgedBy(() => approves())))
  })

  it.effect("is not asked about what a rule rejects, and its own rejection goes up the ladder like any other", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      const job = yield* judgedJob()
      const report = yield* run(store, job, { rows: rows(2) })
      assert.deepInclude(report, { accepted: 1, rejected: 1 })
      // item-0: base rejected by the rule, strong judged. item-1: base and strong judged.
      const asked = yield* judgeCalls
      assert.deepStrictEqual(asked.map(slugIn).sort(), ["item-0", "item-1", "item-1"])
      assert.deepInclude(report.judge, { passed: 1, failed: 2, notJudged: 0 })
      const retake = (yield* (yield* ScriptedLlm).calls).find((request) =>
        request.model === "strong" && slugIn(request) === "item-1"
      )
      assert.include(retake?.messages.at(-1)?.content, "judge in /title: It says nothing.")
      const [reject] = linesOf(store, data.rejects)
      assert.deepInclude(reject, { slug: "item-1", cause: "QaFailed" })
      assert.match(JSON.stringify(reject?.["findings"]), /^\[\{"rule":"judge","field":"\/title"/)
      assertSettledOnce(store, slugs(2))
      assert.deepStrictEqual(yield* brokenChecks(store, job), [])
    }).pipe(Effect.provide(ScriptedLlm.layer((request) => {
      if (isJudged(request)) return slugIn(request) === "item-0" ? approves() : disapproves()
      const isLong = slugIn(request) === "item-0" && request.model === "base"
      if (isLong) return longAnswer(request)
      return request.model === "strong"
        ? { text: JSON.stringify({ title: `Of ${slugIn(request)}` }) }
        : goodAnswer(request)
    })))
  })

  it.effect("sees the same sample in every run, told by the slug alone; the others keep no word of it", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      const job = yield* judgedJob({ share: 0.3 })
      const sampled = slugs(20).filter((slug) => job.judge !== null && isSampled(job.judge, slug))
      assert.isAbove(sampled.length, 1)
      assert.isBelow(sampled.length, 15)
      yield* run(store, job, { rows: rows(20) })
      assert.deepStrictEqual((yield* judgeCalls).map(slugIn).sort(), [...sampled].sort())
      for (const slug of slugs(20)) {
        assert.strictEqual(judgeNoteOf(store, slug) !== undefined, sampled.includes(slug), slug)
      }
    }).pipe(Effect.provide(judgedBy(() => approves())))
  })

  it.effect("I10: its own budget is never passed; what is beyond stands by the rules and says so", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      // The worst case of a call is about $0.001: two or three fit, as they cost less.
      const job = yield* judgedJob({ runUsd: 0.0025 }, { concurrency: 4 })
      const report = yield* run(store, job, { rows: rows(12) })
      assert.deepInclude(report, { accepted: 12, rejected: 0 })
      const { answers = 0, notJudged, reason, spentNanoUsd = 0 } = report.judge ?? {}
      assert.isAbove(answers, 1)
      assert.isBelow(answers, 12)
      assert.strictEqual(notJudged, 12 - answers)
      assert.isAtMost(spentNanoUsd, 2_500_000)
      assert.include(reason ?? "", "judge.runUsd")
      const notes = slugs(12).map((slug) =>
        judgeNoteOf(store, slug) as { readonly verdict: string }
      )
      assert.lengthOf(notes.filter(({ verdict }) => verdict === "not-judged"), 12 - answers)
    }).pipe(Effect.provide(judgedBy(() => ({ ...approves(), usage: null }))))
  })

  it.effect("I10: neither is the run's, and where that is used up the piece stands all the same", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      const job = yield* judgedJob({}, { budget: { runUsd: 0.0009 }, concurrency: 1 })
      const report = yield* run(store, job, { rows: rows(1) })
      assert.deepInclude(report, { accepted: 1 })
      assert.deepInclude(report.judge, { answers: 0, notJudged: 1, spentNanoUsd: 0 })
      assert.isAtMost(report.budget.spentNanoUsd, 900_000)
    }).pipe(Effect.provide(judgedBy(() => approves())))
  })

  const cannot: ReadonlyArray<readonly [string, Script, number]> = [
    ["refuses the request", () => new InvalidRequest({ status: 400, detail: "no" }), 4],
    ["is unknown, and is left alone from then on", () => new ModelNotFound({ detail: "no" }), 1],
    ["answers something else", () => ({ text: "Looks good to me!" }), 4],
    ["is cut off", () => ({ text: "{\"findings\":", finish: "length" }), 4]
  ]
  for (const [what, judge, calls] of cannot) {
    it.effect(`a judge that ${what} leaves every piece as the rules judged it`, () => {
      const store = Store.make()
      return Effect.gen(function*() {
        const report = yield* run(store, yield* judgedJob({}, { concurrency: 1 }), {
          rows: rows(4)
        })
        assert.deepInclude(report, { accepted: 4, rejected: 0, stop: null })
        assert.deepInclude(report.judge, { passed: 0, failed: 0, notJudged: 4 })
        assert.lengthOf(yield* judgeCalls, calls)
        assert.deepInclude(judgeNoteOf(store, "item-3"), { verdict: "not-judged", model: "judge" })
      }).pipe(Effect.provide(judgedBy(judge)))
    })
  }

  it.effect("is tried again where that may help, and left alone once it answers nobody", () => {
    const store = Store.make()
    let calls = 0
    return Effect.gen(function*() {
      const job = yield* judgedJob({}, { concurrency: 1, transientAttemptsMax: 2 })
      const fiber = yield* Effect.forkChild(run(store, job, { rows: rows(6) }))
      // Its waits between two tries end; the run has no other.
      while (fiber.pollUnsafe() === undefined) yield* TestClock.adjust(500)
      const report = yield* Fiber.join(fiber)
      assert.deepInclude(report, { accepted: 6, stop: null })
      // The first is answered at the second try; then three pieces with two tries each.
      assert.deepInclude(report.judge, { answers: 1, passed: 1, notJudged: 5 })
      assert.strictEqual(calls, 8)
    }).pipe(
      Effect.provide(
        judgedBy(() => ++calls === 2 ? approves() : new Unreachable({ detail: "nobody there" }))
      )
    )
  })

  it.effect("a piece that it rejects counts for no other: the corpus compares what stands", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      const job = yield* judgedJob({}, {
        models: { base: { name: "base", maxOutputTokens: 100 } },
        qa: [{ rule: "nearDuplicate", maxSimilarity: 0.5, shingleWords: 2 }],
        concurrency: 1
      })
      const report = yield* run(store, job, { rows: rows(3) })
      assert.deepInclude(report, { accepted: 1, rejected: 2 })
      const findings = linesOf(store, data.rejects).map((line) => JSON.stringify(line["findings"]))
      assert.match(findings[0] ?? "", /"rule":"judge"/)
      assert.match(findings[1] ?? "", /"rule":"nearDuplicate".*item-1/)
    }).pipe(Effect.provide(ScriptedLlm.layer((request) =>
      isJudged(request)
        ? slugIn(request) === "item-0" ? disapproves() : approves()
        : { text: `{"title":"The very same four words on each of them"}` }
    )))
  })

  it.effect("with holdAtRisk a call that may have been billed is not made again", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      const report = yield* run(store, yield* judgedJob({}, { holdAtRisk: true }), {
        rows: rows(1)
      })
      assert.deepInclude(report, { accepted: 1 })
      assert.lengthOf(yield* judgeCalls, 1)
      assert.lengthOf(report.atRisk, 1)
      assert.deepInclude(judgeNoteOf(store, "item-0"), { verdict: "not-judged" })
    }).pipe(Effect.provide(judgedBy(() => new TimedOut({ timeoutMs: 5 }))))
  })

  it.effect("the prompt's version is in the hash of the rules and of the job", () =>
    Effect.gen(function*() {
      const hashOf = Effect.fnUntraced(function*(job: Job) {
        const store = Store.make()
        yield* run(store, job, { rows: rows(1) })
        const [line = ""] = (store.get(data.successes)?.toString() ?? "").split("\n")
        return /"qa":\{"rules":"(\w+)"/.exec(line)?.[1]
      })
      const jobs = [
        yield* makeJob(),
        yield* judgedJob(),
        yield* judgedJob({ minScore: 7 }),
        yield* judgedJob({}, {}, "--- user\nItem {{ slug }}. Judge {{ piece }}, severely.\n")
      ]
      const hashes = yield* Effect.forEach(jobs, hashOf)
      assert.lengthOf([...new Set(hashes)], jobs.length)
      assert.lengthOf([...new Set(jobs.map(({ hash }) => hash))], jobs.length)
    }).pipe(Effect.provide(judgedBy(() => approves()))))
})

describe("generate: the judge and the journal", () => {
  it.effect("I10: stopped between its intent and its answer, only that call is at risk; the draft is not bought again", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      const llm = yield* ScriptedLlm
      const job = yield* judgedJob()
      const fiber = yield* Effect.forkChild(run(store, job, { rows: rows(1) }))
      yield* llm.waitForCalls(2)
      yield* Fiber.interrupt(fiber)
      assert.deepStrictEqual(linesOf(store, data.successes), [])
      const resumed = yield* laterRun(store, job, { rows: rows(1) })
      assert.deepStrictEqual(resumed.atRiskBefore.map(({ model }) => model), ["judge"])
      assert.deepInclude(resumed, { accepted: 1, callsNow: 1, judgedFromJournal: 1 })
      assert.deepInclude(resumed.judge, { answers: 1, passed: 1 })
      assertSettledOnce(store, slugs(1))
      assert.deepStrictEqual(yield* brokenChecks(store, job), [])
    }).pipe(Effect.provide(judgedBy((_, call) => call === 2 ? Effect.never : approves())))
  })

  it.effect("I10: with holdAtRisk that call is not made again, and the piece stands as not judged", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      const llm = yield* ScriptedLlm
      const job = yield* judgedJob({}, { holdAtRisk: true })
      const fiber = yield* Effect.forkChild(run(store, job, { rows: rows(1) }))
      yield* llm.waitForCalls(2)
      yield* Fiber.interrupt(fiber)
      const resumed = yield* laterRun(store, job, { rows: rows(1) })
      assert.deepInclude(resumed, { accepted: 1, callsNow: 0 })
      assert.deepInclude(judgeNoteOf(store, "item-0"), { verdict: "not-judged" })
    }).pipe(Effect.provide(judgedBy((_, call) => call === 2 ? Effect.never : approves())))
  })

  it.effect("I10: after its answer is durable no call is made: a later run judges by what the journal has", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      const job = yield* judgedJob({}, { concurrency: 1 })
      // The masters fail right after the judge has passed the piece.
      store.failNext((call) =>
        call.operation === "append" && call.path === data.updates ? "EIO" : undefined
      )
      const cut = yield* run(store, job, { rows: rows(1) })
      assert.deepInclude(cut, { accepted: 0, pending: 1, callsNow: 2 })
      const resumed = yield* laterRun(store, job, { rows: rows(1) })
      assert.deepInclude(resumed, { accepted: 1, callsNow: 0, judgedFromJournal: 1 })
      assert.deepInclude(resumed.judge, { answers: 0, passed: 1, spentNanoUsd: 0 })
      const [judged] = eventsIn(store, "response").filter((event) => "judges" in event)
      assert.deepInclude(judgeNoteOf(store, "item-0"), { verdict: "passed", id: judged?.["id"] })
      assertSettledOnce(store, slugs(1))
    }).pipe(Effect.provide(judgedBy(() => approves())))
  })

  it.effect("a threshold that was raised holds against what the journal has, for nothing", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      store.failNext((call) =>
        call.operation === "append" && call.path === data.updates ? "EIO" : undefined
      )
      const ladder = { models: { base: { name: "base", maxOutputTokens: 100 } } }
      yield* run(store, yield* judgedJob({}, ladder), { rows: rows(1) })
      const severe = yield* judgedJob({ minScore: 9 }, ladder)
      const resumed = yield* laterRun(store, severe, { rows: rows(1) })
      assert.deepInclude(resumed, { accepted: 0, rejected: 1, callsNow: 0 })
    }).pipe(Effect.provide(judgedBy(() => approves())))
  })

  it.effect("a run that stops before the judge was asked leaves the piece to a later one", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      const job = yield* judgedJob({
        model: { name: "judge", maxOutputTokens: 50, requestsPerMinute: 1 }
      }, { concurrency: 2 })
      const stopRequested = Effect.gen(function*() {
        yield* (yield* ScriptedLlm).waitForCalls(3)
        return { _tag: "Signal", signal: "SIGINT" } as const
      })
      const llm = yield* ScriptedLlm
      const cut = yield* run(store, job, {
        rows: rows(2),
        stopRequested: Effect.provideService(stopRequested, ScriptedLlm, llm)
      })
      assert.deepInclude(cut, { accepted: 1, pending: 1, deferredByCause: { Stopping: 1 } })
      const resumed = yield* laterRun(store, yield* judgedJob(), { rows: rows(2) })
      assert.deepInclude(resumed, { accepted: 2, callsNow: 1, judgedFromJournal: 1 })
      assertSettledOnce(store, slugs(2))
    }).pipe(Effect.provide(judgedBy(() => approves())))
  })

  it.effect("I1, I6, I10: interrupted at any call on the disk, nothing that is journaled is bought again", () =>
    Effect.gen(function*() {
      const job = yield* judgedJob({}, { concurrency: 2 })
      const script = judgedBy((request) =>
        slugIn(request) === "item-1" &&
          request.messages.some(({ content }) => content.includes("On "))
          ? disapproves()
          : approves()
      )
      let isWhole = false
      for (let k = 0; !isWhole; k += stride) {
        const store = Store.make()
        yield* Effect.gen(function*() {
          let n = 0
          const stop = store.failAlways(() => {
            if (n++ === k) fiber.interruptUnsafe()
            return undefined
          })
          const fiber: Fiber.Fiber<unknown, unknown> = yield* Effect.forkChild(
            run(store, job, { rows: rows(2) })
          )
          yield* Fiber.await(fiber)
          isWhole = n <= k
          stop()
          const resumed = yield* laterRun(store, job, { rows: rows(2) })
          const what = `call ${k}`
          assert.deepInclude(resumed, { pending: 0, stop: null }, what)
          assertSettledOnce(store, slugs(2), what)
          const hashes = (yield* (yield* ScriptedLlm).calls).map(requestHash)
          assert.isAtMost(
            hashes.length - new Set(hashes).size,
            resumed.atRiskBefore.length,
            `${what}: I10: paid twice and not listed`
          )
          assert.deepStrictEqual(yield* brokenChecks(store, job), [], what)
        }).pipe(Effect.provide(script))
      }
    }))
})
