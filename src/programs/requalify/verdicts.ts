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
import { judgedBy } from "../../services/judge/Judged.ts"
import type { Judged } from "../../services/judge/Judged.ts"
import { isSampled } from "../../services/judge/JudgeSettings.ts"
import { opinionOn } from "../../services/judge/Opinion.ts"
import { isStale, stalenessOf } from "../../services/master/Staleness.ts"
import type { MadeFrom, Today } from "../../services/master/Staleness.ts"
import type { StandingRecord } from "../../services/master/StandingRecords.ts"
import { judgesByFacts } from "../../services/qa/RuleSet.ts"
import { Qa } from "../../services/qa/Qa.ts"
import type { Verdict } from "../../services/qa/Qa.ts"
import type { AcceptedVerdict } from "../acceptedRecord.ts"
import { makeVerdictOf } from "../generate/judgeAnswer.ts"
import { verdictAfter } from "../verdictAfter.ts"

type Rejected = Extract<Verdict, { readonly _tag: "Rejected" }>

/** An answer that passes. */
export interface Passing {
  readonly _tag: "Passing"
  readonly answer: Generated
  readonly verdict: AcceptedVerdict
}

/** An answer that passes the rules, and may pass. */
interface Waiting {
  readonly _tag: "Waiting"
  readonly answer: Generated
}

const passingOf = (found: Passing | Waiting | undefined): Passing | undefined =>
  found?._tag === "Passing" ? found : undefined

export type Decision =
  /** There is no answer to the item, or none that changes anything. */
  | { readonly _tag: "Nothing" }
  | { readonly _tag: "WithoutAnswer" }
  | { readonly _tag: "Passes" }
  | { readonly _tag: "Promote"; readonly passing: Passing }
  /** An answer passes the rules, and the job's judge has not been asked about it. */
  | { readonly _tag: "NotJudged"; readonly answer: Generated }
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

  /** What the judge said of the answer, as the journals tell: nobody is asked here. Undefined where they do not. */
  const judgedOf = Effect.fnUntraced(function*(slug: string, answer: Generated) {
    const { judge } = job
    if (judge === null || !isSampled(judge, slug)) {
      const notAsked: Judged = { _tag: "NotAsked" }
      return notAsked
    }
    const opinion = opinionOn(judge, yield* index.opinionsOf(slug), answer.id)
    return opinion === undefined ? undefined : judgedBy(judge, opinion)
  })

  /**
   * The newest of the answers that passes, whose piece counts in the corpus from here on; or else the newest that only the
   * judge's word is missing of.
   */
  const firstPassing = Effect.fnUntraced(function*(
    item: Item,
    { bundle }: KnownBundle,
    ids: ReadonlyArray<string>,
    mayPass: (answer: Generated) => boolean = () => true
  ) {
    let waiting: Waiting | undefined
    for (const id of ids) {
      const answer = yield* index.read(item.slug, id)
      if (answer === undefined || !mayPass(answer)) continue
      const ruled = yield* verdictOf({ item, evidence: bundle }, answer)
      if (ruled._tag === "Rejected") continue
      const judged = yield* judgedOf(item.slug, answer)
      const verdict = judged === undefined ? undefined : verdictAfter(ruled, judged)
      if (verdict?._tag === "Accepted") {
        const passing: Passing = { _tag: "Passing", answer, verdict }
        return passing
      }
      yield* corpus.decline(item.slug)
      if (judged === undefined) waiting ??= { _tag: "Waiting", answer }
    }
    return waiting
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
      const ruled: Verdict = blocking.length > 0
        ? { _tag: "Rejected", cause: "QaFailed", findings: blocking }
        : alone
      const judged = yield* judgedOf(item.slug, answer)
      // A record that the judge was not asked about stands as it stood.
      const verdict = ruled._tag === "Accepted" && judged !== undefined
        ? verdictAfter(ruled, judged)
        : ruled
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
    const found = yield* firstPassing(item, yield* evidence.gather(item), ids)
    if (found === undefined) return { _tag: "Nothing" }
    return found._tag === "Passing"
      ? { _tag: "Promote", passing: found }
      : { _tag: "NotJudged", answer: found.answer }
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
      const replacement = passingOf(yield* firstPassing(item, known, others))
      return { _tag: "Fails", answer, verdict, replacement }
    }
    const newerIds = ids.slice(0, ids.indexOf(answer.id))
    const passing = passingOf(yield* renewalOf(item, record, known, newerIds))
    if (passing !== undefined) return { _tag: "Promote", passing }
    return verdict._tag === "Accepted" ? { _tag: "Passes" } : { _tag: "Unsure", answer, verdict }
  })

  return { decidePromotion, decideRecord }
})
