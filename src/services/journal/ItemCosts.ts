// What each item of one run has cost, by the run's journal: its answers, and what may have been billed without one.
import * as Effect from "effect/Effect"
import { DataDirectory, journalPath } from "../durability/DataDirectory.ts"
import { Disk } from "../durability/Disk.ts"
import type { DiskError } from "../durability/Disk.ts"
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
  const add = (slug: string, nanoUsd: NanoUsd) => costs.set(slug, (costs.get(slug) ?? 0) + nanoUsd)
  yield* scanLines(journalPath(yield* DataDirectory, runId), {}, (line) => {
    const event = verifyLine(line) === "valid" ? decodeEvent(line) : undefined
    // What is reserved stays until an answer, or a failure, says what it came to.
    switch (event?._tag) {
      case "intent":
        open.set(event.id, event.reservedNanoUsd)
        return void add(event.slug, event.reservedNanoUsd)
      case "response":
        return void add(event.slug, event.costNanoUsd - (open.get(event.id) ?? 0))
      case "failure":
        return void add(event.slug, event.atRiskNanoUsd - (open.get(event.id) ?? 0))
    }
  })
  return costs
})
