// One run of a workload under a scheduler that may interrupt it, and what must hold of the disk and the money after it.
import { assert } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as References from "effect/References"
import * as TestClock from "effect/testing/TestClock"
import * as Live from "../../src/layers/Live.ts"
import * as MemoryDisk from "../../src/layers/MemoryDisk.ts"
import type { MemoryStore } from "../../src/layers/MemoryStore.ts"
import { ScriptedLlm } from "../../src/layers/ScriptedLlm.ts"
import type { RunEvent, RunReport, StopReason } from "../../src/programs/generate/RunEvent.ts"
import { Disk } from "../../src/services/durability/Disk.ts"
import { FileLock } from "../../src/services/durability/FileLock.ts"
import type { LlmRequest } from "../../src/services/generation/Llm.ts"
import { requestHash } from "../../src/services/generation/RequestHash.ts"
import type { Job } from "../../src/services/job/Job.ts"
import { Audit } from "../../src/services/master/Audit.ts"
import type { Budget } from "../../src/services/spending/Budget.ts"
import type { InterruptingScheduler } from "../support/InterruptingScheduler.ts"
import { assertNoTemps, data, eventsIn, run, slugsOf } from "../support/pipeline.ts"
import { stopWish } from "./interruptWorkloads.ts"
import type { Workload } from "./interruptWorkloads.ts"

/** What the model was asked over all runs on one disk, as its owner would bill it. */
export interface Bill {
  readonly billed: Map<string, number>
  calls: number
  inFlight: number
  inFlightMax: number
}

export const newBill = (): Bill => ({ billed: new Map(), calls: 0, inFlight: 0, inFlightMax: 0 })

export interface Ran {
  readonly exit: Exit.Exit<RunReport, unknown>
  readonly events: ReadonlyArray<RunEvent>
}

/** A 503 costs nothing; a dropped connection may have been billed. */
const isFree = (answer: object): boolean => "_tag" in answer && answer._tag === "Overloaded"

const model = (workload: Workload, bill: Bill) =>
  ScriptedLlm.layer((request: LlmRequest, callNumber) => {
    bill.calls++
    const answer = workload.answer(request, callNumber)
    const hash = requestHash(request)
    if (!isFree(answer)) bill.billed.set(hash, (bill.billed.get(hash) ?? 0) + 1)
    const given = "_tag" in answer || !Effect.isEffect(answer) ? Effect.succeed(answer) : answer
    return Effect.acquireUseRelease(
      Effect.sync(() => {
        bill.inFlightMax = Math.max(bill.inFlightMax, ++bill.inFlight)
      }),
      // In flight for a moment, so that it can be cut there.
      () => Effect.andThen(Effect.yieldNow, given),
      () => Effect.sync(() => bill.inFlight--)
    )
  })

const turns = (count: number): Effect.Effect<void> =>
  Effect.repeat(Effect.yieldNow, { times: count - 1 })

/** Enough for any fiber that can go on without the clock to have done so. */
const turnsOfRest = 4
const clockStepsMax = 200

/** Lets the run work; only when it rests does time go on. */
const driveToEnd = <A, E>(fiber: Fiber.Fiber<A, E>, activity: () => number) =>
  Effect.gen(function*() {
    for (let steps = 0; steps < clockStepsMax;) {
      const exit = fiber.pollUnsafe()
      if (exit !== undefined) return exit
      const before = activity()
      yield* turns(turnsOfRest)
      if (activity() !== before) continue
      steps++
      yield* TestClock.adjust("2 seconds")
    }
    return assert.fail("the run does not end")
  })

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
    graceMs: workload.graceMs ?? 1000,
    ...(workload.stopAt !== undefined && { stopRequested: Deferred.await(wish) }),
    onBudget: (given) => void (budget = given),
    onEvent: (event) => {
      events.push(event)
      return event.event === workload.stopAt
        ? Effect.asVoid(Deferred.succeed(wish, stopWish))
        : undefined
    }
  }).pipe(
    Effect.provide(model(workload, bill)),
    Effect.provideService(References.MinimumLogLevel, "None")
  )
  const activity = () => scheduler.steps + store.calls + bill.calls + events.length
  const fiber = yield* scheduler.run(program)
  const exit = yield* driveToEnd(fiber, activity)

  if (Exit.isFailure(exit) && !(scheduler.hasInterrupted && Cause.hasInterruptsOnly(exit.cause))) {
    return yield* Effect.failCause(exit.cause as Cause.Cause<never>)
  }
  assert.strictEqual(scheduler.living, 0, `${what}: a fiber is alive after its scope`)
  if (budget !== undefined) {
    assert.strictEqual(
      (yield* budget.state).reservedNanoUsd,
      0,
      `${what}: a reservation is left over`
    )
  }
  const quiet = activity()
  yield* turns(turnsOfRest)
  yield* TestClock.adjust("1 hour")
  yield* turns(turnsOfRest)
  assert.strictEqual(activity(), quiet, `${what}: something goes on after the end`)
  assert.strictEqual(bill.inFlight, 0, `${what}: a call is still in flight`)
  assertKept(store, events, what)
  yield* assertNothingHeld(store, what)
  return { exit, events }
})

/** I1, I6. */
const assertKept = (store: MemoryStore, events: ReadonlyArray<RunEvent>, what: string): void => {
  assertNoTemps(store, what)
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

/** Another process gets every lock at once. */
const assertNothingHeld = (store: MemoryStore, what: string) =>
  Effect.scoped(Effect.gen(function*() {
    const disk = yield* Disk
    const locks = yield* FileLock
    for (const file of store.files()) {
      assert.isTrue(
        yield* locks.tryLock(yield* disk.open(file, "update")),
        `${what}: ${file} is still locked`
      )
    }
  })).pipe(Effect.provide(MemoryDisk.layer(store)), Effect.orDie)

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
