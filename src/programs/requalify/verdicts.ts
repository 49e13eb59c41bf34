// What today's QA says of an item's journaled answers, and what follows from it. Decides; changes nothing but the corpus.
import * as Effect from "effect/Effect"
import * as Semaphore from "effect/Semaphore"
import { Corpus } from "../../services/corpus/Corpus.ts"
import type { DiskError } from "../../services/durability/Disk.ts"
import { KnownEvidence } from "../../services/evidence/KnownEvidence.ts"
import type { KnownBundle } from "../../services/evidence/KnownEvidence.ts"
import type { Generated } from "../../services/generation/Generated.ts"
import type { Item } from "../../services/items/Item.ts"
import { CurrentJob } from "../../services/job/Job.ts"
import type { CallIndex } from "../../services/journal/CallIndex.ts"
import { isStale, stalenessOf } from "../../services/master/Staleness.ts"
import type { MadeFrom, Today } from "../../services/master/Staleness.ts"
import type { StandingRecord } from "../../services/master/StandingRecords.ts"
import { judgesByFacts } from "../../services/qa/RuleSet.ts"
import { Qa } from "../../services/qa/Qa.ts"
import type { Verdict } from "../../services/qa/Qa.ts"
import type { AcceptedVerdict } from "../acceptedRecord.ts"
import { makeVerdictOf } from "../generate/judgeAnswer.ts"

type Rejected = Extract<Verdict, { readonly _tag: "Rejected" }>

/** An answer that passes. */
export interface Passing {
  readonly answer: Generated
  readonly verdict: AcceptedVerdict
}

export type Decision =
  /** There is no answer to the item, or none that changes anything. */
  | { readonly _tag: "Nothing" }
  | { readonly _tag: "WithoutAnswer" }
  | { readonly _tag: "Passes" }
  | { readonly _tag: "Promote"; readonly passing: Passing }
  | {
    readonly _tag: "Fails"
    readonly answer: Generated
    readonly verdict: Rejected
    readonly replacement: Passing | undefined
  }
  | { readonly _tag: "Unsure"; readonly answer: Generated; readonly verdict: Rejected }

/** Findings that hold whatever the evidence was. */
const failsSurely = (
  { cause, findings }: Rejected,
  record: StandingRecord,
  { bundle, isPartial }: KnownBundle,
  byFacts: (rule: string) => boolean
): boolean =>
  cause !== "QaFailed" || (!isPartial && bundle.hash === record.evidenceHash) ||
  findings.some(({ rule }) => !byFacts(rule))

export const makeDecide = Effect.fnUntraced(function*(index: CallIndex) {
  const qa = yield* Qa
  const corpus = yield* Corpus
  const evidence = yield* KnownEvidence
  const job = yield* CurrentJob
  const verdictOf = yield* makeVerdictOf
  const byFacts = judgesByFacts(job.rules)
  const models = new Set(job.rungs.map(({ model }) => model))
  const turn = yield* Semaphore.make(1)

  /** The newest of the answers that passes. Its piece counts in the corpus from here on. */
  const firstPassing = Effect.fnUntraced(function*(
    item: Item,
    { bundle }: KnownBundle,
    ids: ReadonlyArray<string>,
    mayPass: (answer: Generated) => boolean = () => true
  ) {
    for (const id of ids) {
      const answer = yield* index.read(item.slug, id)
      if (answer === undefined || !mayPass(answer)) continue
      const verdict = yield* verdictOf({ item, evidence: bundle }, answer)
      if (verdict._tag === "Accepted") {
        const passing: Passing = { answer, verdict }
        return passing
      }
    }
    return undefined
  })

  /**
   * One after the other, each against the records that still pass: of two that are alike one fails. A piece that fails
   * for sure counts no more, whether it is taken back now or not.
   */
  const judgeRecord = (item: Item, record: StandingRecord, known: KnownBundle, answer: Generated) =>
    turn.withPermits(1)(Effect.gen(function*() {
      const alone = yield* qa.judge(item, known.bundle, answer.completion)
      const blocking = alone._tag === "Accepted"
        ? (yield* corpus.compare(item.slug, alone.content, alone.names)).blocking
        : []
      const verdict: Verdict = blocking.length > 0
        ? { _tag: "Rejected", cause: "QaFailed", findings: blocking }
        : alone
      if (verdict._tag === "Accepted") return { verdict, isSure: true }
      const isSure = failsSurely(verdict, record, known, byFacts)
      if (isSure) yield* corpus.forget(item.slug)
      return { verdict, isSure }
    }))

  /** A renewal that was paid for and rejected, and passes today: the record is stale, and this one is not. */
  const renewalOf = Effect.fnUntraced(function*(
    item: Item,
    record: StandingRecord,
    known: KnownBundle,
    newerIds: ReadonlyArray<string>
  ) {
    const today: Today = {
      promptHash: job.prompt.hash,
      schemaHash: job.outputSchema.hash,
      models,
      evidenceHash: known.bundle.hash,
      isPartial: known.isPartial
    }
    const isStaleNow = (made: MadeFrom): boolean => {
      const staleness = stalenessOf(made, today)
      return staleness !== undefined && isStale(staleness)
    }
    return isStaleNow(record)
      ? yield* firstPassing(item, known, newerIds, (answer) => !isStaleNow(answer))
      : undefined
  })

  /** Of an item without a record. */
  const decidePromotion = Effect.fnUntraced(function*(
    item: Item
  ): Effect.fn.Return<Decision, DiskError> {
    const ids = index.idsOf(item.slug)
    if (ids.length === 0) return { _tag: "Nothing" }
    const passing = yield* firstPassing(item, yield* evidence.gather(item), ids)
    return passing === undefined ? { _tag: "Nothing" } : { _tag: "Promote", passing }
  })

  const decideRecord = Effect.fnUntraced(function*(
    item: Item,
    record: StandingRecord
  ): Effect.fn.Return<Decision, DiskError> {
    const ids = index.idsOf(item.slug)
    const answer = record.id === undefined ? undefined : yield* index.read(item.slug, record.id)
    if (answer === undefined) return { _tag: "WithoutAnswer" }
    const known = yield* evidence.gather(item)
    const { isSure, verdict } = yield* judgeRecord(item, record, known, answer)
    if (verdict._tag === "Rejected" && isSure) {
      const others = ids.filter((id) => id !== record.id)
      const replacement = yield* firstPassing(item, known, others)
      return { _tag: "Fails", answer, verdict, replacement }
    }
    const newerIds = ids.slice(0, ids.indexOf(answer.id))
    const passing = yield* renewalOf(item, record, known, newerIds)
    if (passing !== undefined) return { _tag: "Promote", passing }
    return verdict._tag === "Accepted" ? { _tag: "Passes" } : { _tag: "Unsure", answer, verdict }
  })

  return { decidePromotion, decideRecord }
})
