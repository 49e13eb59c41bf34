// What a caller of the promise facade may choose. Everything is looked at before anything is done: a program without
// types spells an option wrong, too, and a budget that is ignored is none.
import * as Effect from "effect/Effect"
import type { Plan } from "./programs/generate/Plan.ts"
import type { RunEvent } from "./programs/generate/RunEvent.ts"
import type { ProbedItem } from "./programs/probe.ts"
import type { RequalifyEvent } from "./programs/requalify/RequalifyEvent.ts"
import { apiKeyFault } from "./services/generation/ApiKeyFault.ts"
import type { Completion, LlmRequest } from "./services/generation/Llm.ts"
import type { Json } from "./services/items/Item.ts"
import type { Shard } from "./services/items/Shard.ts"
import type { JobDefinition } from "./services/job/DefineJob.ts"
import { JobError } from "./services/job/JobError.ts"
import type { JobOverrides } from "./services/job/Overrides.ts"
import { shown, unknownKey } from "./services/job/SettingFaults.ts"

/** Which job: a directory (or its inkfast.yaml), or a definition. Paths of `overrides` are from the working directory. */
export interface JobChoice {
  readonly job: string | JobDefinition
  readonly overrides?: JobOverrides
}

export interface ItemsChoice {
  /** Rows in memory, in place of the job's input. */
  readonly rows?: ReadonlyArray<{ readonly [field: string]: Json }>
}

export interface GenerateChoice extends JobChoice, ItemsChoice {
  /** Of the endpoint; local ones need none. Kept out of logs, journals and errors. */
  readonly apiKey?: string
  /**
   * A model of one's own in place of HTTP. Rejecting with an `LlmReason` says what the failure means; anything else
   * that it throws, and an answer that is no completion, counts as a broken connection, so that the call stays listed
   * as at risk. Its signal is aborted when the model's `timeoutMs` is over, or the run's grace.
   */
  readonly model?: (request: LlmRequest, signal: AbortSignal) => Promise<Completion>
  readonly shard?: Shard
  /** What is taken up. Default: the pending items. */
  readonly plan?: Plan
  readonly limit?: number
  readonly onEvent?: (event: RunEvent) => void
  /** Stops gently: nothing new begins, calls in flight may end within `graceMs`, what passed is committed. */
  readonly signal?: AbortSignal
  readonly graceMs?: number
}

export interface RequalifyChoice extends JobChoice, ItemsChoice {
  /** Takes back the records that would fail now, or replaces them. Default: only lists them. */
  readonly apply?: boolean
  readonly onEvent?: (event: RequalifyEvent) => void
  /** Stops between two items. */
  readonly signal?: AbortSignal
}

export interface ProbeChoice extends JobChoice, ItemsChoice {
  readonly shard?: Shard
  readonly limit?: number
  readonly onItem?: (item: ProbedItem) => void
  /** Stops at once: there is nothing to commit. */
  readonly signal?: AbortSignal
}

export interface EstimateChoice extends JobChoice, ItemsChoice {
  readonly shard?: Shard
  /** Prompts rendered and counted; of more pending items a sample is taken. Default: 200. */
  readonly promptsMax?: number
  /** What the run would take up. Default: the pending items. */
  readonly plan?: Plan
  /** Stops at once: there is nothing to commit. */
  readonly signal?: AbortSignal
}

/** The names of the options: all of them, by the compiler's word. */
export type Names<Choice> = { readonly [name in keyof Required<Choice>]: true }

const jobNames: Names<JobChoice> = { job: true, overrides: true }
const itemsNames: Names<JobChoice & ItemsChoice> = { ...jobNames, rows: true }

/** The names of every kind of choice. */
export const names: {
  readonly items: Names<JobChoice & ItemsChoice>
  readonly generate: Names<GenerateChoice>
  readonly requalify: Names<RequalifyChoice>
  readonly probe: Names<ProbeChoice>
  readonly estimate: Names<EstimateChoice>
} = {
  items: itemsNames,
  generate: {
    ...itemsNames,
    apiKey: true,
    model: true,
    shard: true,
    plan: true,
    limit: true,
    onEvent: true,
    signal: true,
    graceMs: true
  },
  requalify: { ...itemsNames, apply: true, onEvent: true, signal: true },
  probe: { ...itemsNames, shard: true, limit: true, onItem: true, signal: true },
  estimate: { ...itemsNames, shard: true, promptsMax: true, plan: true, signal: true }
}

const failed = (faults: ReadonlyArray<{ readonly key: string; readonly message: string }>) =>
  new JobError({ faults: faults.map((fault) => ({ file: "options", line: 0, ...fault })) })

/** Fails with a key that cannot be sent. */
export const checkKey = (apiKey: string | undefined): Effect.Effect<void, JobError> =>
  Effect.suspend(() => {
    const message = apiKey === undefined ? undefined : apiKeyFault(apiKey)
    return message === undefined ? Effect.void : Effect.fail(failed([{ key: "apiKey", message }]))
  })

/** Fails with every option that has no such name, and without a job. */
export const checkChoice = <Choice extends JobChoice>(
  choice: Choice,
  known: Names<Choice>
): Effect.Effect<void, JobError> =>
  Effect.suspend(() => {
    const given: ReadonlyArray<readonly [name: string, value: unknown]> = Object.entries({
      ...choice
    })
    const faults = given
      .filter(([name, value]) => value !== undefined && !Object.hasOwn(known, name))
      .map(([name]) => ({ key: name, message: unknownKey(name, Object.keys(known)) }))
    const job: unknown = choice?.job
    if (typeof job !== "string" && (typeof job !== "object" || job === null)) {
      faults.push({
        key: "job",
        message: `is ${shown(job)}; must be the path of a job, or a definition of one`
      })
    }
    return faults.length === 0 ? Effect.void : Effect.fail(failed(faults))
  })
