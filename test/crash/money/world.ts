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
  /** By run, as it was started. */
  readonly runLimits: Map<string, number>
  kills: number
  stops: number
  /** Changes with acts. */
  prompt: number
  isLenient: boolean
  totalUsd: number | undefined
  isFree: boolean
}

const unlimited = Number.POSITIVE_INFINITY
const nano = (usd: number | undefined): number => usd === undefined ? unlimited : fromUsd(usd)

/** I10 at this moment. */
export const checkBooks = (world: World): void => {
  const { isFree, runLimits, schedule, totalUsd } = world
  const runNow = isFree ? unlimited : nano(schedule.runUsd)
  world.books.check({
    totalNanoUsd: isFree ? unlimited : nano(totalUsd),
    itemNanoUsd: isFree ? unlimited : nano(schedule.itemUsd),
    runNanoUsd: (run) => {
      const limit = runLimits.get(run) ?? runNow
      runLimits.set(run, limit)
      return limit
    }
  })
}
