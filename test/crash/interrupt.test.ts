// Every await point of a run interrupted in turn, and its operations by sample, at others with each commit; each time a
// later run settles the rest.
//
// INTERRUPT_STRIDE=1 interrupts at every operation, instead of at one of several hundred.
import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Random from "effect/Random"
import * as TestClock from "effect/testing/TestClock"
import * as Store from "../../src/layers/MemoryStore.ts"
import type { MemoryStore } from "../../src/layers/MemoryStore.ts"
import type { Job } from "../../src/services/job/Job.ts"
import { InterruptingScheduler } from "../support/InterruptingScheduler.ts"
import type { Steps } from "../support/InterruptingScheduler.ts"
import { consolidateAll } from "../support/laterRuns.ts"
import { assertSettledOnce } from "../support/pipeline.ts"
import { again, seed } from "../support/seed.ts"
import { contentOf } from "./interruptDrive.ts"
import type { Interruption } from "./interruptDrive.ts"
import { requalification } from "./interruptRequalify.ts"
import { assertAudited, assertPaidOnce, runEarlier, runOnce } from "./interruptRun.ts"
import { jobOf, workloads } from "./interruptWorkloads.ts"
import type { Workload } from "./interruptWorkloads.ts"
import { newBill } from "./interruptWorld.ts"
import type { Bill } from "./interruptWorld.ts"

const stride = Number(process.env["INTERRUPT_STRIDE"] ?? 293)
const stepsMax = 1_000_000
/** How often a resume is interrupted too, and how often the product audits what is there in the end. */
const againEvery = 5
/** A later run of the same job settles all of it; one that a stop cuts short needs a few. */
const resumesMax = 6

/** A disk and a bill to begin with. */
interface Start {
  readonly store: MemoryStore
  readonly bill: Bill
}

type Files = ReadonlyArray<readonly [path: string, content: string | Uint8Array]>

const storeOf = (files: Files): MemoryStore => {
  const store = Store.make()
  for (const [path, content] of files) store.put(path, content)
  return store
}

/** Makes what each interrupted run begins with: the disk after the runs before it, and what those have cost. */
const startsOf = Effect.fnUntraced(function*(job: Job, workload: Workload) {
  const store = storeOf(Object.entries(workload.files ?? {}))
  const bill = newBill()
  yield* runEarlier(store, job, workload, bill)
  const files: Files = store.files().map((path) => [path, store.get(path) ?? ""])
  return (): Start => ({ store: storeOf(files), bill: newBill(bill) })
})

/** Runs until every item is settled, nobody interrupting, and checks the whole. */
const resume = Effect.fnUntraced(function*(
  { bill, store }: Start,
  job: Job,
  workload: Workload,
  what: string
) {
  for (let runs = 1; runs <= resumesMax; runs++) {
    const scheduler = new InterruptingScheduler("resumptions", Number.POSITIVE_INFINITY)
    const ran = yield* runOnce(store, job, workload, bill, scheduler, `${what}, resumed`)
    assertPaidOnce(store, bill, ran, what)
    if (Exit.isSuccess(ran.exit) && ran.exit.value.pending === 0) break
    assert.isTrue(
      workload.leavesPending === true && runs < resumesMax,
      `${what}: a resume leaves items pending`
    )
  }
  // A reject that was taken up again stands beside its record until then.
  if (workload.plan !== undefined) yield* consolidateAll(store, job)
  const slugs = workload.rows.map(({ slug }) => slug ?? "")
  assertSettledOnce(store, slugs, what, workload.rejectedBefore)
})

/** The workload is what it says: a wait that nobody waits for would be interrupted in vain. */
const assertShown = Effect.fnUntraced(function*(start: Start, job: Job, workload: Workload) {
  const { bill, store } = start
  const scheduler = new InterruptingScheduler("operations", Number.POSITIVE_INFINITY)
  const ran = yield* runOnce(store, job, workload, bill, scheduler, "uninterrupted")
  const told = new Set(ran.events.map(({ event }) => event))
  const { atRisk = 0, events = [], fetched = 0, files = [], inFlightMax, waitedMs = 0 } =
    workload.shows
  for (const event of events) assert.isTrue(told.has(event), `it shows no ${event}`)
  if (inFlightMax !== undefined) assert.strictEqual(bill.inFlightMax, inFlightMax)
  assert.strictEqual(bill.fetched, fetched)
  assert.includeMembers([...store.files()], [...files])
  assert.isAtLeast(ran.tookMs, waitedMs)
  assert.lengthOf(Exit.isSuccess(ran.exit) ? ran.exit.value.atRisk : [], atRisk)
  return scheduler.steps
})

