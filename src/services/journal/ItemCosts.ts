// What each item of one run has cost, by the run's journal: its answers, and what may have been billed without one.
import * as Effect from "effect/Effect"
import { DataDirectory, journalPath } from "../durability/DataDirectory.ts"
import type { Disk, DiskError } from "../durability/Disk.ts"
import { verifyLine } from "../durability/LineCodec.ts"
import { scanLines } from "../durability/Lines.ts"
import type { NanoUsd } from "../spending/Money.ts"
import { decodeEvent } from "./EventCodec.ts"

/** By slug, of items for which calls were made. */
export const readItemCosts = Effect.fnUntraced(function*(
  runId: string
): Effect.fn.Return<ReadonlyMap<string, NanoUsd>, DiskError, DataDirectory | Disk> {
  const costs = new Map<string, NanoUsd>()
  const open = new Map<string, NanoUsd>()
  const add = (slug: string, nanoUsd: NanoUsd): void => {
    costs.set(slug, (costs.get(slug) ?? 0) + nanoUsd)
  }
  yield* scanLines(journalPath(yield* DataDirectory, runId), {}, (line) => {
    const event = verifyLine(line) === "valid" ? decodeEvent(line) : undefined
    if (event === undefined || event._tag === "verdict" || event._tag === "end") return
    // What is reserved stays until an answer, or a failure, says what it came to.
    if (event._tag === "intent") {
      open.set(event.id, event.reservedNanoUsd)
      add(event.slug, event.reservedNanoUsd)
      return
    }
    const nanoUsd = event._tag === "response" ? event.costNanoUsd : event.atRiskNanoUsd
    add(event.slug, nanoUsd - (open.get(event.id) ?? 0))
  })
  return costs
})
