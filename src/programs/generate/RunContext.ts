// What the items of a run share, and where one item stands on its way.
import type * as Effect from "effect/Effect"
import type { Retake } from "../../services/generation/Prompt.ts"
import type { RejectCause } from "../../services/master/Reject.ts"
import type { Finding } from "../../services/qa/Finding.ts"
import type { NanoUsd } from "../../services/spending/Money.ts"
import type { RunControl } from "./RunControl.ts"
import type { Happening } from "./RunEvent.ts"

/** How an item left this run. Only `Accepted` and `Rejected` are settled; `Deferred` stays pending. */
export type ItemOutcome =
  | { readonly _tag: "Accepted"; readonly rung: number }
  | { readonly _tag: "Rejected"; readonly cause: RejectCause }
  | { readonly _tag: "Deferred"; readonly reason: string }

/** What the items of a run share. */
export interface RunContext {
  readonly control: RunControl
  readonly emit: (event: Happening) => Effect.Effect<void>
  /** Counts over all items. */
  readonly tally: {
    calls: number
    /** Calls of this run that were answered: tells a bad item from a dead endpoint. */
    answers: number
    judgedFromJournal: number
    exhaustedInARow: number
  }
}

/** Where an item stands on its way: carried from rung to rung. */
export interface Progress {
  attempts: number
  spentNanoUsd: NanoUsd
  rung: number
  retake: Retake | undefined
  /** The last verdict against the item, for its reject line. */
  last: { readonly cause: RejectCause; readonly findings: ReadonlyArray<Finding> } | undefined
}
