// The books of one run, kept as its events go by: calls, money, and what still waits for an answer or a verdict.
import * as Schema from "effect/Schema"
import type { NanoUsd } from "../spending/Money.ts"
import type { Entry } from "./EventCodec.ts"

/** A call that may have been billed though no answer came. */
export const AtRisk = Schema.Struct({
  runId: Schema.String,
  slug: Schema.String,
  id: Schema.String,
  model: Schema.String,
  /** ISO 8601, UTC: when the call was about to be made. */
  at: Schema.String,
  /** In nanodollars. */
  maxNanoUsd: Schema.Int
})
export type AtRisk = typeof AtRisk.Type

export interface LedgerTotals {
  readonly calls: number
  readonly responses: number
  readonly failures: number
  /** Intents with neither response nor failure: in flight, or at risk once the run is dead. */
  readonly unanswered: number
  /** Responses that nobody has judged, of items that need a verdict. */
  readonly unjudged: number
  readonly accepted: number
  readonly spentNanoUsd: NanoUsd
  /** Over failures that may have been billed. */
  readonly failedAtRiskNanoUsd: NanoUsd
  readonly unansweredNanoUsd: NanoUsd
}

/** The run of an id `<runId>:<n>`. */
export const runOf = (id: string): string => id.slice(0, id.lastIndexOf(":"))

/** Memory follows the calls that are open or at risk, not the run. */
export class RunLedger {
  readonly runId: string
  #calls = 0
  #responses = 0
  #failures = 0
  #accepted = 0
  #spentNanoUsd = 0
  #failedAtRiskNanoUsd = 0
  readonly #open = new Map<string, AtRisk>()
  readonly #failedAtRisk: Array<AtRisk> = []
  readonly #unjudged = new Set<string>()
  /** Verdicts read before their responses: journals are read by their names, and a clock can be set back. */
  readonly #judgedEarly = new Set<string>()

  constructor(runId: string) {
    this.runId = runId
  }

  /**
   * An event of the run's own journal, or a verdict of another run's on a call of this one. `isOwed`: its item needs a
   * verdict; once that is settled nobody asks for one any more.
   */
  enter(entry: Entry, isOwed = true): void {
    switch (entry.tag) {
      case "end":
        return
      case "intent": {
        const { at, id, model, slug } = entry
        this.#calls++
        this.#open.set(id, { runId: this.runId, slug, id, model, at, maxNanoUsd: entry.nanoUsd })
        return
      }
      case "response":
        this.#responses++
        this.#spentNanoUsd += entry.nanoUsd
        this.#open.delete(entry.id)
        if (isOwed && !entry.isJudgement && !this.#judgedEarly.delete(entry.id)) {
          this.#unjudged.add(entry.id)
        }
        return
      case "failure": {
        const intent = this.#open.get(entry.id)
        this.#failures++
        this.#open.delete(entry.id)
        if (entry.nanoUsd === 0) return
        this.#failedAtRiskNanoUsd += entry.nanoUsd
        if (intent !== undefined) this.#failedAtRisk.push({ ...intent, maxNanoUsd: entry.nanoUsd })
        return
      }
      case "verdict":
        if (entry.accepted) this.#accepted++
        if (isOwed && !this.#unjudged.delete(entry.id)) this.#judgedEarly.add(entry.id)
    }
  }

  get totals(): LedgerTotals {
    let unansweredNanoUsd = 0
    for (const intent of this.#open.values()) unansweredNanoUsd += intent.maxNanoUsd
    return {
      calls: this.#calls,
      responses: this.#responses,
      failures: this.#failures,
      unanswered: this.#open.size,
      unjudged: this.#unjudged.size,
      accepted: this.#accepted,
      spentNanoUsd: this.#spentNanoUsd,
      failedAtRiskNanoUsd: this.#failedAtRiskNanoUsd,
      unansweredNanoUsd
    }
  }

  /** Failures that may have been billed and, when the run is dead, every call without an answer. */
  atRisk(alive: boolean): ReadonlyArray<AtRisk> {
    return alive ? this.#failedAtRisk : [...this.#failedAtRisk, ...this.#open.values()]
  }
}
