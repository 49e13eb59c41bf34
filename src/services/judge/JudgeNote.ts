// What a record keeps of the judge: that it passed the piece, or why it was not asked.
import * as Schema from "effect/Schema"

const judge = {
  /** As the job names it. */
  model: Schema.String,
  /** The version of its prompt: SHA-256 of the file, first 32 hex digits. */
  promptHash: Schema.String
}

export const JudgeNote = Schema.Union([
  Schema.Struct({
    verdict: Schema.Literal("passed"),
    /** Of its call. */
    id: Schema.String,
    ...judge,
    /** From 0 to 10. */
    score: Schema.Int,
    costUsd: Schema.Finite
  }),
  /** It was to be asked and did not answer: the piece stands by the rules alone. */
  Schema.Struct({ verdict: Schema.Literal("not-judged"), ...judge, reason: Schema.String })
])
export type JudgeNote = typeof JudgeNote.Type
