// The books that a replay keeps while it reads: items that need something, and the money of every run.
import type { Buffer } from "node:buffer"
import * as Effect from "effect/Effect"
import { DataDirectory, journalPath } from "../durability/DataDirectory.ts"
import type { Disk, DiskError } from "../durability/Disk.ts"
import { slugOf, verifyLine } from "../durability/LineCodec.ts"
import { scanLines } from "../durability/Lines.ts"
import { decodeEvent, entryOf, readEntry } from "./EventCodec.ts"
import type { Entry } from "./EventCodec.ts"
import { HistoryBook } from "./ItemHistory.ts"
import { RunLedger, runOf } from "./RunLedger.ts"

/** A journal that did not read clean. */
export interface JournalDamage {
  readonly file: string
  readonly corruptLines: number
  /** Counts from 1; 0 where there is none. */
  readonly firstCorruptLine: number
  /** Complete lines that are no events of ours. */
  readonly foreignLines: number
  /** Bytes after the last newline: an append that was cut off. */
  readonly unterminatedBytes: number
}

export class JournalBooks {
  readonly items = new HistoryBook()
  readonly #ledgers = new Map<string, RunLedger>()
  /** Unsettled slugs by the run that worked on them. */
  readonly #pending = new Map<string, Set<string>>()

  ledgerOf(runId: string): RunLedger {
    let ledger = this.#ledgers.get(runId)
    if (ledger === undefined) this.#ledgers.set(runId, ledger = new RunLedger(runId))
    return ledger
  }

  /** Items that the run's journal knows and that need something. */
  pendingOf(runId: string): number {
    return this.#pending.get(runId)?.size ?? 0
  }

  /** Enters one journal. Of an item for which `isSettled` is true only the money is kept. */
  read(
    runId: string,
    isSettled: (slug: string) => boolean
  ): Effect.Effect<JournalDamage, DiskError, DataDirectory | Disk> {
    return Effect.gen({ self: this }, function*() {
      const file = journalPath(yield* DataDirectory, runId)
      const damage = { corruptLines: 0, firstCorruptLine: 0, foreignLines: 0 }
      const pending = new Set<string>()
      this.#pending.set(runId, pending)
      const { unterminatedBytes } = yield* scanLines(file, {}, (line, _offset, lineNumber) => {
        const state = verifyLine(line)
        if (state === "corrupt") {
          damage.corruptLines++
          damage.firstCorruptLine ||= lineNumber
        } else if (state !== "valid" || !this.#enter(line, runId, isSettled, pending)) {
          damage.foreignLines++
        }
      })
      return { file, ...damage, unterminatedBytes }
    })
  }

  /** Answers whether the line is an event of ours. */
  #enter(
    line: Buffer,
    runId: string,
    isSettled: (slug: string) => boolean,
    pending: Set<string>
  ): boolean {
    const slug = slugOf(line)
    const isOwed = slug !== undefined && !isSettled(slug)
    let entry: Entry | undefined
    if (isOwed) {
      const event = decodeEvent(line)
      if (event !== undefined) {
        pending.add(slug)
        this.items.enter(event)
        entry = entryOf(event)
      }
    } else entry = readEntry(line)
    if (entry === undefined) return false
    // A resumed run judges the answers of the dead one: that is news for the dead one's books.
    this.ledgerOf(entry.tag === "verdict" ? runOf(entry.id) : runId).enter(entry, isOwed)
    return true
  }
}
