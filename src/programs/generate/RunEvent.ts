// What a run tells while it works: one event a line under --json, the raw material of the progress line.
import type { AtRiskCall } from "../../services/generation/AtRiskCall.ts"
import type { AuditReport } from "../../services/master/Audit.ts"
import type { AppendedReport } from "../../services/master/AuditAppended.ts"
import type { ConsolidationReport } from "../../services/master/ConsolidationReport.ts"
import type { MissCause } from "../../services/evidence/MissCause.ts"
import type { JudgeTotals } from "../../services/judge/JudgeTotals.ts"
import type { RejectCause } from "../../services/master/Reject.ts"
import type { Finding } from "../../services/qa/Finding.ts"
import type { BudgetState } from "../../services/spending/Budget.ts"
import type { NanoUsd } from "../../services/spending/Money.ts"
import type { DeferCause } from "./DeferCause.ts"

/** Why a run admits nothing new. The items it has begun are finished as far as they can be. */
export type StopReason =
  | { readonly _tag: "Signal"; readonly signal: string }
  /**
   * `scope`: whose budget. `neededNanoUsd`: the worst case of the smallest call that did not fit; for `item`, the budget
   * that every first call fits.
   */
  | {
    readonly _tag: "Budget"
    readonly scope: "item" | "run" | "total"
    readonly neededNanoUsd: NanoUsd
    readonly detail: string
  }
  | { readonly _tag: "Fatal"; readonly detail: string }
  | { readonly _tag: "EndpointDead"; readonly detail: string }
  | { readonly _tag: "Storage"; readonly detail: string }
  | { readonly _tag: "Input"; readonly detail: string }
  /** A fault of the program, or of whoever watches its events. What was under way is finished first. */
  | { readonly _tag: "Defect"; readonly detail: string }

export interface RungReport {
  readonly model: string
  /** Items that it was called for. */
  readonly items: number
  readonly answers: number
  /** Answers of earlier runs that passed now included. */
  readonly accepted: number
  /** What its answers cost in this run. */
  readonly spentNanoUsd: NanoUsd
  /** Null while it has accepted nothing. */
  readonly nanoUsdPerAccepted: NanoUsd | null
  /** It answered for several items and brought none through. */
  readonly isUseless: boolean
}

export interface RunReport {
  readonly runId: string
  readonly stop: StopReason | null
  /** Items of the input (all shards), and what has become of them over all runs: input = accepted + rejected + pending. */
  readonly input: number
  readonly accepted: number
  readonly rejected: number
  readonly pending: number
  /** What this run did. */
  readonly acceptedNow: number
  readonly rejectedNow: number
  /** Of the accepted, those that replaced a stale record. */
  readonly renewedNow: number
  /** Stale records that were taken up and go on standing. */
  readonly keptNow: number
  /** Begun in this run and still as they were: put off, or cut off. */
  readonly deferredNow: number
  readonly rejectedByCause: { readonly [cause: string]: number }
  /** Of those put off, why; those that were cut off have no cause. */
  readonly deferredByCause: { readonly [cause in DeferCause]?: number }
  readonly callsNow: number
  /** Answers of earlier runs that were judged without a call. */
  readonly judgedFromJournal: number
  /** What each rung of the ladder did in this run. */
  readonly rungs: ReadonlyArray<RungReport>
  /** What the judge did in this run; null where the job has none. */
  readonly judge: JudgeTotals | null
  readonly budget: BudgetState
  /** Calls of this run that may have been billed though no answer came. */
  readonly atRisk: ReadonlyArray<AtRiskCall>
  /** The same of earlier runs, as they were found at the start. */
  readonly atRiskBefore: ReadonlyArray<AtRiskCall>
  readonly durationMs: number
}

/**
 * `little-gain`: too few lines are superseded. `failed-before`: one failed, and the masters have hardly grown since.
 * `busy`: another process consolidates now.
 */
export type SkippedConsolidation = "little-gain" | "failed-before" | "busy"

/** What happened, when, and how things stand. */
export type RunEvent = Happening & {
  /** ISO 8601, UTC. */
  readonly at: string
  /** By this run, what is at risk included. */
  readonly spentNanoUsd: NanoUsd
  /** By all runs on the data directory, as far as it is known here; null where no total budget is set. */
  readonly totalSpentNanoUsd: NanoUsd | null
  /** Items that are begun and wait: in line for a model, or to try again. They take no place of others. */
  readonly waiting: number
}

