// What stands between two acts of a simulation, and what its journals may come to at every moment.
import type { MemoryStore } from "../../../src/layers/MemoryStore.ts"
import type { ItemSource } from "../../../src/services/items/ItemSource.ts"
import { fromUsd } from "../../../src/services/spending/Money.ts"
import type { Books } from "./Books.ts"
import type { Counts } from "./counts.ts"
import type { ModelServer } from "./ModelServer.ts"
import type { Schedule } from "./schedule.ts"
import type { Subject } from "./subject.ts"

export interface World {
  readonly subject: Subject
  readonly schedule: Schedule
  readonly source: ItemSource
  readonly store: MemoryStore
  readonly books: Books
  readonly server: ModelServer
  readonly counts: Counts
  /** By run, as it was started; and of its judge. */
  readonly runLimits: Map<string, number>
  readonly judgeLimits: Map<string, number>
  kills: number
  stops: number
  /** Changes with acts. */
  prompt: number
  isLenient: boolean
  totalUsd: number | undefined
  isFree: boolean
}

const unlimited = Number.POSITIVE_INFINITY
/** What holds for the run since it was started: what holds now, where it is seen for the first time. */
const limitOf = (limits: Map<string, number>, run: string, now: number): number => {
  const limit = limits.get(run) ?? now
  limits.set(run, limit)
  return limit
}

const nano = (usd: number | undefined): number => usd === undefined ? unlimited : fromUsd(usd)

/** I10 at this moment. */
export const checkBooks = (world: World): void => {
  const { isFree, judgeLimits, runLimits, schedule, totalUsd } = world
  const runNow = isFree ? unlimited : nano(schedule.runUsd)
  const judgeNow = isFree ? unlimited : nano(schedule.judgeUsd)
  world.books.check({
    totalNanoUsd: isFree ? unlimited : nano(totalUsd),
    itemNanoUsd: isFree ? unlimited : nano(schedule.itemUsd),
    runNanoUsd: (run) => limitOf(runLimits, run, runNow),
    judgeNanoUsd: (run) => limitOf(judgeLimits, run, judgeNow)
  })
}
