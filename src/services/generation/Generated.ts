// An answer as the journal has it: durable, paid, and not judged by itself.
import type { NanoUsd } from "../spending/Money.ts"
import type { Completion } from "./Llm.ts"

export interface Generated {
  readonly id: string
  readonly rung: number
  /** As the server named it. */
  readonly model: string
  /** As it was asked for. */
  readonly requestedModel: string
  readonly requestHash: string
  readonly attempt: number
  /** The limit it was written under. */
  readonly outputTokensMax: number
  readonly promptHash: string
  readonly schemaHash: string
  readonly evidenceHash: string
  readonly completion: Completion
  readonly costNanoUsd: NanoUsd
}
