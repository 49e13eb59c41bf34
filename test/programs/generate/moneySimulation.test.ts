// I9 and I10 over simulated schedules: several processes share one budget on one disk, their server is slow, fails, bills
// what it pleases within the worst case, and each process is killed at any disk call or moment and started again.
//
// SIMULATIONS sets how many schedules (npm run crash:money takes thousands), SIMULATION_SEED the first: a failure names
// its own.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Random from "effect/Random"
import * as TestClock from "effect/testing/TestClock"
import * as Live from "../../../src/layers/Live.ts"
import * as Store from "../../../src/layers/MemoryStore.ts"
import type { MemoryStore } from "../../../src/layers/MemoryStore.ts"
import { generate } from "../../../src/programs/generate/generate.ts"
import { recordRun } from "../../../src/programs/generate/recordRun.ts"
import type { RunReport } from "../../../src/programs/generate/RunEvent.ts"
import {
  Disconnected,
  Llm,
  LlmError,
  mayBeBilled,
  Overloaded,
  RateLimited,
  TimedOut
} from "../../../src/services/generation/Llm.ts"
import type { Completion, LlmReason, LlmRequest } from "../../../src/services/generation/Llm.ts"
import { requestHash } from "../../../src/services/generation/RequestHash.ts"
import { itemsFromRows } from "../../../src/services/items/RowItems.ts"
import type { Job } from "../../../src/services/job/Job.ts"
import { costOf } from "../../../src/services/spending/Cost.ts"
import { testHost } from "../../../src/testing.ts"
import { mortalProcess } from "../../support/MortalProcess.ts"
import type { MortalProcess } from "../../support/MortalProcess.ts"
import {
  assertConserved,
  data,
  eventsIn,
  journals,
  linesOf,
  makeJob,
  rows,
  slugIn,
  slugsOf
} from "../../support/pipeline.ts"

const simulations = Number(process.env["SIMULATIONS"] ?? 20)
const firstSeed = Number(process.env["SIMULATION_SEED"] ?? 1)

interface Schedule {
  readonly shards: number
  readonly items: number
  readonly concurrency: number
  readonly totalUsd: number | undefined
  readonly runUsd: number | undefined
  readonly itemUsd: number | undefined
  readonly holdAtRisk: boolean
  readonly failureRate: number
  readonly rejectRate: number
  readonly killsMax: number
}

/** One call's worst case on the base model is some 0.7 milli-dollars, ten times that on the strong one. */
const milli = 0.001

const drawSchedule = Effect.gen(function*() {
  const int = Random.nextIntBetween
  const maybe = (max: number) =>
    Effect.flatMap(
      Random.nextBoolean,
      (given) => given ? Random.nextBetween(0, max * milli) : Effect.undefined
    )
  const schedule: Schedule = {
    shards: yield* int(1, 4),
    items: yield* int(1, 13),
    concurrency: yield* int(1, 7),
    totalUsd: (yield* Random.next) < 0.8 ? yield* Random.nextBetween(0, 40 * milli) : undefined,
    runUsd: yield* maybe(20),
    itemUsd: yield* maybe(20),
    holdAtRisk: (yield* Random.next) < 0.2,
    failureRate: (yield* Random.next) * 0.5,
    rejectRate: (yield* Random.next) * 0.6,
    killsMax: yield* int(0, 8)
  }
  return schedule
})

interface Bill {
  readonly slug: string
  readonly hash: string
  readonly costNanoUsd: number
}

/** The model's server, with its own account of what it billed. */
class FakeServer {
  readonly billed: Array<Bill> = []
  readonly #job: Job
  readonly #schedule: Schedule
  readonly #onCall: () => void

  constructor(job: Job, schedule: Schedule, onCall: () => void) {
    this.#job = job
    this.#schedule = schedule
    this.#onCall = onCall
  }