export type Happening =
  | {
    readonly event: "started"
    readonly runId: string
    readonly input: number
    readonly accepted: number
    readonly rejected: number
    readonly toDo: number
    readonly atRisk: ReadonlyArray<AtRiskCall>
  }
  /** The items of one kind come next: those of a phase of a retry, or stale ones. */
  | { readonly event: "phase"; readonly phase: string; readonly toDo: number }
  | {
    readonly event: "phase-ended"
    readonly phase: string
    readonly accepted: number
    readonly rejected: number
    /** Stale records that go on standing. */
    readonly kept: number
    /** Nothing was accepted: the rest of the phase, if any, is left as it is. */
    readonly noProgress: boolean
  }
  | { readonly event: "begun"; readonly slug: string }
  /** The item waits in line for the model. */
  | { readonly event: "waiting"; readonly slug: string; readonly model: string }
  | {
    readonly event: "accepted"
    readonly slug: string
    readonly id: string
    readonly model: string
    readonly rung: number
    readonly attempt: number
    readonly costUsd: number
  }
  /** The judge answered, now or in an earlier run; `score` from 0 to 10. */
  | {
    readonly event: "judged"
    readonly slug: string
    readonly model: string
    readonly score: number
    readonly passed: boolean
  }
  /** The judge was to be asked and could not tell: the piece stands by the rules alone. */
  | {
    readonly event: "not-judged"
    readonly slug: string
    readonly model: string
    readonly reason: string
  }
  | {
    readonly event: "rejected"
    readonly slug: string
    readonly cause: RejectCause
    /** Where evidence was missing: what the source that decided it came to. */
    readonly missCause?: MissCause
    readonly reason: string
    readonly findings: ReadonlyArray<Finding>
  }
  /** The item stays pending: a later run takes it up. */
  | {
    readonly event: "deferred"
    readonly slug: string
    readonly cause: DeferCause
    readonly reason: string
  }
  /** The stale record goes on standing. */
  | { readonly event: "kept"; readonly slug: string; readonly reason: string }
  /** A page was found under a variant of the address that the row gives. */
  | {
    readonly event: "readdressed"
    readonly slug: string
    readonly from: string
    readonly to: string
  }
  | {
    readonly event: "escalated"
    readonly slug: string
    /** The same model as before where the rung has another attempt. */
    readonly toModel: string
    readonly findings: number
  }
  | {
    readonly event: "retrying"
    readonly slug: string
    readonly reason: string
    readonly inMs: number
  }
  /** Nothing is sent to the model until then: the server asked for it, or it stopped answering. */
  | {
    readonly event: "paused"
    readonly model: string
    readonly why: "asked" | "failing"
    /** ISO 8601, UTC. */
    readonly until: string
    readonly inMs: number
  }
  /** The model has answered nobody for too long: its items are put off until it does, and the others go on. */
  | { readonly event: "unavailable"; readonly model: string; readonly detail: string }
  /** The answer was cut off: the same model writes again, with more room. */
  | {
    readonly event: "widened"
    readonly slug: string
    readonly model: string
    readonly outputTokensMax: number
  }
  /** `acceptedNow`: after how many accepted records of this run it was asked for. */
  | {
    readonly event: "consolidated"
    readonly acceptedNow: number
    readonly report: ConsolidationReport
  }
  /** It was due, and not made: so many lines of the masters, about, are superseded. */
  | {
    readonly event: "consolidation-skipped"
    readonly acceptedNow: number
    readonly why: SkippedConsolidation
    readonly lines: number
    readonly superseded: number
  }
  /** What was appended since the last time. */
  | { readonly event: "audited-appended"; readonly report: AppendedReport }
  /** Everything, once, at the end of a run that consolidations were due in. */
  | { readonly event: "audited"; readonly report: AuditReport }
  /** A consolidation or its audit failed: nothing is lost, the run goes on. */
  | { readonly event: "upkeep-failed"; readonly acceptedNow: number; readonly detail: string }
  /** `inFlight`: items that may end yet; those that wait are put off. */
  | { readonly event: "stopping"; readonly stop: StopReason; readonly inFlight: number }
  | { readonly event: "finished"; readonly report: RunReport }
