// What the items of a run share, and where one item stands on its way.
import type * as Effect from "effect/Effect"
import type { EvidenceBundle } from "../../services/evidence/Evidence.ts"
import type { Admission } from "../../services/generation/Admission.ts"
import type { Retake } from "../../services/generation/Prompt.ts"
import type { Item } from "../../services/items/Item.ts"
import type { Opinion } from "../../services/judge/Opinion.ts"
import type { RejectCause } from "../../services/master/Reject.ts"
import type { Finding } from "../../services/qa/Finding.ts"
import type { NanoUsd } from "../../services/spending/Money.ts"
import type { DeferCause } from "./DeferCause.ts"
import type { Places } from "./places.ts"
import type { Purse } from "./Purse.ts"
import type { RunControl } from "./RunControl.ts"
import type { Happening } from "./RunEvent.ts"
import type { TakeUp } from "./TakeUp.ts"

/** Counts over all items of the run. */
export interface Tally {
  begun: number
  /** Begun, and neither ended nor cut off: in flight, or waiting. */
  open: number
  accepted: number
  rejected: number
  /** Of the accepted, those whose older record stood until then. */
  renewed: number
  /** Stale records that go on standing, since nothing better came of their items. */
  kept: number
  /** Of the accepted and rejected, those whose older reject stood until then. */
  retried: number
  /** Calls that were answered. */
  answers: number
  judgedFromJournal: number
  readonly rejectedByCause: Map<RejectCause, number>
  readonly deferredByCause: Map<DeferCause, number>
  readonly rungs: ReadonlyArray<RungTally>
}

/** What one rung of the ladder did. */
export interface RungTally {
  readonly model: string
  /** Items that it was called for. */
  items: number
  answers: number
  accepted: number
  /** What its answers cost in this run. */
  spentNanoUsd: NanoUsd
}

/** Calls that the model has answered, on whichever rung. */
export const answersOf = ({ rungs }: Tally, model: string): number =>
  rungs.reduce((sum, rung) => rung.model === model ? sum + rung.answers : sum, 0)

export interface RunContext {
  readonly control: RunControl
  /** Tells whoever watches the run. Never fails; a watcher's own fault stops the run. */
  readonly emit: (event: Happening) => Effect.Effect<void>
  readonly tally: Tally
  readonly purse: Purse
  readonly places: Places
}

/** An item on its way through the rungs. */
export interface Work {
  readonly item: Item
  readonly takeUp: TakeUp
  readonly evidence: EvidenceBundle
  /** Lets the item's calls in, and knows for how long they waited. */
  readonly admission: Admission
  readonly beganAtMs: number
  /** Of the time since then, what went by in line for a model. */
  waitedMs: number
  /** Calls in this run, refusals for the rate and the failures of a model that answers nobody apart. */
  calls: number
  /** Calls made for the item, over all runs. */
  attempts: number
  spentNanoUsd: NanoUsd
  rung: number
  /** Drafts of this rung that QA has rejected, as far as they count against its attempts. */
  draftsOnRung: number
  /** The highest rung that was called for the item in this run; -1 before. */
  highestRung: number
  /** What its answers cost on each rung, over all runs. */
  readonly spentByRung: Map<number, NanoUsd>
  /** Wider than the rung's own once an answer was cut off there. */
  outputTokensMax: number | undefined
  retake: Retake | undefined
  /** Hashes of the item's requests that were answered, over all runs: none of them is bought again. */
  readonly bought: Set<string>
  /** What the judge has said of the item's answers, over all runs, the newest first. */
  readonly opinions: Array<Opinion>
  /** A call of an earlier run may have been billed without an answer, and the job says to make none then. */
  readonly isHeld: boolean
  /** What QA held against the last draft, for the item's reject line. */
  findings: ReadonlyArray<Finding>
}
