// What a requalification tells while it works, one event a line under --json, and its sum.
import type { RejectCause } from "../../services/master/Reject.ts"
import type { Finding } from "../../services/qa/Finding.ts"
import { ExitCode } from "../ExitCode.ts"

/** A record that QA would not accept today. */
interface Failing {
  readonly slug: string
  readonly id: string
  readonly cause: RejectCause
  readonly findings: ReadonlyArray<Finding>
}

export type RequalifyEvent =
  /** An answer passes now: its record is durable in both masters. `was`: what the item was until then; `stale`: a renewal takes the place of its record. */
  | {
    readonly event: "promoted"
    readonly slug: string
    readonly id: string
    readonly was: "pending" | "rejected" | "stale"
  }
  /** A standing record would fail; nothing was changed. `replacement`: another answer to its item that passes. */
  | (Failing & { readonly event: "would-fail"; readonly replacement: string | null })
  /** It was taken back: the reject that does it is durable. */
  | (Failing & { readonly event: "demoted" })
  /** It was superseded by another answer to its item that passes, durable in both masters. */
  | (Failing & { readonly event: "replaced"; readonly by: string })
  /** It fails only by its facts, and the evidence that it was written from is not there any more: left alone. */
  | (Failing & { readonly event: "unsure" })
  /** An answer passes the rules, and no journal tells what the job's judge thinks of it: a run, or a retry, asks. */
  | { readonly event: "not-judged"; readonly slug: string; readonly id: string }

export interface RequalifyReport {
  readonly runId: string
  /** Answers in all journals. */
  readonly answers: number
  /** Items of the input with an answer. */
  readonly items: number
  readonly promoted: number
  /** Standing records that pass. */
  readonly passing: number
  /** Standing records that would fail and were left as they are. */
  readonly wouldFail: number
  readonly demoted: number
  readonly replaced: number
  readonly unsure: number
  /** Items without a record of which an answer passes the rules and was not judged: left to a run, or a retry. */
  readonly notJudged: number
  /** Standing records whose answer is in no journal: nothing can be said of them. */
  readonly withoutAnswer: number
  /** It was stopped before the end: the same command does the rest. */
  readonly stopped: boolean
}

/** As a run's: paused when it was stopped, and 5 where something accepted does not pass any more. */
export const requalifyExitCode = (report: RequalifyReport): number =>
  report.stopped
    ? ExitCode.paused
    : report.wouldFail + report.demoted + report.replaced > 0
    ? ExitCode.rejects
    : ExitCode.done