/** Interrupts the run at a step, the run after it at a step of its own, and settles the rest. */
const interruptAt = Effect.fnUntraced(
  function*(start: Start, job: Job, workload: Workload, { at, isNew, kind }: Interruption) {
    const what = `${workload.name}, ${kind} ${at}`
    const { bill, store } = start
    const first = new InterruptingScheduler(kind, at)
    const ran = yield* runOnce(store, job, workload, bill, first, what)
    if (!first.hasInterrupted) return false
    // Some interruptions come while there is nothing left to interrupt: the run then ends as it would have.
    if (Exit.isFailure(ran.exit) && at % againEvery === 0) {
      const second = new InterruptingScheduler(kind, 1 + (at * 7919) % at)
      yield* runOnce(store, job, workload, bill, second, `${what}, interrupted again`)
    }
    if (!isNew(`${contentOf(store)} ${JSON.stringify([...bill.billed])}`)) return true
    yield* resume(start, job, workload, what)
    if (at % againEvery === 1) yield* assertAudited(store, job, what)
    return true
  }
)

/** One after the other, from step `first` on; answers how many there were. False of `interrupt`: there is no such step. */
const campaign = Effect.fnUntraced(
  function*<E, R>(
    interrupt: (at: number) => Effect.Effect<boolean, E, R>,
    first: number,
    every: number
  ) {
    for (let at = first, count = 0; at < stepsMax; at += every, count++) {
      if (!(yield* interrupt(at))) return count
    }
    return assert.fail("the workload has no end")
  }
)

/** Every await point, and a sample of the operations. */
const interruptEverywhere = Effect.fnUntraced(function*<E, R>(
  name: string,
  operations: number,
  interrupt: (interruption: Interruption) => Effect.Effect<boolean, E, R>
) {
  const nowMs = yield* Clock.currentTimeMillis
  const left = new Set<string>()
  const isNew = (what: string) => left.size < left.add(what).size
  // All of them at one time and with the same ids, so that what two leave behind can be equal.
  const at = (kind: Steps) => (step: number) =>
    Effect.andThen(TestClock.setTime(nowMs), interrupt({ kind, at: step, isNew })).pipe(
      Random.withSeed("interrupt"),
      Effect.provide(TestClock.layer())
    )
  const points = yield* campaign(at("resumptions"), 1, 1)
  const sampled = yield* campaign(at("operations"), 1 + seed % stride, stride)
  console.log(
    `${name}: interrupted at ${points} await points and ${sampled} of ${operations} operations, ` +
      `which left ${left.size} different disks\nagain: ${again("test/crash/interrupt.test.ts")}`
  )
  assert.isAbove(points, 20)
})

const patienceMs = 600_000

describe("interruption", () => {
  for (const workload of workloads) {
    it.effect(
      `I1 I6 I9 I10: ${workload.name}, interrupted at every await point`,
      () =>
        Effect.gen(function*() {
          const job = yield* jobOf(workload)
          const start = yield* startsOf(job, workload)
          const operations = yield* assertShown(start(), job, workload)
          yield* interruptEverywhere(
            workload.name,
            operations,
            (interruption) => interruptAt(start(), job, workload, interruption)
          )
        }).pipe(Random.withSeed("interrupt")),
      patienceMs
    )
  }

  it.effect(
    "I1 I5 I6 I8: a requalification, interrupted at every await point",
    () =>
      Effect.gen(function*() {
        const { interruptAt: interrupt, operations } = yield* requalification
        yield* interruptEverywhere("a requalification", operations, interrupt)
      }).pipe(Random.withSeed("interrupt")),
    patienceMs
  )
})