  complete(request: LlmRequest): Effect.Effect<Completion, LlmError> {
    return Effect.gen({ self: this }, function*() {
      this.#onCall()
      const slug = slugIn(request)
      const failing = (yield* Random.next) < this.#schedule.failureRate
      const reason = failing ? yield* drawFailure : undefined
      const mayBill = reason === undefined || mayBeBilled(reason)
      const long = (yield* Random.next) < this.#schedule.rejectRate
      const usage = {
        inputTokens: yield* Random.nextIntBetween(1, 60),
        cachedInputTokens: 0,
        outputTokens: yield* Random.nextIntBetween(0, request.outputTokensMax + 1),
        reasoningTokens: 0
      }
      // Billed when the request arrives, the harshest reading; now and then not at all.
      if (mayBill && (reason === undefined || (yield* Random.nextBoolean))) {
        const price = this.#job.prices[request.model]!
        this.billed.push({ slug, hash: requestHash(request), costNanoUsd: costOf(price, usage) })
      }
      yield* Effect.sleep(yield* Random.nextIntBetween(0, 400))
      if (reason !== undefined) return yield* new LlmError({ model: request.model, reason })
      const title = long ? `A title on ${slug} that is much too long` : `On ${slug}`
      return {
        model: request.model,
        text: JSON.stringify({ title }),
        finish: "stop" as const,
        refusal: null,
        usage,
        body: null
      }
    })
  }
}

const drawFailure: Effect.Effect<LlmReason> = Effect.map(Random.nextIntBetween(0, 5), (n) => {
  const reasons = [
    new RateLimited({ retryAfterMs: null, detail: "slow down" }),
    new Overloaded({ status: 503, retryAfterMs: null, detail: "busy" }),
    new Overloaded({ status: 500, retryAfterMs: null, detail: "oops" }),
    new Disconnected({ detail: "gone" }),
    new TimedOut({ timeoutMs: 400 })
  ]
  return reasons[n] ?? reasons[0]!
})

/** What the journals say was spent, was left at risk, and is reserved for calls in flight: all of it, at its worst. */
const booked = (store: MemoryStore) => {
  const byId = new Map<string, number>()
  let answeredNanoUsd = 0
  let answers = 0
  for (const event of journals(store).flatMap((file) => linesOf(store, file))) {
    const id = String(event["id"])
    if (event["_tag"] === "intent") byId.set(id, Number(event["reservedNanoUsd"]))
    if (event["_tag"] === "failure") byId.set(id, Number(event["atRiskNanoUsd"]))
    if (event["_tag"] === "response") {
      byId.delete(id)
      answers++
      answeredNanoUsd += Number(event["costNanoUsd"])
    }
  }
  const open = [...byId.values()].filter((nanoUsd) => nanoUsd > 0)
  const openNanoUsd = open.reduce((sum, nanoUsd) => sum + nanoUsd, 0)
  return { answers, answeredNanoUsd, open: open.length, openNanoUsd }
}

const assertWithin = (store: MemoryStore, job: Job, what: string): void => {
  const { answeredNanoUsd, openNanoUsd } = booked(store)
  assert.isAtMost(
    answeredNanoUsd + openNanoUsd,
    job.totalBudgetNanoUsd ?? Number.POSITIVE_INFINITY,
    `I10: ${what}: spent, reserved and at risk pass the total budget`
  )
}

interface Process {
  readonly mortal: MortalProcess
  readonly fiber: Fiber.Fiber<RunReport, unknown>
}

