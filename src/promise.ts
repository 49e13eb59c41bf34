// The library for programs without Effect: promises, plain values, and an AbortSignal that stops gently.
import * as NodeStdio from "@effect/platform-node/NodeStdio"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Live from "./layers/Live.ts"
import * as NodeHost from "./layers/NodeHost.ts"
import * as Probe from "./layers/Probe.ts"
import { estimate as estimateProgram } from "./programs/estimate/estimate.ts"
import type { EstimateReport } from "./programs/estimate/estimate.ts"
import { explain as explainProgram } from "./programs/explain/explain.ts"
import type { Explanation } from "./programs/explain/explain.ts"
import type { RunEvent, RunReport, StopReason } from "./programs/generate/RunEvent.ts"
import { probe as probeProgram } from "./programs/probe.ts"
import type { ProbedItem, ProbeReport } from "./programs/probe.ts"
import { status as statusProgram } from "./programs/status.ts"
import type { StatusReport } from "./programs/status.ts"
import type { RequalifyReport } from "./programs/requalify/RequalifyEvent.ts"
import { checkChoice, checkKey, names } from "./promiseChoices.ts"
import type {
  EstimateChoice,
  GenerateChoice,
  ItemsChoice,
  JobChoice,
  Names,
  ProbeChoice,
  RequalifyChoice
} from "./promiseChoices.ts"
import { requalifyJob } from "./requalifyJob.ts"
import { runJob } from "./runJob.ts"
import { DataDirectory } from "./services/durability/DataDirectory.ts"
import {
  Completion,
  Disconnected,
  Llm,
  LlmError,
  LlmReason,
  TimedOut
} from "./services/generation/Llm.ts"
import type { LlmRequest } from "./services/generation/Llm.ts"
import type { ItemSource } from "./services/items/ItemSource.ts"
import { openInput } from "./programs/openInput.ts"
import { itemsFromRows } from "./services/items/RowItems.ts"
import { wholeInput } from "./services/items/Shard.ts"
import type { Shard } from "./services/items/Shard.ts"
import { defineJob } from "./services/job/DefineJob.ts"
import type { JobDefinition } from "./services/job/DefineJob.ts"
import type { Job } from "./services/job/Job.ts"
import { loadJob } from "./services/job/LoadJob.ts"
import { applyOverrides } from "./services/job/Overrides.ts"
import type { JobOverrides } from "./services/job/Overrides.ts"
import { Audit } from "./services/master/Audit.ts"
import type { AuditReport } from "./services/master/Audit.ts"
import { Consolidation } from "./services/master/Consolidation.ts"
import type { ConsolidationReport } from "./services/master/ConsolidationReport.ts"

export type {
  AuditReport,
  Completion,
  ConsolidationReport,
  JobDefinition,
  JobOverrides,
  LlmRequest
}
/** What a model of one's own rejects with: `new Llm.RateLimited({ … })`. */
export * as Llm from "./services/generation/Llm.ts"
export type { EstimateChoice, GenerateChoice, ItemsChoice, JobChoice, ProbeChoice, RequalifyChoice }
export type {
  EstimateReport,
  ProbedItem,
  ProbeReport,
  RunEvent,
  RunReport,
  Shard,
  StatusReport,
  StopReason
}

const jobOf = <Choice extends JobChoice>(choice: Choice, known: Names<Choice>) =>
  Effect.gen(function*() {
    yield* checkChoice(choice, known)
    const job = yield* typeof choice.job === "string" ? loadJob(choice.job) : defineJob(choice.job)
    return yield* applyOverrides(job, choice.overrides ?? {})
  })

const itemsOf = (job: Job, choice: ItemsChoice) =>
  choice.rows === undefined ? openInput(job) : itemsFromRows(choice.rows, job.input.key)

const platform = Layer.mergeAll(Live.platform, NodeHost.layer, NodeStdio.layer)

const modelOf = (job: Job, choice: GenerateChoice): Layer.Layer<Llm> => {
  const { apiKey, model } = choice
  if (model === undefined) {
    return Live.model(job, apiKey === undefined ? undefined : Redacted.make(apiKey))
  }
  return Layer.succeed(Llm, {
    complete: (request) =>
      Effect.tryPromise({ try: (signal) => model(request, signal), catch: reasonOf }).pipe(
        Effect.flatMap((answer) => Effect.mapError(decodeCompletion(answer), unreadable)),
        Effect.timeoutOrElse({
          duration: request.timeoutMs,
          orElse: () => Effect.fail(new TimedOut({ timeoutMs: request.timeoutMs }))
        }),
        Effect.mapError((reason) => new LlmError({ model: request.model, reason }))
      )
  })
}

const isReason = Schema.is(LlmReason)
const decodeCompletion = Schema.decodeUnknownEffect(Completion)

/** What is not said to be harmless may have been billed. */
const reasonOf = (error: unknown): LlmReason =>
  isReason(error)
    ? error
    : new Disconnected({ detail: error instanceof Error ? error.message : String(error) })

const unreadable = (error: Schema.SchemaError): LlmReason =>
  new Disconnected({ detail: `the model's answer is no completion: ${error.message}` })

