// What today's QA says of an item's journaled answers, and what follows from it. Decides; changes nothing.
import * as Effect from "effect/Effect"
import type { DiskError } from "../../services/durability/Disk.ts"
import { KnownEvidence } from "../../services/evidence/KnownEvidence.ts"
import type { KnownBundle } from "../../services/evidence/KnownEvidence.ts"
import type { Generated } from "../../services/generation/Generation.ts"
import type { Item } from "../../services/items/Item.ts"
import { CurrentJob } from "../../services/job/Job.ts"
import type { CallIndex } from "../../services/journal/CallIndex.ts"
import type { StandingRecord } from "../../services/master/StandingRecords.ts"
import { judgesByFacts } from "../../services/qa/RuleSet.ts"
import { Qa } from "../../services/qa/Qa.ts"
import type { Verdict } from "../../services/qa/Qa.ts"
import type { AcceptedVerdict } from "../acceptedRecord.ts"

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
  const evidence = yield* KnownEvidence
  const byFacts = judgesByFacts((yield* CurrentJob).rules)

  /** The newest of the answers that passes. */
  const firstPassing = Effect.fnUntraced(function*(
    item: Item,
    known: KnownBundle,
    ids: ReadonlyArray<string>
  ) {
    for (const id of ids) {
      const answer = yield* index.read(item.slug, id)
      if (answer === undefined) continue
      const verdict = yield* qa.judge(item, known.bundle, answer.completion)
      if (verdict._tag === "Accepted") {
        const passing: Passing = { answer, verdict }
        return passing
      }
    }
    return undefined
  })

  return Effect.fnUntraced(function*(
    item: Item,
    record: StandingRecord | undefined
  ): Effect.fn.Return<Decision, DiskError> {
    const ids = index.idsOf(item.slug)
    if (ids.length === 0) return { _tag: record === undefined ? "Nothing" : "WithoutAnswer" }
    const known = yield* evidence.gather(item)
    if (record === undefined) {
      const passing = yield* firstPassing(item, known, ids)
      return passing === undefined ? { _tag: "Nothing" } : { _tag: "Promote", passing }
    }
    const answer = record.id === undefined ? undefined : yield* index.read(item.slug, record.id)
    if (answer === undefined) return { _tag: "WithoutAnswer" }
    const verdict = yield* qa.judge(item, known.bundle, answer.completion)
    if (verdict._tag === "Accepted") return { _tag: "Passes" }
    if (!failsSurely(verdict, record, known, byFacts)) return { _tag: "Unsure", answer, verdict }
    const others = ids.filter((id) => id !== record.id)
    const replacement = yield* firstPassing(item, known, others)
    return { _tag: "Fails", answer, verdict, replacement }
  })
})
