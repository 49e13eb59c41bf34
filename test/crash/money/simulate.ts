// One simulated schedule: processes that share a data directory and a budget, one act after the other, on one disk in
// memory, with a server that is slow, fails, and bills what it pleases within the worst case; processes are killed at any
// disk call or moment, or asked to stop, and started again. Throws at the first broken promise (I5, I9, I10).
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import * as TestClock from "effect/testing/TestClock"
import * as Store from "../../../src/layers/MemoryStore.ts"
import type { Plan } from "../../../src/programs/generate/Plan.ts"
import type { MortalProcess } from "../../support/MortalProcess.ts"
import { Books } from "./Books.ts"
import { check, checkBills, checkMasters, loseLines } from "./checks.ts"
import { noCounts } from "./counts.ts"
import { jobOf, priceList } from "./jobs.ts"
import { ModelServer } from "./ModelServer.ts"
import { runAll } from "./processes.ts"
import { generating, requalifying, shardsOf } from "./programs.ts"
import { drawSchedule } from "./schedule.ts"
import type { Act, Schedule } from "./schedule.ts"
import type { Subject } from "./subject.ts"
import { checkBooks } from "./world.ts"
import type { World } from "./world.ts"

const rowsOf = (count: number) =>
  Array.from({ length: count }, (_, n) => ({ slug: `item-${n}`, text: `Fact ${n}.` }))

const planOf = (act: Act): Plan => {
  if (act === "renew") return { _tag: "Renew" }
  if (act !== "retry") return { _tag: "Pending" }
  const causes = [
    "Network",
    "RateLimited",
    "Timeout",
    "QaFailed",
    "Malformed",
    "Truncated"
  ] as const
  return {
    _tag: "Retry",
    choice: { phases: [], causes: [...causes, "BudgetExhausted", "Refused"], slugs: [] }
  }
}

/** Of the acts: an audit costs as much as a run. */
const auditedShare = 0.3

const perform = Effect.fnUntraced(function*(world: World, act: Act) {
  const { counts, schedule, store } = world
  counts.acts++
  // Runs are told apart, and journals read, by their times.
  yield* TestClock.adjust(1000)
  if (act === "renew") world.prompt++
  if (act === "requalify") world.isLenient = yield* Random.nextBoolean
  if (act === "more" && world.totalUsd !== undefined) world.totalUsd *= 1.5
  if (act === "lose") counts.lost += yield* loseLines(store)
  const job = yield* jobOf(world.subject, schedule, world)
  const calls = world.server.calls
  if (act === "requalify") {
    const apply = yield* Random.nextBoolean
    yield* runAll(world, [(mortal) => requalifying(world, job, apply, mortal)])
    check(world.server.calls === calls, "a requalification called the model")
  } else {
    const makes = Array.from(
      { length: shardsOf(world) },
      (_, index) => (mortal: MortalProcess) => generating(world, job, planOf(act), index, mortal)
    )
    yield* runAll(world, makes)
    if (act === "retry") counts.retried += world.server.calls - calls
  }
  checkBills(world.books, world.server)
  if ((yield* Random.next) < auditedShare) {
    yield* checkMasters(store, job, counts.lost > 0)
  }
})

/** `focus`: what of the schedule is not left to the lot. */
export const simulate = Effect.fnUntraced(function*(subject: Subject, focus: Partial<Schedule>) {
  const schedule: Schedule = { ...(yield* drawSchedule), ...focus }
  const store = Store.make()
  const counts = noCounts()
  const server = new ModelServer(subject, schedule, priceList, () => checkBooks(world))
  const world: World = {
    subject,
    schedule,
    source: yield* Effect.orDie(subject.itemsFromRows(rowsOf(schedule.items))),
    store,
    books: new Books(store),
    server,
    counts,
    runLimits: new Map(),
    judgeLimits: new Map(),
    kills: 0,
    stops: 0,
    prompt: 0,
    isLenient: false,
    totalUsd: schedule.totalUsd,
    isFree: false
  }
  for (const act of ["generate", ...schedule.acts] as const) yield* perform(world, act)
  if (yield* Random.nextBoolean) {
    // With money enough and a server without fault everything is settled; then nothing is left to pay for.
    world.isFree = true
    server.isPerfect = true
    yield* perform(world, "generate")
    const calls = server.calls
    if (yield* Random.nextBoolean) yield* perform(world, "generate")
    check(server.calls === calls, "a run with nothing to do made calls")
  }
  counts.simulations++
  counts.calls += server.calls
  counts.truncated += server.truncated
  for (const { isAnswered, isOfJudge, nanoUsd } of world.books.calls.values()) {
    if (isOfJudge) counts.judgeCalls++
    if (isAnswered) counts.answers++
    else if (nanoUsd > 0) counts.atRisk++
  }
  return counts
})
