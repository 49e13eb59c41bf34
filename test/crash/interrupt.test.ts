// Every await point of a run interrupted in turn, and its operations by sample; each time a later run settles the rest.
//
// INTERRUPT_STRIDE=1 interrupts at every operation, instead of at one of several hundred.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Random from "effect/Random"
import * as Store from "../../src/layers/MemoryStore.ts"
import type { MemoryStore } from "../../src/layers/MemoryStore.ts"
import type { Job } from "../../src/services/job/Job.ts"
import { InterruptingScheduler } from "../support/InterruptingScheduler.ts"
import type { Steps } from "../support/InterruptingScheduler.ts"
import { assertSettledOnce } from "../support/pipeline.ts"
import { assertAudited, assertPaidOnce, newBill, runOnce } from "./interruptRun.ts"
import type { Bill } from "./interruptRun.ts"
import { jobOf, workloads } from "./interruptWorkloads.ts"
import type { Workload } from "./interruptWorkloads.ts"

const stride = Number(process.env["INTERRUPT_STRIDE"] ?? 197)
const stepsMax = 1_000_000
/** How often a resume is interrupted too, and how often the product audits what is there in the end. */
const againEvery = 5
/** A later run of the same job settles all of it; one that a stop cuts short needs a few. */
const resumesMax = 6

const freshStore = ({ files = {} }: Workload): MemoryStore => {
  const store = Store.make()
  for (const [path, text] of Object.entries(files)) store.put(path, text)
  return store
}

/** Runs until every item is settled, nobody interrupting, and checks the whole. */
const resume = Effect.fnUntraced(function*(
  store: MemoryStore,
  job: Job,
  workload: Workload,
  bill: Bill,
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
  const slugs = workload.rows.map(({ slug }) => slug ?? "")
  assertSettledOnce(store, slugs, what, workload.rejectedBefore)
})

/** The workload is what it says: a wait that nobody waits for would be interrupted in vain. */
const assertShown = Effect.fnUntraced(function*(job: Job, workload: Workload) {
  const bill = newBill()
  const scheduler = new InterruptingScheduler("operations", Number.POSITIVE_INFINITY)
  const { events, exit } = yield* runOnce(
    freshStore(workload),
    job,
    workload,
    bill,
    scheduler,
    "uninterrupted"
  )
  const told = new Set(events.map(({ event }) => event))
  const { atRisk = 0, events: expected = [], inFlightMax } = workload.shows
  for (const event of expected) assert.isTrue(told.has(event), `it shows no ${event}`)
  if (inFlightMax !== undefined) assert.strictEqual(bill.inFlightMax, inFlightMax)
  assert.lengthOf(Exit.isSuccess(exit) ? exit.value.atRisk : [], atRisk)
  return scheduler.steps
})

/** Interrupts the run at step `at`, the run after it at a step of its own, and settles the rest. Answers the steps. */
const interruptAt = Effect.fnUntraced(
  function*(job: Job, workload: Workload, kind: Steps, at: number) {
    const what = `${workload.name}, ${kind} ${at}`
    const store = freshStore(workload)
    const bill = newBill()
    const first = new InterruptingScheduler(kind, at)
    const ran = yield* runOnce(store, job, workload, bill, first, what)
    if (!first.hasInterrupted) return false
    // Some interruptions come while there is nothing left to interrupt: the run then ends as it would have.
    if (Exit.isFailure(ran.exit) && at % againEvery === 0) {
      const second = new InterruptingScheduler(kind, 1 + (at * 7919) % at)
      yield* runOnce(store, job, workload, bill, second, `${what}, interrupted again`)
    }
    yield* resume(store, job, workload, bill, what)
    if (at % againEvery === 1) yield* assertAudited(store, job, what)
    return true
  }
)

const campaign = Effect.fnUntraced(
  function*(job: Job, workload: Workload, kind: Steps, every: number) {
    let interrupted = 0
    for (let at = 1; at < stepsMax; at += every) {
      if (!(yield* interruptAt(job, workload, kind, at))) return interrupted
      interrupted++
    }
    return assert.fail("the workload has no end")
  }
)

describe("interruption", () => {
  for (const workload of workloads) {
    it.effect(
      `I1 I6 I9 I10: ${workload.name}, interrupted at every await point`,
      () =>
        Effect.gen(function*() {
          const job = yield* jobOf(workload)
          const operations = yield* assertShown(job, workload)
          const points = yield* campaign(job, workload, "resumptions", 1)
          const sampled = yield* campaign(job, workload, "operations", stride)
          console.log(
            `${workload.name}: interrupted at ${points} await points and ${sampled} of ${operations} operations`
          )
          assert.isAbove(points, 20)
        }).pipe(Random.withSeed("interrupt")),
      600_000
    )
  }
})
