// What earlier runs left of the items that are still pending: answers to judge, drafts to improve, money spent.
import type { Generated } from "../generation/Generation.ts"
import type { RejectCause } from "../master/Reject.ts"
import type { Finding } from "../qa/Finding.ts"
import type { NanoUsd } from "../spending/Money.ts"
import type { Failure, Intent, JournalEvent, Response, Verdict } from "./JournalEvent.ts"
import { runOf } from "./RunLedger.ts"

export interface ItemHistory {
  /** Calls made for the item. */
  readonly attempts: number
  /** What its answers cost. */
  readonly spentNanoUsd: NanoUsd
  /** What its calls without an answer may have cost on top of that. */
  readonly atRiskNanoUsd: NanoUsd
  /**
   * Answers to judge, for nothing, oldest attempt first: those without a verdict, and an accepted one whose record is
   * in no master any more.
   */
  readonly unjudged: ReadonlyArray<Generated>
  /** The newest attempt that QA rejected: what the rung above starts from. */
  readonly rejection:
    | {
      readonly rung: number
      readonly cause: RejectCause
      readonly findings: ReadonlyArray<Finding>
      readonly draft: string
    }
    | undefined
}

/** Of an intent, all but its messages, which are most of its size. */
type CallIntent = Omit<Intent, "messages">

interface Call {
  intent?: CallIntent
  response?: Response
  /** Of a response that was rejected nothing is needed but its price and its text. */
  rejected?: { readonly costNanoUsd: NanoUsd; readonly draft: string }
  failure?: Failure
  verdict?: Verdict
}

/** Events may come in any order; memory follows the pending items and their calls. */
export class HistoryBook {
  readonly #items = new Map<string, Map<string, Call>>()

  enter(event: JournalEvent): void {
    let calls = this.#items.get(event.slug)
    if (calls === undefined) this.#items.set(event.slug, calls = new Map())
    let call = calls.get(event.id)
    if (call === undefined) calls.set(event.id, call = {})
    switch (event._tag) {
      case "intent": {
        const { messages: _, ...intent } = event
        call.intent = intent
        return
      }
      case "response":
        call.response = event
        return condense(call)
      case "failure":
        call.failure = event
        return
      case "verdict":
        call.verdict = event
        return condense(call)
    }
  }

  /** `isAlive` tells whether a run still works on the item; nobody else judges its calls or counts them as lost. */
  finish(isAlive: (runId: string, slug: string) => boolean): ReadonlyMap<string, ItemHistory> {
    const histories = new Map<string, ItemHistory>()
    for (const [slug, calls] of this.#items) {
      histories.set(
        slug,
        historyOf(calls, (runId) => isAlive(runId, slug))
      )
    }
    return histories
  }
}

const condense = (call: Call): void => {
  if (call.response === undefined || call.verdict === undefined || call.verdict.accepted) return
  call.rejected = { costNanoUsd: call.response.costNanoUsd, draft: call.response.completion.text }
  delete call.response
}

const historyOf = (
  calls: ReadonlyMap<string, Call>,
  isAlive: (runId: string) => boolean
): ItemHistory => {
  const unjudged: Array<Generated> = []
  let attempts = 0
  let spentNanoUsd = 0
  let atRiskNanoUsd = 0
  let rejection: ItemHistory["rejection"]
  let rejectedAttempt = 0
  for (const [id, call] of calls) {
    const alive = isAlive(runOf(id))
    // A verdict alone is not a call: its journal is gone, or sealed.
    if (call.intent !== undefined || call.response !== undefined || call.failure !== undefined) {
      attempts++
    }
    spentNanoUsd += call.response?.costNanoUsd ?? call.rejected?.costNanoUsd ?? 0
    if (call.failure !== undefined) atRiskNanoUsd += call.failure.atRiskNanoUsd
    else if (isOpen(call) && !alive) atRiskNanoUsd += call.intent?.reservedNanoUsd ?? 0
    if (call.response !== undefined && !alive) {
      unjudged.push(toGenerated(id, call.intent, call.response))
    }
    const attempt = call.intent?.attempt ?? 1
    if (call.rejected !== undefined && attempt >= rejectedAttempt) {
      rejectedAttempt = attempt
      rejection = {
        rung: call.intent?.rung ?? 0,
        cause: call.verdict?.cause ?? "QaFailed",
        findings: call.verdict?.findings ?? [],
        draft: call.rejected.draft
      }
    }
    attempts = Math.max(attempts, call.intent?.attempt ?? 0)
  }
  unjudged.sort((a, b) => a.attempt - b.attempt)
  return { attempts, spentNanoUsd, atRiskNanoUsd, unjudged, rejection }
}

const isOpen = (call: Call): boolean =>
  call.intent !== undefined && call.response === undefined && call.rejected === undefined

/** An answer whose intent is lost to damage is judged all the same, as the base model's first. */
const toGenerated = (
  id: string,
  intent: CallIntent | undefined,
  response: Response
): Generated => ({
  id,
  rung: intent?.rung ?? 0,
  model: response.completion.model,
  attempt: intent?.attempt ?? 1,
  promptHash: intent?.promptHash ?? "",
  schemaHash: intent?.schemaHash ?? "",
  evidenceHash: intent?.evidenceHash ?? "",
  completion: response.completion,
  costNanoUsd: response.costNanoUsd
})
