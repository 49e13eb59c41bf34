// A call that may have been billed though no answer came.
import type { NanoUsd } from "../spending/Money.ts"

/** An intent without an answer: its call may have been billed, at most so much. */
export interface AtRiskCall {
  readonly slug: string
  readonly id: string
  readonly model: string
  readonly maxNanoUsd: NanoUsd
}