/** An effect that completes when the signal is aborted; never without one. */
const aborted = (signal: AbortSignal | undefined): Effect.Effect<StopReason> =>
  signal === undefined ? Effect.never : Effect.callback<StopReason>((resume) => {
    const stop = () => resume(Effect.succeed({ _tag: "Signal", signal: "abort" }))
    if (signal.aborted) return stop()
    signal.addEventListener("abort", stop, { once: true })
    return Effect.sync(() => signal.removeEventListener("abort", stop))
  })

/**
 * Settles the job's pending items. Resolves with the report whatever the items came to; `report.stop` says what ended the
 * run early, an abort included. Rejects only when the run may not begin: a fault of job or input, an unknown price,
 * another run at work on the data directory.
 */
export const generate = (choice: GenerateChoice): Promise<RunReport> =>
  Effect.runPromise(
    Effect.scoped(Effect.gen(function*() {
      const job = yield* jobOf(choice, names.generate)
      yield* checkKey(choice.apiKey)
      const source = yield* itemsOf(job, choice)
      const { onEvent } = choice
      return yield* runJob({
        job,
        source,
        shard: choice.shard ?? wholeInput,
        plan: choice.plan,
        limit: choice.limit,
        stopRequested: aborted(choice.signal),
        graceMs: choice.graceMs,
        onEvent: onEvent && ((event) => Effect.sync(() => onEvent(event)))
      }).pipe(Effect.provide(modelOf(job, choice)))
    })).pipe(Effect.provide(platform))
  )

/** Today's QA over every answer in the journals: what passes now is accepted. Calls no model. */
export const requalify = (choice: RequalifyChoice): Promise<RequalifyReport> =>
  Effect.runPromise(
    Effect.scoped(Effect.gen(function*() {
      const job = yield* jobOf(choice, names.requalify)
      const { onEvent } = choice
      return yield* requalifyJob({
        job,
        source: yield* itemsOf(job, choice),
        apply: choice.apply,
        stopRequested: aborted(choice.signal),
        onEvent: onEvent && ((event) => Effect.sync(() => onEvent(event)))
      })
    })).pipe(Effect.provide(platform))
  )

/** Everything that happened to an item, over all runs. Reads only. */
export const explain = (dataDirectory: string, slug: string): Promise<Explanation> =>
  Effect.runPromise(
    explainProgram(slug).pipe(
      Effect.provide(Layer.merge(DataDirectory.layer(dataDirectory), Live.platform))
    )
  )

/** Gathers evidence and reports; calls no model and writes nothing. */
export const probe = (choice: ProbeChoice): Promise<ProbeReport> =>
  Effect.runPromise(
    Effect.scoped(Effect.gen(function*() {
      const job = yield* jobOf(choice, names.probe)
      const source = yield* itemsOf(job, choice)
      return yield* probeProgram({
        source,
        shard: choice.shard ?? wholeInput,
        limit: choice.limit,
        onItem: (item) => Effect.sync(() => choice.onItem?.(item))
      }).pipe(Effect.provide(Probe.layer(job)))
    })).pipe(Effect.provide(platform)),
    choice.signal === undefined ? {} : { signal: choice.signal }
  )

/** What writing the pending items, or those of a plan, will take and cost; calls no model and writes nothing. */
export const estimate = (choice: EstimateChoice): Promise<EstimateReport> =>
  Effect.runPromise(
    Effect.scoped(Effect.gen(function*() {
      const job = yield* jobOf(choice, names.estimate)
      const source = yield* itemsOf(job, choice)
      return yield* estimateProgram({
        source,
        shard: choice.shard ?? wholeInput,
        promptsMax: choice.promptsMax ?? 200,
        plan: choice.plan
      }).pipe(Effect.provide(Probe.layer(job)))
    })).pipe(Effect.provide(platform)),
    choice.signal === undefined ? {} : { signal: choice.signal }
  )

/** Rewrites the masters of a data directory to one line per slug. Runs that append meanwhile go on. */
export const consolidate = (dataDirectory: string): Promise<ConsolidationReport> =>
  Effect.runPromise(
    Effect.flatMap(Consolidation, (service) => service.consolidate).pipe(
      Effect.provide(Live.masters.pipe(
        Layer.provide(DataDirectory.layer(dataDirectory)),
        Layer.provide(Live.platform)
      ))
    )
  )

/** Checks the invariants of a data directory, changing nothing; counted against a job's input where one is given. */
export const audit = (
  dataDirectory: string,
  input?: JobChoice & ItemsChoice
): Promise<AuditReport> =>
  Effect.runPromise(
    Effect.scoped(Effect.gen(function*() {
      const source: ItemSource | undefined = input &&
        (yield* itemsOf(yield* jobOf(input, names.items), input))
      const slugs = source && (yield* source.slugs)
      return yield* Effect.flatMap(Audit, (service) => service.audit(slugs)).pipe(
        Effect.provide(Live.masters.pipe(Layer.provide(DataDirectory.layer(dataDirectory))))
      )
    })).pipe(Effect.provide(platform))
  )

/** Counts items by state, money and what is at risk, changing nothing. */
export const status = (
  dataDirectory: string,
  input?: JobChoice & ItemsChoice
): Promise<StatusReport> =>
  Effect.runPromise(
    Effect.scoped(Effect.gen(function*() {
      const source = input &&
        (yield* itemsOf(yield* jobOf(input, names.items), input))
      return yield* statusProgram(source).pipe(Effect.provide(DataDirectory.layer(dataDirectory)))
    })).pipe(Effect.provide(platform))
  )
