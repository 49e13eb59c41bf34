// What earlier runs left of the items that are still pending: answers to judge, drafts to improve, money spent.
import type { Generated } from "../generation/Generated.ts"
import type { Opinion } from "../judge/Opinion.ts"
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
   * Answers to judge, for nothing: of an item without a record first those that were accepted once, whose record is in
   * no master any more, the newest before those that it superseded; then those without a verdict, oldest attempt first.
   */
  readonly unjudged: ReadonlyArray<Generated>
  /** Ids of the answers among them that were accepted. */
  readonly acceptedIds: ReadonlySet<string>
  /** The newest attempt that QA rejected: what the next one starts from. */
  readonly rejection: Rejection | undefined
  /** Hashes of the requests that were answered: none of them is bought again. */
  readonly bought: ReadonlySet<string>
  /** What its answers cost on each rung. */
  readonly spentByRung: ReadonlyMap<number, NanoUsd>
  /** What the judge answered, the newest first. */
  readonly opinions: ReadonlyArray<Opinion>
}

/** A verdict against a draft. */
export interface Rejection {
  readonly answer: Generated
  readonly cause: RejectCause
  readonly findings: ReadonlyArray<Finding>
  /** Drafts of its rung that were rejected, this one included, those that were cut off left out. */
  readonly draftsOnRung: number
}

/** Of an intent, all but its messages, which are most of its size. */
type CallIntent = Omit<Intent, "messages">

interface Call {
  intent?: CallIntent
  response?: Response
  failure?: Failure
  verdict?: Verdict
}

/** Events may come in any order; memory follows the pending items and their calls. */
export class HistoryBook {
  readonly #items = new Map<string, Map<string, Call>>()

  enter(event: JournalEvent): void {
    // What it came to is for the masters to say.
    if (event._tag === "end") return
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
        // The body as it came is most of its size, and nothing that is judged.
        call.response = { ...event, completion: { ...event.completion, body: null } }
        return
      case "failure":
        call.failure = event
        return
      case "verdict":
        call.verdict = event
        return
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

const historyOf = (
  calls: ReadonlyMap<string, Call>,
  isAlive: (runId: string) => boolean
): ItemHistory => {
  const unjudged: Array<Generated> = []
  const rejected: Array<Omit<Rejection, "draftsOnRung">> = []
  const acceptedIds = new Set<string>()
  const bought = new Set<string>()
  const spentByRung = new Map<number, NanoUsd>()
  const opinions: Array<Opinion> = []
  let attempts = 0
  let spentNanoUsd = 0
  let atRiskNanoUsd = 0
  for (const [id, { failure, intent, response, verdict }] of calls) {
    const alive = isAlive(runOf(id))
    spentNanoUsd += response?.costNanoUsd ?? 0
    if (failure !== undefined) atRiskNanoUsd += failure.atRiskNanoUsd
    else if (response === undefined && !alive) atRiskNanoUsd += intent?.reservedNanoUsd ?? 0
    const about = intent?.judges ?? response?.judges
    if (about !== undefined) {
      if (response !== undefined) {
        opinions.unshift({ about, answer: toGenerated(id, intent, response) })
      }
      continue
    }
    // A verdict alone is not a call: its journal is gone, or sealed.
    if (intent !== undefined || response !== undefined || failure !== undefined) attempts++
    attempts = Math.max(attempts, intent?.attempt ?? 0)
    if (response === undefined) continue
    if (intent !== undefined) bought.add(intent.requestHash)
    const answer = toGenerated(id, intent, response)
    spentByRung.set(answer.rung, (spentByRung.get(answer.rung) ?? 0) + answer.costNanoUsd)
    if (verdict?.accepted === false) {
      rejected.push({ answer, cause: verdict.cause ?? "QaFailed", findings: verdict.findings })
    } else if (!alive) {
      unjudged.push(answer)
      if (verdict !== undefined) acceptedIds.add(id)
    }
  }
  const wasAccepted = (answer: Generated): boolean => acceptedIds.has(answer.id)
  unjudged.sort((a, b) =>
    wasAccepted(a) === wasAccepted(b)
      ? (a.attempt - b.attempt) * (wasAccepted(a) ? -1 : 1)
      : wasAccepted(a)
      ? -1
      : 1
  )
  const rejection = newestOf(rejected)
  return {
    attempts,
    spentNanoUsd,
    atRiskNanoUsd,
    unjudged,
    acceptedIds,
    rejection,
    bought,
    spentByRung,
    opinions
  }
}

const newestOf = (
  rejected: ReadonlyArray<Omit<Rejection, "draftsOnRung">>
): Rejection | undefined => {
  const newest = rejected.reduce<Omit<Rejection, "draftsOnRung"> | undefined>(
    (best, each) => best === undefined || each.answer.attempt >= best.answer.attempt ? each : best,
    undefined
  )
  if (newest === undefined) return undefined
  const { rung } = newest.answer
  const draftsOnRung =
    rejected.filter(({ answer, cause }) => answer.rung === rung && cause !== "Truncated").length
  return { ...newest, draftsOnRung }
}

/** An answer whose intent is lost to damage is judged all the same, as the base model's first. */
export const toGenerated = (
  id: string,
  intent: CallIntent | undefined,
  response: Response
): Generated => ({
  id,
  rung: intent?.rung ?? 0,
  model: response.completion.model,
  requestedModel: intent?.model ?? response.completion.model,
  requestHash: intent?.requestHash ?? "",
  attempt: intent?.attempt ?? 1,
  outputTokensMax: intent?.outputTokensMax ?? 0,
  promptHash: intent?.promptHash ?? "",
  schemaHash: intent?.schemaHash ?? "",
  evidenceHash: intent?.evidenceHash ?? "",
  completion: response.completion,
  costNanoUsd: response.costNanoUsd
})
