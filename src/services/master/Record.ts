// A line of updates.jsonl and successes.jsonl: the accepted content fields plus where they came from.
import * as Schema from "effect/Schema"
import { Usage } from "../generation/Llm.ts"
import { JudgeNote } from "../judge/JudgeNote.ts"
import { Claim } from "../qa/claims/Claim.ts"
import { Finding } from "../qa/Finding.ts"
import { Repair } from "../qa/Repair.ts"

/** Provenance, under the one key `_meta`. Hashes are SHA-256, lower-case hex, first 32 digits. */
export const RecordMeta = Schema.Struct({
  /** The generation that was accepted: the id of its intent. Stands once per master file. */
  id: Schema.String,
  /** The run that accepted it; the run that made the call is in its id. */
  runId: Schema.String,
  /** As the server named it. */
  model: Schema.String,
  /** As it was asked for: the name that the job gives. */
  requestedModel: Schema.String,
  rung: Schema.Int,
  /** Calls made for the item up to this one, from 1. */
  attempt: Schema.Int,
  promptHash: Schema.String,
  schemaHash: Schema.String,
  evidenceHash: Schema.String,
  usage: Schema.NullOr(Usage),
  costUsd: Schema.Number,
  /** ISO 8601, UTC, milliseconds. Decides which record of a slug is the newest; on a tie, position does. */
  acceptedAt: Schema.String,
  qa: Schema.Struct({
    /** Hash of the rule set that it passed, and of the judge where there is one. */
    rules: Schema.String,
    warnings: Schema.Array(Finding),
    /** Absent where nothing was repaired. */
    repairs: Schema.optionalKey(Schema.Array(Repair)),
    /** Absent where no rule looks for claims: what the piece states, and where that was found. */
    claims: Schema.optionalKey(Schema.Array(Claim)),
    /** Absent where all claims are kept: how many more were found in the sources as well. */
    claimsLeftOut: Schema.optionalKey(Schema.Int),
    /** What the row calls the item, which does not count when pieces are compared; absent where no rule compares them. */
    names: Schema.optionalKey(Schema.Array(Schema.String)),
    /** Absent where the job has no judge, or the item is not in its sample. */
    judge: Schema.optionalKey(JudgeNote)
  })
})
export type RecordMeta = typeof RecordMeta.Type

/** The content has no key `slug`, `_meta` or `_crc`: the output schema is refused when it asks for one. */
export interface MasterRecord {
  readonly slug: string
  readonly content: { readonly [field: string]: unknown }
  readonly meta: RecordMeta
}

/** The object as it is written, slug first; the checksum is the line codec's. */
export const toLineObject = (record: MasterRecord): { readonly [key: string]: unknown } => ({
  slug: record.slug,
  ...record.content,
  _meta: record.meta
})
