// What to generate, resolved: the job directory's files with flags and environment laid over them.
import * as Context from "effect/Context"
import type { OutputSchema } from "../generation/OutputSchema.ts"
import type { Prompt } from "../generation/Prompt.ts"
import type { Rung } from "../generation/Rung.ts"
import type { JudgeSettings } from "../judge/JudgeSettings.ts"
import type { RejectCause } from "../master/Reject.ts"
import type { RuleSet } from "../qa/RuleSet.ts"
import type { NanoUsd } from "../spending/Money.ts"
import type { PriceList } from "../spending/PriceList.ts"
import type { SourceSetting } from "./SourceSettings.ts"

export type ClimbCause = Extract<RejectCause, "QaFailed" | "Malformed" | "Truncated" | "Refused">

export interface EvidenceSettings {
  /** Row fields that count as evidence; `*` is all of them. */
  readonly fields: ReadonlyArray<string>
  /** Row fields that hold a path, relative to the input's folder, which it may not leave. */
  readonly fileFields: ReadonlyArray<string>
  /** Row fields that hold an http(s) URL. */
  readonly urlFields: ReadonlyArray<string>
  /** Further sources, in order. */
  readonly sources: ReadonlyArray<SourceSetting>
  /** Below this the evidence is thin. */
  readonly minChars: number
  /** A page whose main text is shorter is thin: no source. */
  readonly pageMinChars: number
  /** The text in the prompt is bounded by this. */
  readonly maxChars: number
  readonly fetchTimeoutMs: number
  readonly fetchBytesMax: number
  /** Tries for one page, where it fails for what passes. */
  readonly fetchAttemptsMax: number
  readonly redirectsMax: number
  /** Requests to one host at a time. */
  readonly hostConcurrency: number
  /** Between the beginnings of two requests to one host; robots.txt may ask for more. */
  readonly hostDelayMs: number
  /** Whether robots.txt is asked and obeyed. */
  readonly robots: boolean
  readonly userAgent: string
  /** Where site owners reach whoever runs the job; empty where it does not say. */
  readonly contact: string
  readonly cacheTtlMs: number
  /** Whether pages on loopback and private addresses may be fetched: for one's own network. */
  readonly allowPrivateAddresses: boolean
  /** Addresses and ranges that may be fetched beside public ones. */
  readonly allowAddresses: ReadonlyArray<string>
}

export interface RetrySettings {
  /** How often a rejected item is taken up again, over all runs. */
  readonly timesMax: number
  /** A phase of a retry that rejects so many items again and accepts none ends there. */
  readonly giveUpAfter: number
}

export interface Job {
  /** The job's directory; its relative paths start here. */
  readonly directory: string
  /** SHA-256 over settings, prompt and schema, first 32 hex digits: what the manifest keeps. */
  readonly hash: string
  readonly input: {
    readonly path: string
    readonly format: "jsonl" | "csv" | "auto"
    readonly key: string
  }
  readonly dataDirectory: string
  readonly baseUrl: string
  readonly rungs: ReadonlyArray<Rung>
  /** The job's own; they win over those of its file. */
  readonly prices: PriceList
  readonly filePrices: PriceList
  readonly itemBudgetNanoUsd: NanoUsd | null
  readonly runBudgetNanoUsd: NanoUsd | null
  /** For the data directory, over all runs. */
  readonly totalBudgetNanoUsd: NanoUsd | null
  /** Whether an item stays pending while a call of its may have been billed without an answer. */
  readonly holdAtRisk: boolean
  /** Items in flight. */
  readonly concurrency: number
  /** Accepted records between two consolidations; 0 disables. */
  readonly consolidateEvery: number
  /** Calls per rung that may fail for a passing cause before the item is rejected, refusals for the rate apart. */
  readonly transientAttemptsMax: number
  readonly retry: RetrySettings
  /**
   * For how long the calls of an item's rung may go on failing. Waits in line for the model are no part of it, but those
   * that the server asked for over and over while it answered others are.
   */
  readonly transientSecondsMax: number
  /** Calls for one item in one run, refusals for the rate apart. */
  readonly itemAttemptsMax: number
  /** For one item in one run, from its evidence to its last call, waits for its models' turn apart. */
  readonly itemSecondsMax: number
  /** What another draft, and then the next rung, can mend. */
  readonly climbOn: ReadonlyArray<ClimbCause>
  readonly evidence: EvidenceSettings
  readonly prompt: Prompt
  readonly outputSchema: OutputSchema
  readonly rules: RuleSet
  /** Null: the rules have the last word. */
  readonly judge: JudgeSettings | null
}

export class CurrentJob
  extends Context.Service<CurrentJob, Job>()("inkfast/services/job/Job/CurrentJob")
{}
