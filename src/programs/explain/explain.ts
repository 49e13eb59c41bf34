// Everything that happened to an item, in order, over all runs, and where its lines stand. Reads only.
import * as Effect from "effect/Effect"
import { findEvents } from "../../services/journal/FindEvents.ts"
import type { FoundEvent } from "../../services/journal/FindEvents.ts"
import type { JournalEvent } from "../../services/journal/JournalEvent.ts"
import { findLines } from "../../services/master/FindLines.ts"
import type { FoundLine } from "../../services/master/FindLines.ts"
import { MasterLine } from "../../services/master/MasterLine.ts"
import type { NanoUsd } from "../../services/spending/Money.ts"

/** A line of a master about the item. */
export interface MasterPlace {
  /** From the data directory, as `master/successes.jsonl`. */
  readonly file: string
  /** Counts from 1; null where the index told where it stands: then only `offset` is known. */
  readonly line: number | null
  /** Bytes from the beginning of the file. */
  readonly offset: number
  /** Whether it is what the item has come to. Others are superseded, or taken back, and go with a consolidation. */
  readonly stands: boolean
  /** `acceptedAt` or `rejectedAt`; null where the line does not say. */
  readonly at: string | null
  readonly object: { readonly [key: string]: unknown }
}

/** A line of a journal about the item. */
export interface JournalPlace {
  readonly runId: string
  readonly file: string
  readonly line: number
  readonly event: JournalEvent
}

/** What had to be read to know it. */
export interface ExplanationSources {
  /** By their index, which is a few reads, or all of them. */
  readonly masters: "index" | "whole"
  /** By the lists beside them, which is a few reads. */
  readonly journalsByList: number
  readonly journalsWhole: number
  /** Bytes of those that were read from beginning to end. */
  readonly journalBytes: number
}

export interface Explanation {
  readonly slug: string
  readonly state: "accepted" | "rejected" | "pending"
  /** In the order of their times. */
  readonly events: ReadonlyArray<JournalPlace>
  readonly lines: ReadonlyArray<MasterPlace>
  readonly calls: number
  readonly spentNanoUsd: NanoUsd
  /** At most so much may have been billed for calls without an answer. */
  readonly atRiskNanoUsd: NanoUsd
  readonly read: ExplanationSources
}

const timeIn = ({ metaObject }: MasterLine): string | null => {
  const { acceptedAt, rejectedAt } = (metaObject ?? {}) as { readonly [key: string]: unknown }
  const at = acceptedAt ?? rejectedAt
  return typeof at === "string" ? at : null
}

const toMasterPlace = ({ bytes, lineNumber, name, offset, stands }: FoundLine): MasterPlace => {
  const line = new MasterLine()
  line.read(bytes)
  return {
    file: `master/${name}.jsonl`,
    line: lineNumber ?? null,
    offset,
    stands,
    at: timeIn(line),
    object: line.object ?? {}
  }
}

const toJournalPlace = ({ event, lineNumber, runId }: FoundEvent): JournalPlace => ({
  runId,
  file: `raw/ai-run-${runId}.jsonl`,
  line: lineNumber,
  event
})

/** The item's calls, what they cost, and what those without an answer may have cost. */
const booksOf = (events: ReadonlyArray<JournalPlace>) => {
  const open = new Map<string, NanoUsd>()
  let calls = 0
  let spentNanoUsd = 0
  for (const { event } of events) {
    if (event._tag === "intent") {
      calls++
      open.set(event.id, event.reservedNanoUsd)
    } else if (event._tag === "response") {
      spentNanoUsd += event.costNanoUsd
      open.delete(event.id)
    } else if (event._tag === "failure") {
      open.set(event.id, event.atRiskNanoUsd)
    }
  }
  const atRiskNanoUsd = [...open.values()].reduce((sum, nanoUsd) => sum + nanoUsd, 0)
  return { calls, spentNanoUsd, atRiskNanoUsd }
}

/** Sealed runs are looked at as well: nothing is left out for being settled. */
export const explain = Effect.fnUntraced(function*(slug: string) {
  const masters = yield* findLines(slug)
  const journals = yield* findEvents(slug)
  // The sort is stable: what has one time stays in the order of its journal.
  const events = journals.events.map(toJournalPlace).sort((a, b) =>
    a.event.at < b.event.at ? -1 : a.event.at > b.event.at ? 1 : 0
  )
  const lines = masters.lines.map(toMasterPlace)
  const standing = lines.find(({ stands }) => stands)
  const explanation: Explanation = {
    slug,
    state: standing === undefined
      ? "pending"
      : standing.file === "master/rejects.jsonl"
      ? "rejected"
      : "accepted",
    events,
    lines,
    ...booksOf(events),
    read: {
      masters: masters.byIndex ? "index" : "whole",
      journalsByList: journals.byList,
      journalsWhole: journals.readWhole,
      journalBytes: journals.wholeBytes
    }
  }
  return explanation
})
