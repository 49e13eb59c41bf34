// A line of the ledger: one call that was billed. What tells a purchase from a call that only failed.
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { Disk, DiskError } from "../../services/durability/Disk.ts"
import { lineText } from "../../services/durability/LineCodec.ts"
import type { LineText } from "../../services/durability/LineCodec.ts"
import { scanLines } from "../../services/durability/Lines.ts"

export const LedgerEntry = Schema.Struct({
  /** The slug that the prompt names; empty where none was found. */
  slug: Schema.String,
  /** `x-request-id` of the response. */
  requestId: Schema.String,
  /** ISO 8601, UTC, milliseconds. */
  at: Schema.String,
  model: Schema.String,
  /** SHA-256 of the request body's meaning, 64 hex digits: two equal ones are the same purchase. */
  body: Schema.String,
  inputTokens: Schema.Int,
  outputTokens: Schema.Int,
  /** Null where the server was given no price for the model. */
  costNanoUsd: Schema.NullOr(Schema.Int),
  /** What the server did with the answer; the client may have gone before. */
  outcome: Schema.Literals(["answered", "dropped", "hung", "failed"])
})
export type LedgerEntry = typeof LedgerEntry.Type

const decode = Schema.decodeUnknownOption(Schema.fromJsonString(LedgerEntry))

export const entryText = (entry: LedgerEntry): LineText => lineText(entry)

/**
 * The calls that were billed, in order. A missing file is an empty ledger. Lines that are no entry, and an unterminated
 * last one, were never followed by an answer, and are left out.
 */
export const readLedger = (
  path: string
): Effect.Effect<ReadonlyArray<LedgerEntry>, DiskError, Disk> =>
  Effect.suspend(() => {
    const entries: Array<LedgerEntry> = []
    const visit = (line: Buffer): void => {
      const entry = decode(line.toString("utf8"))
      if (Option.isSome(entry)) entries.push(entry.value)
    }
    return Effect.as(scanLines(path, {}, visit), entries)
  })
