// The processes of one act: begun, killed at any disk call or moment or asked to stop, and begun again until all have ended.
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import * as Random from "effect/Random"
import * as TestClock from "effect/testing/TestClock"
import type { RunReport, StopReason } from "../../../src/programs/generate/RunEvent.ts"
import { mortalProcess } from "../../support/MortalProcess.ts"
import type { MortalProcess } from "../../support/MortalProcess.ts"
import { check } from "./checks.ts"
import type { Program } from "./programs.ts"
import type { Schedule } from "./schedule.ts"
import { checkBooks } from "./world.ts"
import type { World } from "./world.ts"

interface Process {
  readonly mortal: MortalProcess
  readonly fiber: Fiber.Fiber<RunReport | undefined>
}

const pauseOf = ({ diskMs }: Schedule): Effect.Effect<void> =>
  diskMs === 0
    ? Effect.yieldNow
    : Effect.flatMap(Random.nextBetween(0, diskMs), Effect.sleep)

const start = Effect.fnUntraced(function*(
  world: World,
  make: (mortal: MortalProcess) => Program
) {
  const { killsMax, stopsMax } = world.schedule
  const diesAt = world.kills < killsMax && !world.isFree && (yield* Random.nextBoolean)
    ? yield* Random.nextIntBetween(1, 400)
    : undefined
  const mortal = mortalProcess(world.store, diesAt, pauseOf(world.schedule))
  const isStopped = world.stops < stopsMax && !world.isFree && (yield* Random.next) < 0.3
  const afterMs = yield* Random.nextIntBetween(0, 800)
  const signal: StopReason = { _tag: "Signal", signal: "SIGTERM" }
  const stopRequested = isStopped
    ? Effect.as(Effect.sleep(afterMs), signal)
    : Effect.never
  const fiber = yield* Effect.forkDetach(make(mortal)(stopRequested))
  world.counts.runs++
  const started: Process = { mortal, fiber }
  return started
})

/** An endpoint that is dead, or an account that is empty, ends a process; so often somebody starts it again. */
const restartsMax = 2
const turnsMax = 20_000
/** While nothing happens time goes by faster: a backoff of 30 s is no reason to turn a thousand times. */
const idleStepMsMax = 5_000

/** Runs one process for each of them until all have come to their end. */
export const runAll = Effect.fnUntraced(function*(
  world: World,
  makes: ReadonlyArray<(mortal: MortalProcess) => Program>
) {
  const { books, counts, schedule, server } = world
  const living = new Map<number, Process>()
  const restarts = new Map<number, number>()
  for (const [index, make] of makes.entries()) living.set(index, yield* start(world, make))
  let stepMs = 80
  let seen = ""
  for (let turn = 0; living.size > 0; turn++) {
    check(turn < turnsMax, "it hangs")
    yield* TestClock.adjust(yield* Random.nextIntBetween(1, stepMs))
    for (let yields = 0; yields < 20; yields++) yield* Effect.yieldNow
    const now = `${server.calls} ${books.bytes}`
    stepMs = now === seen ? Math.min(idleStepMsMax, stepMs * 2) : 80
    seen = now
    for (const [index, { fiber, mortal }] of living) {
      const make = makes[index]!
      const exit = fiber.pollUnsafe()
      if (exit !== undefined) {
        check(Exit.isSuccess(exit), `a process failed: ${String(exit)}`)
        living.delete(index)
        const report = Exit.isSuccess(exit) ? exit.value : undefined
        if (report !== undefined && takeReport(world, report, restarts, index)) {
          living.set(index, yield* start(world, make))
        }
        continue
      }
      const mayKill = !world.isFree && world.kills < schedule.killsMax
      if (!mortal.isDead() && mayKill && (yield* Random.next) < 0.03) mortal.kill()
      if (mortal.isDead()) {
        world.kills++
        counts.kills++
        living.set(index, yield* start(world, make))
      }
    }
    checkBooks(world)
  }
})

/** What a run came to; whether it is to be started again. */
const takeReport = (
  world: World,
  report: RunReport,
  restarts: Map<number, number>,
  index: number
): boolean => {
  const { counts } = world
  check(report.accepted + report.rejected + report.pending === report.input, "I9: conservation")
  check(report.budget.reservedNanoUsd === 0, "I10: a reservation is left over")
  check(!world.isFree || report.pending === 0, "items are left though nothing keeps them")
  check(report.stop?._tag !== "Defect", `a defect: ${JSON.stringify(report.stop)}`)
  check(report.stop?._tag !== "Storage", `a fault of the disk: ${JSON.stringify(report.stop)}`)
  counts.judgedFromJournal += report.judgedFromJournal
  counts.renewed += report.renewedNow
  switch (report.stop?._tag) {
    case "Budget":
      counts.budgetStops++
      return false
    case "Signal":
      counts.stops++
      world.stops++
      return true
    case "Fatal":
      counts.quotaStops++
      break
    case "EndpointDead":
      break
    default:
      return false
  }
  const times = restarts.get(index) ?? 0
  restarts.set(index, times + 1)
  return times < restartsMax
}
