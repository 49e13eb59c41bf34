// What a fake model server holds while it runs, and what it was started with.
import type * as Effect from "effect/Effect"
import type { AppendError } from "../../services/durability/AppendError.ts"
import type { DiskError } from "../../services/durability/Disk.ts"
import type { Price } from "../../services/spending/Price.ts"
import type { CallCounts } from "./CallCounts.ts"
import type { Fault, FaultPlan } from "./Faults.ts"
import type { RateState } from "./RequestRate.ts"
import type { LedgerEntry } from "./LedgerEntry.ts"

export interface FakeServerOptions {
  readonly seed: string
  /** Every answer takes at least so long. */
  readonly latencyMs: number
  readonly faults: ReadonlyArray<Fault>
  /** Models that the server has; with none it answers for any name. */
  readonly models: ReadonlyArray<string>
  /** Share of prompts, 0 to 1, that a model answers without a flaw. Where absent: `defaultQuality`. */
  readonly quality: { readonly [model: string]: number }
  /** Requests a second that it admits of each model, a second's worth at once; undefined: all. */
  readonly requestsPerSecond: number | undefined
  /** Whether answers and refusals tell of the limit in their headers. */
  readonly tellsRate: boolean
  /** For the ledger's costs. */
  readonly prices: { readonly [model: string]: Price }
}

/** Where billed calls go: succeeds once the entry is durable. */
export interface Ledger {
  readonly bill: (entry: LedgerEntry) => Effect.Effect<void, AppendError>
  /** The ledger's lines as they are on disk. */
  readonly text: Effect.Effect<string, DiskError>
}

/** One running server: what it was started with and what has happened since. */
export interface Server {
  readonly options: FakeServerOptions
  readonly ledger: Ledger | undefined
  readonly plan: FaultPlan
  readonly counts: CallCounts
  /** Undefined where every request is admitted. */
  readonly rate: ((model: string, nowMs: number) => RateState) | undefined
  readonly nextRequestId: () => string
}