const simulate = Effect.fnUntraced(function*(seed: number) {
  const schedule = yield* drawSchedule
  const what = `seed ${seed} ${JSON.stringify(schedule)}`
  const { holdAtRisk, itemUsd, runUsd, totalUsd } = schedule
  const job = yield* makeJob({
    budget: {
      ...(itemUsd === undefined ? {} : { itemUsd }),
      ...(runUsd === undefined ? {} : { runUsd }),
      ...(totalUsd === undefined ? {} : { totalUsd })
    },
    concurrency: schedule.concurrency,
    consolidateEvery: 5,
    holdAtRisk,
    transientAttemptsMax: 2
  })
  const store = Store.make()
  const server = new FakeServer(job, schedule, () => assertWithin(store, job, what))

  const start = Effect.fnUntraced(function*(index: number, mayDie: boolean) {
    const diesAt = mayDie && (yield* Random.nextBoolean)
      ? yield* Random.nextIntBetween(1, 400)
      : undefined
    const mortal = mortalProcess(store, diesAt)
    const shard = { index: index + 1, of: schedule.shards }
    const program = Effect.gen(function*() {
      const source = yield* Effect.orDie(itemsFromRows(rows(schedule.items)))
      return yield* recordRun(shard, generate({ source, shard }))
    }).pipe(
      Effect.provide(
        Live.run(job, shard).pipe(
          Layer.provideMerge(Layer.mergeAll(
            mortal.disk,
            testHost,
            Layer.succeed(Llm, {
              complete: (request) => mortal.mortal(server.complete(request))
            })
          ))
        )
      )
    )
    const fiber = yield* Effect.forkDetach(program)
    const started: Process = { mortal, fiber }
    return started
  })

  const living = new Map<number, Process>()
  for (let index = 0; index < schedule.shards; index++) {
    living.set(index, yield* start(index, schedule.killsMax > 0))
  }
  let kills = 0
  const reports: Array<RunReport> = []
  for (let turn = 0; living.size > 0; turn++) {
    assert.isBelow(turn, 5_000, `${what}: it hangs`)
    yield* TestClock.adjust(yield* Random.nextIntBetween(1, 80))
    for (let yields = 0; yields < 20; yields++) yield* Effect.yieldNow
    for (const [index, { fiber, mortal }] of living) {
      const exit = fiber.pollUnsafe()
      if (exit !== undefined) {
        assert.isTrue(Exit.isSuccess(exit), `${what}: ${String(exit)}`)
        if (Exit.isSuccess(exit)) reports.push(exit.value)
        living.delete(index)
        continue
      }
      if (!mortal.isDead() && kills < schedule.killsMax && (yield* Random.next) < 0.03) {
        mortal.kill()
      }
      if (mortal.isDead()) living.set(index, yield* start(index, ++kills < schedule.killsMax))
    }
    assertWithin(store, job, what)
  }
  checkEnd(store, job, server, reports, what)
  return { kills, calls: server.billed.length, budget: reports.some(({ stop }) => stop !== null) }
})

const checkEnd = (
  store: MemoryStore,
  job: Job,
  server: FakeServer,
  reports: ReadonlyArray<RunReport>,
  what: string
): void => {
  for (const report of reports) {
    assertConserved(report)
    assert.include([undefined, "Budget", "EndpointDead"], report.stop?._tag, what)
  }
  const { answeredNanoUsd, answers, open, openNanoUsd } = booked(store)
  const billedNanoUsd = server.billed.reduce((sum, bill) => sum + bill.costNanoUsd, 0)
  // What was billed and is not in the journals is listed as at risk, call by call and by its worst case.
  assert.isAtMost(server.billed.length - answers, open, `I10: ${what}`)
  assert.isAtMost(billedNanoUsd - answeredNanoUsd, openNanoUsd, `I10: ${what}`)
  const answered = new Set(eventsIn(store, "response").map(({ id }) => id))
  const unanswered = eventsIn(store, "intent").filter(({ id }) => !answered.has(id))
  for (const [hash, bills] of Map.groupBy(server.billed, (bill) => bill.hash)) {
    const risked = unanswered.filter(({ requestHash: of }) => of === hash).length
    assert.isAtMost(bills.length - 1, risked, `I10: ${what}: ${bills[0]?.slug} is paid for twice`)
  }
  if (job.itemBudgetNanoUsd !== null) {
    for (const [slug, bills] of Map.groupBy(server.billed, (bill) => bill.slug)) {
      const cost = bills.reduce((sum, bill) => sum + bill.costNanoUsd, 0)
      assert.isAtMost(cost, job.itemBudgetNanoUsd, `I10: ${what}: ${slug}`)
    }
  }
  const accepted = slugsOf(store, data.successes)
  assert.strictEqual(new Set(accepted).size, accepted.length, `I5: ${what}`)
}

describe("money, simulated", () => {
  it(
    "I9 I10: over random schedules of processes, failures, costs and kills no budget is passed",
    async () => {
      const sums = { kills: 0, calls: 0, budget: 0 }
      for (let seed = firstSeed; seed < firstSeed + simulations; seed++) {
        const done = await Effect.runPromise(
          simulate(seed).pipe(
            Random.withSeed(seed),
            // Recovery tells of every kill.
            Effect.provide(Layer.merge(TestClock.layer(), Logger.layer([])))
          )
        )
        sums.kills += done.kills
        sums.calls += done.calls
        sums.budget += done.budget ? 1 : 0
      }
      if (simulations > 100) process.stdout.write(`${JSON.stringify(sums)}\n`)
      assert.isAbove(sums.kills, simulations / 10)
      assert.isAbove(sums.budget, simulations / 10)
    },
    Math.max(60_000, simulations * 1000)
  )
})
