// Whether a record was written from what the job is today: its prompt, schema and evidence by their hashes, its model by
// name. Pure.
import type { StandingRecord } from "./StandingRecords.ts"

export interface Today {
  readonly promptHash: string
  readonly schemaHash: string
  /** The models of the ladder, as the job names them. */
  readonly models: ReadonlySet<string>
  readonly evidenceHash: string
  /** Some of the evidence is not seen, so that another hash says nothing. */
  readonly isPartial: boolean
}

/** What a record, or an answer, was made from. */
export type MadeFrom = Pick<
  StandingRecord,
  "evidenceHash" | "promptHash" | "requestedModel" | "schemaHash"
>

export interface Staleness {
  readonly prompt: boolean
  readonly schema: boolean
  /** The model that wrote it is on no rung of the ladder. */
  readonly model: boolean
  readonly evidence: boolean
  /** Whether the evidence is the same cannot be told without asking for pages. */
  readonly unseen: boolean
}

/** Undefined for a record of another program, which does not say what it was written from. */
export const stalenessOf = (made: MadeFrom, today: Today): Staleness | undefined => {
  const { evidenceHash, promptHash, requestedModel, schemaHash } = made
  if (
    evidenceHash === undefined || promptHash === undefined || requestedModel === undefined ||
    schemaHash === undefined
  ) return undefined
  const differs = evidenceHash !== today.evidenceHash
  return {
    prompt: promptHash !== today.promptHash,
    schema: schemaHash !== today.schemaHash,
    model: !today.models.has(requestedModel),
    evidence: differs && !today.isPartial,
    unseen: differs && today.isPartial
  }
}

export const isStale = ({ evidence, model, prompt, schema }: Staleness): boolean =>
  prompt || schema || model || evidence
