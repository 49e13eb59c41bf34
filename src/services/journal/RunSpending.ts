// What one dead run has spent, by its journal alone.
import * as Effect from "effect/Effect"
import type { DataDirectory } from "../durability/DataDirectory.ts"
import type { Disk, DiskError } from "../durability/Disk.ts"
import type { NanoUsd } from "../spending/Money.ts"
import { JournalBooks } from "./JournalBooks.ts"

/** What is left at risk included. */
export const readRunSpending = Effect.fnUntraced(function*(
  runId: string
): Effect.fn.Return<NanoUsd, DiskError, DataDirectory | Disk> {
  const books = new JournalBooks()
  yield* books.read(runId, () => true)
  const { failedAtRiskNanoUsd, spentNanoUsd, unansweredNanoUsd } = books.ledgerOf(runId).totals
  return spentNanoUsd + failedAtRiskNanoUsd + unansweredNanoUsd
})
