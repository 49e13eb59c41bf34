// What a consolidation did, for whoever asked for it.
import * as Schema from "effect/Schema"
import { Damage } from "../durability/Damage.ts"

const FileReport = Schema.Struct({
  /** Lines. */
  read: Schema.Int,
  kept: Schema.Int,
  bytesBefore: Schema.Int,
  bytesAfter: Schema.Int
})

export const ConsolidationReport = Schema.Struct({
  /** Lines read and kept, per file. Nothing was written when all of `read` is `kept` and the bytes are the same. */
  updates: FileReport,
  successes: FileReport,
  rejects: FileReport,
  /** Superseded lines that stay for the next time: the newer ones came while the masters were rewritten. */
  left: Schema.Int,
  /** Corrupt lines moved to quarantine, by the recovery that may have come first included. */
  quarantined: Schema.Int,
  /** Where they stood, and where they are. */
  damage: Schema.Array(Damage),
  /** Lines that the recovery copied from one master into the other. */
  recoveredLines: Schema.Int,
  durationMs: Schema.Finite,
  /** How long appenders had to wait for the swap. */
  pauseMs: Schema.Finite
})
export type ConsolidationReport = typeof ConsolidationReport.Type
