// One run of a workload under a scheduler that may interrupt it, and what must hold of the disk and the money after it.
import { assert } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as References from "effect/References"
import * as TestClock from "effect/testing/TestClock"
import * as Live from "../../src/layers/Live.ts"
import * as MemoryDisk from "../../src/layers/MemoryDisk.ts"
import type { MemoryStore } from "../../src/layers/MemoryStore.ts"
import type { RunEvent, RunReport, StopReason } from "../../src/programs/generate/RunEvent.ts"
import type { Job } from "../../src/services/job/Job.ts"
import { Audit } from "../../src/services/master/Audit.ts"
import type { Budget } from "../../src/services/spending/Budget.ts"
import type { InterruptingScheduler } from "../support/InterruptingScheduler.ts"
import { eventsIn, run, slugsOf } from "../support/pipeline.ts"
import { data } from "../support/smallJob.ts"
import { drive, rest } from "./interruptDrive.ts"
import { stopWish } from "./interruptWorkloads.ts"
import type { Workload } from "./interruptWorkloads.ts"
import { holdLocks, modelOf, pagesOf } from "./interruptWorld.ts"
import type { Bill } from "./interruptWorld.ts"

export interface Ran {
  readonly exit: Exit.Exit<RunReport, unknown>
  readonly events: ReadonlyArray<RunEvent>
  readonly tookMs: number
}

const quietly = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.provideService(effect, References.MinimumLogLevel, "None")

/** The run that came before all others, which nobody interrupts. */
export const runEarlier = Effect.fnUntraced(
  function*(store: MemoryStore, job: Job, workload: Workload, bill: Bill) {
    const { earlier, rows } = workload
    if (earlier === undefined) return
    yield* run(store, job, { rows }).pipe(Effect.provide(modelOf(earlier, bill)), quietly)
    // Journals are read in the order of their names, which is that of their times.
    yield* TestClock.adjust("1 second")
  },
  Effect.orDie
)

/** Runs the workload once and checks what must hold whether it was interrupted or not. */
export const runOnce = Effect.fnUntraced(function*(
  store: MemoryStore,
  job: Job,
  workload: Workload,
  bill: Bill,
  scheduler: InterruptingScheduler,
  what: string
): Effect.fn.Return<Ran> {
  const events: Array<RunEvent> = []
  const wish = yield* Deferred.make<StopReason>()
  let budget: Budget["Service"] | undefined
  const program = run(store, job, {
    rows: workload.rows,
    plan: workload.plan,
    graceMs: workload.graceMs ?? 1000,
    pages: pagesOf(workload, bill),
    ...(workload.stopAt !== undefined && { stopRequested: Deferred.await(wish) }),
    onBudget: (given) => void (budget = given),
    onEvent: (event) => {
      events.push(event)
      return event.event === workload.stopAt
        ? Effect.asVoid(Deferred.succeed(wish, stopWish))
        : undefined
    }
  }).pipe(Effect.provide(modelOf(workload.answer, bill)), quietly)
  const startMs = yield* Clock.currentTimeMillis
  const other = yield* Effect.forkChild(holdLocks(store, workload))
  yield* rest
  let tookMs = 0
  const exit = yield* drive(store, program, scheduler, {
    activity: () => bill.calls + bill.fetched + events.length,
    atEnd: Effect.gen(function*() {
      tookMs = (yield* Clock.currentTimeMillis) - startMs
      yield* Fiber.interrupt(other)
    })
  }, what)
  if (budget !== undefined) {
    assert.strictEqual(
      (yield* budget.state).reservedNanoUsd,
      0,
      `${what}: a reservation is left over`
    )
  }
  assert.strictEqual(bill.inFlight, 0, `${what}: a call is still in flight`)
  assertKept(store, events, what)
  return { exit, events, tookMs }
})

/** I1. */
const assertKept = (store: MemoryStore, events: ReadonlyArray<RunEvent>, what: string): void => {
  const updates = slugsOf(store, data.updates)
  const successes = slugsOf(store, data.successes)
  const rejects = slugsOf(store, data.rejects)
  for (const event of events) {
    if (event.event === "accepted") {
      assert.include(updates, event.slug, `${what}: I1: acknowledged and not in updates`)
      assert.include(successes, event.slug, `${what}: I1: acknowledged and not in successes`)
    }
    if (event.event === "rejected") {
      assert.include(rejects, event.slug, `${what}: acknowledged and not in rejects`)
    }
  }
}

/** I10 by request body: paid for once, and once more only for each call that is listed as at risk. */
export const assertPaidOnce = (
  store: MemoryStore,
  { billed }: Bill,
  { events }: Ran,
  what: string
): void => {
  const hashes = new Map(
    eventsIn(store, "intent").map(({ id, requestHash }) => [id, requestHash as string])
  )
  const listed = events.flatMap((event) =>
    event.event === "started" ? event.atRisk : event.event === "finished" ? event.report.atRisk : []
  )
  const risked = [...new Set(listed.map(({ id }) => id))].map((id) => hashes.get(id))
  const answered = eventsIn(store, "response").map(({ id }) => hashes.get(id))
  const times = (of: ReadonlyArray<string | undefined>, hash: string) =>
    of.filter((each) => each === hash).length
  for (const [hash, count] of billed) {
    assert.isAtMost(count, 1 + times(risked, hash), `${what}: I10: one request was paid for again`)
    assert.isAtMost(
      count,
      times(answered, hash) + times(risked, hash),
      `${what}: I10: a paid answer is neither kept nor listed`
    )
  }
}

/** The product's own examination of the files. */
export const assertAudited = (store: MemoryStore, job: Job, what: string): Effect.Effect<void> =>
  Effect.flatMap(Audit, (audit) => audit.audit(undefined)).pipe(
    Effect.map((report) =>
      assert.deepStrictEqual(report.checks.filter(({ outcome }) => outcome === "broken"), [], what)
    ),
    Effect.provide(Audit.layer.pipe(Layer.provide([Live.settings(job), MemoryDisk.layer(store)]))),
    Effect.orDie
  )
