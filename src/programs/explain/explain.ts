// Everything that happened to an item, in order, over all runs, and where its lines stand. Reads only.
import * as Effect from "effect/Effect"
import { DataDirectory } from "../../services/durability/DataDirectory.ts"
import type { Disk, DiskError } from "../../services/durability/Disk.ts"
import { slugOf, verifyLine } from "../../services/durability/LineCodec.ts"
import { scanLines } from "../../services/durability/Lines.ts"
import { decodeEvent } from "../../services/journal/EventCodec.ts"
import type { JournalEvent } from "../../services/journal/JournalEvent.ts"
import { captureJournals } from "../../services/journal/JournalFiles.ts"
import { MasterLine } from "../../services/master/MasterLine.ts"
import { Survivors } from "../../services/master/Survivors.ts"
import type { MasterName } from "../../services/master/Survivors.ts"
import type { NanoUsd } from "../../services/spending/Money.ts"

/** A line of a master about the item. */
export interface MasterPlace {
  /** From the data directory, as `master/successes.jsonl`. */
  readonly file: string
  /** Counts from 1. */
  readonly line: number
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
}

const masterNames: ReadonlyArray<MasterName> = ["updates", "successes", "rejects"]

const timeIn = ({ metaObject }: MasterLine): string | null => {
  const { acceptedAt, rejectedAt } = (metaObject ?? {}) as { readonly [key: string]: unknown }
  const at = acceptedAt ?? rejectedAt
  return typeof at === "string" ? at : null
}

const readMasters = Effect.fnUntraced(
  function*(slug: string): Effect.fn.Return<
    ReadonlyArray<MasterPlace>,
    DiskError,
    DataDirectory | Disk
  > {
    const data = yield* DataDirectory
    const survivors = new Survivors()
    const found: Array<{ name: MasterName; number: number; line: number; bytes: Buffer }> = []
    const master = new MasterLine()
    for (const name of masterNames) {
      yield* scanLines(data[name], {}, (bytes, _offset, line) => {
        const kind = master.read(bytes)
        if (kind === "blank" || kind === "corrupt" || master.slug !== slug) return
        const number = survivors.offer(name, master, bytes.length + 1)
        found.push({ name, number, line, bytes: Buffer.from(bytes) })
      })
    }
    // Both masters hold a standing record; a consolidation keeps the line of one of them.
    const standing = new Set<string | undefined>()
    for (const { bytes, name, number } of found) {
      master.read(bytes)
      if (survivors.survives(name, number)) standing.add(master.meta.id)
    }
    return found.map(({ bytes, line, name, number }) => {
      master.read(bytes)
      const { id } = master.meta
      const stands = survivors.survives(name, number) ||
        (id !== undefined && standing.has(id))
      const object = master.object ?? {}
      return { file: `master/${name}.jsonl`, line, stands, at: timeIn(master), object }
    })
  }
)

const readJournals = Effect.fnUntraced(
  function*(slug: string): Effect.fn.Return<
    ReadonlyArray<JournalPlace>,
    DiskError,
    DataDirectory | Disk
  > {
    const found: Array<JournalPlace> = []
    for (const { path, runId, size } of yield* captureJournals(yield* DataDirectory)) {
      yield* scanLines(path, { to: size }, (bytes, _offset, line) => {
        if (slugOf(bytes) !== slug || verifyLine(bytes) !== "valid") return
        const event = decodeEvent(bytes)
        if (event === undefined) return
        found.push({ runId, file: `raw/ai-run-${runId}.jsonl`, line, event })
      })
    }
    // The sort is stable: what has one time stays in the order of its journal.
    return found.sort((a, b) => a.event.at < b.event.at ? -1 : a.event.at > b.event.at ? 1 : 0)
  }
)

/** Sealed runs are read as well: nothing is left out for being settled. */
export const explain = Effect.fnUntraced(function*(slug: string) {
  const lines = yield* readMasters(slug)
  const events = yield* readJournals(slug)
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
    calls,
    spentNanoUsd,
    atRiskNanoUsd: [...open.values()].reduce((sum, nanoUsd) => sum + nanoUsd, 0)
  }
  return explanation
})
