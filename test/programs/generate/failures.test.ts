// Calls that fail: what is tried again and when, what is at risk, who is blamed, and what stops the run.
import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Queue from "effect/Queue"
import * as TestClock from "effect/testing/TestClock"
import * as Store from "../../../src/layers/MemoryStore.ts"
import { ScriptedLlm } from "../../../src/layers/ScriptedLlm.ts"
import type { Script } from "../../../src/layers/ScriptedLlm.ts"
import { exitCodeOf } from "../../../src/programs/generate/exitCode.ts"
import type { RunEvent } from "../../../src/programs/generate/RunEvent.ts"
import type { LlmReason } from "../../../src/services/generation/Llm.ts"
import {
  Disconnected,
  InvalidRequest,
  ModelNotFound,
  Overloaded,
  QuotaExhausted,
  RateLimited,
  TimedOut,
  Unauthorized,
  Unreachable
} from "../../../src/services/generation/Llm.ts"
import { defineJob } from "../../../src/services/job/DefineJob.ts"
import type { Job } from "../../../src/services/job/Job.ts"
import {
  eventsIn,
  goodAnswer,
  linesOf,
  longAnswer,
  rows,
  run,
  slugIn
} from "../../support/pipeline.ts"
import { data, definition, makeJob } from "../../support/smallJob.ts"
import type { RunOptions } from "../../support/pipeline.ts"

/** Runs on, moving the clock to the end of every wait that the run tells of. */
const runThrough = Effect.fnUntraced(
  function*(store: Store.MemoryStore, job: Job, options: RunOptions = {}) {
    const events: Array<RunEvent> = []
    const waits = yield* Queue.unbounded<number>()
    const running = yield* Effect.forkChild(run(store, job, {
      ...options,
      onEvent: (event) => {
        events.push(event)
        return event.event === "retrying" || event.event === "paused"
          ? Effect.asVoid(Queue.offer(waits, event.inMs))
          : undefined
      }
    }))
    yield* Effect.forkChild(Effect.forever(Effect.gen(function*() {
      const inMs = yield* Queue.take(waits)
      // Until the waiter is asleep.
      for (let turn = 0; turn < 5; turn++) yield* Effect.yieldNow
      yield* TestClock.adjust(inMs)
    })))
    return { report: yield* Fiber.join(running), events }
  }
)

const overloaded = new Overloaded({ status: 503, retryAfterMs: null, detail: "busy" })
const only = (slug: string, answer: Script): Script => (request, n) =>
  slugIn(request) === slug ? answer(request, n) : goodAnswer(request)

