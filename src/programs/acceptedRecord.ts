// An answer that passed QA as it goes into the masters and into the journal, whoever judged it.
import type { Generated } from "../services/generation/Generated.ts"
import type { Verdict as VerdictEvent } from "../services/journal/JournalEvent.ts"
import type { MasterRecord } from "../services/master/Record.ts"
import type { Verdict } from "../services/qa/Qa.ts"
import { toUsd } from "../services/spending/Money.ts"

export type AcceptedVerdict = Extract<Verdict, { readonly _tag: "Accepted" }>

interface Acceptance {
  /** The run that accepts it. */
  readonly runId: string
  /** ISO 8601, UTC, milliseconds. */
  readonly acceptedAt: string
  readonly rulesHash: string
}

/** The record has the id of the call that was paid for. */
export const acceptedRecord = (
  slug: string,
  answer: Generated,
  verdict: AcceptedVerdict,
  { acceptedAt, rulesHash, runId }: Acceptance
): MasterRecord => {
  const { attempt, evidenceHash, id, model, promptHash, requestedModel, rung, schemaHash } = answer
  return {
    slug,
    content: verdict.content,
    meta: {
      id,
      runId,
      model,
      requestedModel,
      rung,
      attempt,
      promptHash,
      schemaHash,
      evidenceHash,
      usage: answer.completion.usage,
      costUsd: toUsd(answer.costNanoUsd),
      acceptedAt,
      qa: {
        rules: rulesHash,
        warnings: verdict.warnings,
        ...(verdict.repairs.length === 0 ? {} : { repairs: verdict.repairs }),
        ...(verdict.claims.length === 0 ? {} : { claims: verdict.claims }),
        ...(verdict.claimsLeftOut === 0 ? {} : { claimsLeftOut: verdict.claimsLeftOut }),
        ...(verdict.names.length === 0 ? {} : { names: verdict.names }),
        ...(verdict.judge === undefined ? {} : { judge: verdict.judge })
      }
    }
  }
}

/** `acceptedAt`: the time in the record that was made of an accepted answer. */
export const verdictEvent = (
  slug: string,
  id: string,
  at: string,
  verdict: Verdict,
  acceptedAt?: string
): VerdictEvent => ({
  _tag: "verdict",
  slug,
  id,
  at,
  accepted: verdict._tag === "Accepted",
  ...(acceptedAt === undefined ? {} : { acceptedAt }),
  cause: verdict._tag === "Accepted" ? null : verdict.cause,
  findings: verdict._tag === "Accepted" ? verdict.warnings : verdict.findings
})
