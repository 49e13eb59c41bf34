// What happens in a run, in order: the lines of raw/ai-run-<run>.jsonl.
import * as Schema from "effect/Schema"
import { ChatMessage, Completion, LlmReason } from "../generation/Llm.ts"
import { RejectCause } from "../master/Reject.ts"
import { Finding } from "../qa/Finding.ts"
import { Price } from "../spending/Price.ts"

/** A call is about to be made. Durable before the first byte is sent. */
export const Intent = Schema.TaggedStruct("intent", {
  slug: Schema.String,
  /** `<runId>:<n>`: names the call, its answer, its verdict and, when accepted, its record. */
  id: Schema.String,
  at: Schema.String,
  /** Of a call of the job's judge: the id of the answer that it is about. */
  judges: Schema.optionalKey(Schema.String),
  model: Schema.String,
  /** The judge's own is the one above all others. */
  rung: Schema.Int,
  /** Calls made for the item up to this one, from 1, over all runs. */
  attempt: Schema.Int,
  promptHash: Schema.String,
  schemaHash: Schema.String,
  evidenceHash: Schema.String,
  /** SHA-256 of the request body's meaning (model, messages, limits): two equal ones would be the same purchase. */
  requestHash: Schema.String,
  messages: Schema.Array(ChatMessage),
  outputTokensMax: Schema.Int,
  /** The money at risk while no response stands beside it, in nanodollars. */
  reservedNanoUsd: Schema.Int
})
export type Intent = typeof Intent.Type

/** The whole answer, durable before anything judges it. */
export const Response = Schema.TaggedStruct("response", {
  slug: Schema.String,
  id: Schema.String,
  at: Schema.String,
  /** Of an answer of the judge: as in its intent. */
  judges: Schema.optionalKey(Schema.String),
  latencyMs: Schema.Finite,
  completion: Completion,
  /** What the cost was reckoned by; absent in journals of earlier versions. */
  price: Schema.optionalKey(Price),
  costNanoUsd: Schema.Int
})
export type Response = typeof Response.Type

/** A call that brought no answer. `atRiskNanoUsd` > 0 where the server may have billed it all the same. */
export const Failure = Schema.TaggedStruct("failure", {
  slug: Schema.String,
  id: Schema.String,
  at: Schema.String,
  reason: LlmReason,
  atRiskNanoUsd: Schema.Int
})
export type Failure = typeof Failure.Type

/** What QA said of a response; for an accepted one, written after its record is durable in the masters. */
export const Verdict = Schema.TaggedStruct("verdict", {
  slug: Schema.String,
  id: Schema.String,
  at: Schema.String,
  accepted: Schema.Boolean,
  /** The time in the record of an accepted one; absent in journals of earlier versions. */
  acceptedAt: Schema.optionalKey(Schema.String),
  cause: Schema.NullOr(RejectCause),
  findings: Schema.Array(Finding)
})
export type Verdict = typeof Verdict.Type

/**
 * An end of an item without a new record. `rejected`: written after its line in rejects.jsonl is durable, under that
 * line's id. `kept`: a renewal came to nothing, and the record goes on standing.
 */
export const End = Schema.TaggedStruct("end", {
  slug: Schema.String,
  id: Schema.String,
  at: Schema.String,
  outcome: Schema.Literals(["rejected", "kept"]),
  /** Null for a record that was kept before anything was judged. */
  cause: Schema.NullOr(RejectCause),
  reason: Schema.String
})
export type End = typeof End.Type

export const JournalEvent = Schema.Union([Intent, Response, Failure, Verdict, End])
export type JournalEvent = typeof JournalEvent.Type