describe("generate: failures", () => {
  it.effect("a passing failure is tried again until it is answered", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      const { events, report } = yield* runThrough(store, yield* makeJob(), { rows: rows(1) })
      assert.deepInclude(report, { accepted: 1, callsNow: 4, stop: null, atRisk: [] })
      assert.strictEqual(events.filter(({ event }) => event === "retrying").length, 3)
      assert.deepInclude(linesOf(store, data.successes)[0]?.["_meta"], { attempt: 4 })
    }).pipe(
      Effect.provide(ScriptedLlm.layer((request, n) => n < 4 ? overloaded : goodAnswer(request)))
    )
  })

  it.effect("Retry-After is kept to the millisecond, by every item on the model", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      const waiting = yield* Queue.unbounded<number>()
      const running = yield* Effect.forkChild(run(store, yield* makeJob({ concurrency: 1 }), {
        rows: rows(2),
        onEvent: (event) =>
          event.event === "retrying" ? Effect.asVoid(Queue.offer(waiting, event.inMs)) : undefined
      }))
      const inMs = yield* Queue.take(waiting)
      assert.isAtLeast(inMs, 60_000)
      assert.isAtMost(inMs, 60_500)
      const llm = yield* ScriptedLlm
      yield* TestClock.adjust(59_999)
      assert.lengthOf(yield* llm.calls, 1)
      yield* TestClock.adjust(501)
      const report = yield* Fiber.join(running)
      assert.deepInclude(report, { accepted: 2, callsNow: 3 })
    }).pipe(
      Effect.provide(ScriptedLlm.layer((request, n) =>
        n === 1
          ? new RateLimited({ retryAfterMs: 60_000, detail: "slow down" })
          : goodAnswer(request)
      ))
    )
  })

  it.effect("attempts are bounded, and one bad item among good ones is rejected with its cause", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      const job = yield* makeJob({ transientAttemptsMax: 3 })
      const { report } = yield* runThrough(store, job, { rows: rows(6) })
      assert.deepInclude(report, { accepted: 5, rejected: 1, callsNow: 8, stop: null })
      assert.deepStrictEqual(report.rejectedByCause, { Timeout: 1 })
      assert.strictEqual(exitCodeOf(report), 5)
      const risk = report.atRisk
      assert.lengthOf(risk, 3)
      assert.deepStrictEqual([...new Set(risk.map(({ slug }) => slug))], ["item-2"])
      assert.strictEqual(
        report.budget.atRiskNanoUsd,
        risk.reduce((sum, call) => sum + call.maxNanoUsd, 0)
      )
    }).pipe(
      Effect.provide(ScriptedLlm.layer(only("item-2", () => new TimedOut({ timeoutMs: 1000 }))))
    )
  })

  it.effect("one at a time, a bad item waits beside the others, and is rejected once one of them is answered", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      const job = yield* makeJob({ transientAttemptsMax: 2, concurrency: 1 })
      const { events, report } = yield* runThrough(store, job)
      assert.deepInclude(report, { accepted: 4, rejected: 1, pending: 0 })
      assert.deepStrictEqual(report.rejectedByCause, { Network: 1 })
      const ends = events.flatMap((event) =>
        event.event === "accepted" || event.event === "rejected" ? [event.slug] : []
      )
      assert.deepStrictEqual(ends.filter((slug) => slug !== "item-1"), [
        "item-0",
        "item-2",
        "item-3",
        "item-4"
      ])
    }).pipe(
      Effect.provide(ScriptedLlm.layer(only("item-1", () => new Disconnected({ detail: "reset" }))))
    )
  })

  const dead: ReadonlyArray<[LlmReason, number]> = [
    [new Unreachable({ detail: "ECONNREFUSED" }), 0],
    [new Disconnected({ detail: "reset" }), 2],
    [new TimedOut({ timeoutMs: 1000 }), 2],
    [overloaded, 0],
    [new RateLimited({ retryAfterMs: null, detail: "no" }), 0]
  ]
  for (const [reason, risk] of dead) {
    it.effect(`a dead endpoint (${reason._tag}) stops the run with every item pending and ${risk === 0 ? "nothing" : "all"} at risk`, () => {
      const store = Store.make()
      return Effect.gen(function*() {
        const job = yield* makeJob({ transientAttemptsMax: 2, concurrency: 2 })
        const { events, report } = yield* runThrough(store, job, { rows: rows(9) })
        assert.strictEqual(report.stop?._tag, "EndpointDead")
        assert.deepInclude(report, { accepted: 0, rejected: 0, pending: 9 })
        assert.strictEqual(exitCodeOf(report), 3)
        assert.lengthOf(report.atRisk, risk === 0 ? 0 : report.callsNow)
        assert.deepStrictEqual(linesOf(store, data.rejects), [])
        const deferred = events.filter(({ event }) => event === "deferred").length
        assert.strictEqual(deferred, report.deferredNow, "every item that was begun is told of")
      }).pipe(Effect.provide(ScriptedLlm.layer(() => reason)))
    })
  }

  // With few attempts its items are out of them before so many calls have failed that it is left alone.
  for (const transientAttemptsMax of [5, 2]) {
    it.effect(`a strong model that answers nobody puts off the items that need it; the others are written, and it is told once (${transientAttemptsMax} attempts)`, () => {
      const store = Store.make()
      return Effect.gen(function*() {
        const job = yield* makeJob({ concurrency: 2, transientAttemptsMax })
        const { events, report } = yield* runThrough(store, job, { rows: rows(60) })
        assert.deepInclude(report, { accepted: 30, rejected: 0, pending: 30, stop: null })
        assert.hasAnyKeys(report.deferredByCause, ["Model"])
        assert.strictEqual(exitCodeOf(report), 3)
        assert.isBelow(report.callsNow, 60 + 30)
        const told = events.filter(({ event }) => event === "unavailable")
        assert.deepStrictEqual(told.map((event) => "model" in event && event.model), ["strong"])
      }).pipe(Effect.provide(ScriptedLlm.layer((request) =>
        request.model === "strong"
          ? overloaded
          : Number(slugIn(request).slice(5)) % 2 === 0
          ? longAnswer(request)
          : goodAnswer(request)
      )))
    })
  }

  it.effect("a model that was out and comes back is called again", () => {
    const store = Store.make()
    const out: Array<string> = []
    return Effect.gen(function*() {
      const job = yield* makeJob({ concurrency: 2, transientSecondsMax: 5 })
      const running = yield* Effect.forkChild(run(store, job, {
        rows: rows(200),
        onEvent: (event) =>
          event.event === "unavailable" ? Effect.sync(() => void out.push(event.model)) : undefined
      }))
      for (let n = 0; n < 200; n++) yield* TestClock.adjust(1000)
      const report = yield* Fiber.join(running)
      assert.isNotEmpty(out)
      assert.strictEqual(report.stop, null)
      assert.isAbove(report.rungs[1]?.accepted ?? 0, 0)
      // Who has used up its attempts before so many failed may be taken for bad once the model answers others.
      assert.isAtMost(report.rejected, 2)
      const deferred = report.deferredByCause.Model ?? 0
      assert.strictEqual(report.accepted + deferred + report.rejected, 200)
    }).pipe(
      Effect.provide(
        ScriptedLlm.layer((request) =>
          Effect.flatMap(Clock.currentTimeMillis, (nowMs) =>
            request.model === "strong"
              ? Effect.succeed(nowMs < 60_000 ? overloaded : goodAnswer(request) as object)
              : Effect.as(
                Effect.sleep(1000),
                (Number(slugIn(request).slice(5)) % 2 === 0 ? longAnswer : goodAnswer)(
                  request
                ) as object
              ))
        )
      )
    )
  })

  it.effect("a failure on one model is not held against an item because another model answers", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      const job = yield* makeJob({ concurrency: 2, transientAttemptsMax: 2 })
      const { report } = yield* runThrough(store, job, { rows: rows(9) })
      assert.deepInclude(report, { accepted: 8, rejected: 0, pending: 1, stop: null })
      assert.deepStrictEqual(report.deferredByCause, { Failed: 1 })
    }).pipe(Effect.provide(ScriptedLlm.layer((request) =>
      request.model === "strong"
        ? overloaded
        : slugIn(request) === "item-0"
        ? longAnswer(request)
        : goodAnswer(request)
    )))
  })

  it.effect("a single pending item on a dead endpoint stays pending", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      const { report } = yield* runThrough(store, yield* makeJob({ transientAttemptsMax: 2 }), {
        rows: rows(1)
      })
      assert.deepInclude(report, { pending: 1, deferredNow: 1, rejected: 0 })
      assert.strictEqual(exitCodeOf(report), 3)
    }).pipe(Effect.provide(ScriptedLlm.layer(() => overloaded)))
  })

  const fatal: ReadonlyArray<LlmReason> = [
    new Unauthorized({ status: 401, detail: "bad key" }),
    new QuotaExhausted({ detail: "no credit" }),
    new ModelNotFound({ detail: "base" })
  ]
  for (const reason of fatal) {
    it.effect(`${reason._tag} stops the run with 4, and keeps what is in flight`, () => {
      const store = Store.make()
      return Effect.gen(function*() {
        const job = yield* makeJob({ concurrency: 3 })
        const llm = yield* ScriptedLlm
        yield* llm.hold
        const running = yield* Effect.forkChild(run(store, job, { rows: rows(9) }))
        yield* llm.waitForCalls(3)
        yield* llm.release
        const report = yield* Fiber.join(running)
        assert.strictEqual(report.stop?._tag, "Fatal")
        assert.deepInclude(report, { accepted: 2, rejected: 0, pending: 7, callsNow: 3 })
        assert.strictEqual(exitCodeOf(report), 4)
      }).pipe(
        Effect.provide(ScriptedLlm.layer((request, n) => n === 1 ? reason : goodAnswer(request)))
      )
    })
  }

  it.effect("a request that the server refuses is that item's end where others are answered", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      const report = yield* run(store, yield* makeJob({ concurrency: 1 }))
      assert.deepInclude(report, { accepted: 4, rejected: 1, stop: null })
      assert.deepStrictEqual(report.rejectedByCause, { Abandoned: 1 })
    }).pipe(
      Effect.provide(
        ScriptedLlm.layer(
          only("item-0", () => new InvalidRequest({ status: 400, detail: "too long" }))
        )
      )
    )
  })

  it.effect("a server that refuses every request stops the run: no catalogue is rejected for a wrong setting", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      const report = yield* run(store, yield* makeJob(), { rows: rows(200) })
      assert.strictEqual(report.stop?._tag, "Fatal")
      assert.deepInclude(report, { accepted: 0, rejected: 0, pending: 200 })
      assert.isBelow(report.callsNow, 40)
      assert.strictEqual(exitCodeOf(report), 4)
    }).pipe(
      Effect.provide(
        ScriptedLlm.layer(() => new InvalidRequest({ status: 400, detail: "no such parameter" }))
      )
    )
  })

  const withPrompt = (user: string, settings?: Parameters<typeof definition>[0]) =>
    Effect.orDie(defineJob({ ...definition(settings), prompt: `--- user\n${user}\n` }))

  it.effect("a prompt that names what no row has is refused before anything is made, and so is a column", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      const job = yield* withPrompt("Item {{ slug }}: {{ item.txt }}", {
        evidence: {
          fields: ["text"],
          fileFields: ["manual"],
          sources: [{ url: "{{ item.site }}" }]
        }
      })
      const error = yield* Effect.flip(run(store, job, { rows: rows(50) }))
      assert.strictEqual(error._tag, "JobError")
      const lines = error.message.split("\n")
      assert.lengthOf(lines, 3)
      assert.include(lines[0], `evidence.fileFields: names the column "manual", which no row has`)
      assert.include(lines[1], `evidence.sources: names the column "site", which no row has`)
      assert.include(lines[2], `the item has no field "txt"; did you mean "item.text"?`)
      assert.deepStrictEqual(store.files(), [])
    }).pipe(Effect.provide(ScriptedLlm.layer(goodAnswer)))
  })

  it.effect("a column that begins after thousands of rows is known all the same", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      const job = yield* withPrompt("Item {{ slug }}. {{ item.late }}", {
        evidence: { fields: ["text", "late"], minChars: 0 }
      })
      const given = rows(1500).map((row, n) => n < 1400 ? row : { ...row, late: "x" })
      const report = yield* run(store, job, { rows: given, limit: 3 })
      assert.deepInclude(report, { deferredByCause: { Prompt: 3 }, stop: null })
    }).pipe(Effect.provide(ScriptedLlm.layer(goodAnswer)))
  })

  it.effect("rows that lack what the prompt names are put off, wherever they stand, and told once: the others are written", () => {
    const store = Store.make()
    const reasons: Array<string> = []
    return Effect.gen(function*() {
      const job = yield* withPrompt("Item {{ slug }}. {{ item.name }} {{ evidence }}")
      const given = [...rows(30), ...rows(60).slice(30).map((row) => ({ ...row, name: "A" }))]
      const report = yield* run(store, job, {
        rows: given,
        onEvent: (event) =>
          event.event === "deferred"
            ? Effect.sync(() => void reasons.push(event.reason))
            : undefined
      })
      assert.deepInclude(report, {
        accepted: 30,
        rejected: 0,
        pending: 30,
        callsNow: 30,
        stop: null
      })
      assert.deepStrictEqual(report.deferredByCause, { Prompt: 30 })
      assert.lengthOf(new Set(reasons), 1)
      assert.match(reasons[0] ?? "", /line 2: .*the item has no field "name"/)
      assert.strictEqual(exitCodeOf(report), 2)
      // The prompt or the rows mended, the same command writes the rest.
      const mended = yield* withPrompt("Item {{ slug }}. {{ item.name | default: '' }}")
      assert.deepInclude(yield* run(store, mended, { rows: given }), { accepted: 60, pending: 0 })
    }).pipe(Effect.provide(ScriptedLlm.layer(goodAnswer)))
  })

  it.effect("a template that fails on every row for another reason than a missing column exits 2 and rejects none", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      const job = yield* withPrompt("Item {{ slug }}. {{ item.tags }}")
      const given = rows(50).map((row) => ({ ...row, tags: ["a", "b"] }))
      const report = yield* run(store, job, { rows: given as never })
      assert.deepInclude(report, { accepted: 0, rejected: 0, pending: 50, callsNow: 0, stop: null })
      assert.strictEqual(exitCodeOf(report), 2)
    }).pipe(Effect.provide(ScriptedLlm.layer(goodAnswer)))
  })

  it.effect("a defect in one item stops the run with 1, and loses no other", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      const llm = yield* ScriptedLlm
      yield* llm.hold
      const running = yield* Effect.forkChild(
        run(store, yield* makeJob({ concurrency: 5 }), { rows: rows(9), mayDefect: true })
      )
      yield* llm.waitForCalls(5)
      yield* llm.release
      const report = yield* Fiber.join(running)
      assert.strictEqual(report.stop?._tag, "Defect")
      assert.strictEqual(exitCodeOf(report), 1)
      assert.deepInclude(report, { accepted: 4, pending: 5, callsNow: 5 })
      assert.deepStrictEqual(report.atRisk.map(({ slug }) => slug), ["item-2"])
    }).pipe(Effect.provide(ScriptedLlm.layer(only("item-2", () => Effect.die(new Error("a bug"))))))
  })

  it.effect("a watcher that dies stops the run with 1, and what was accepted stays", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      const report = yield* run(store, yield* makeJob({ concurrency: 1 }), {
        mayDefect: true,
        onEvent: (event) =>
          event.event === "accepted" ? Effect.die(new Error("a watcher's bug")) : undefined
      })
      assert.deepInclude(report, { accepted: 1, pending: 4 })
      assert.deepStrictEqual(report.stop, { _tag: "Defect", detail: "Error: a watcher's bug" })
      assert.lengthOf(linesOf(store, data.successes), 1)
    }).pipe(Effect.provide(ScriptedLlm.layer(goodAnswer)))
  })

  it.effect("failures are in the journal with their reasons", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      yield* runThrough(store, yield* makeJob(), { rows: rows(1) })
      const [failure] = eventsIn(store, "failure")
      assert.deepInclude(failure?.["reason"], { _tag: "Overloaded", status: 503 })
      assert.strictEqual(failure?.["atRiskNanoUsd"], 0)
    }).pipe(
      Effect.provide(ScriptedLlm.layer((request, n) => n === 1 ? overloaded : goodAnswer(request)))
    )
  })
})
