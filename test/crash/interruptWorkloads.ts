// Small runs, one for each kind of waiting that a run does: what an interruption may cut into.
import * as Effect from "effect/Effect"
import type { ScriptedAnswer } from "../../src/layers/ScriptedLlm.ts"
import type { RunEvent, StopReason } from "../../src/programs/generate/RunEvent.ts"
import type { LlmReason, LlmRequest } from "../../src/services/generation/Llm.ts"
import { Disconnected, Overloaded } from "../../src/services/generation/Llm.ts"
import type { JobDefinition } from "../../src/services/job/DefineJob.ts"
import type { Job } from "../../src/services/job/Job.ts"
import { rejectLine } from "../support/masters.ts"
import { data, goodAnswer, longAnswer, makeJob, rows, slugIn } from "../support/pipeline.ts"

export interface Workload {
  readonly name: string
  readonly settings: Partial<JobDefinition["settings"]>
  readonly rows: ReadonlyArray<{ readonly [field: string]: string }>
  /** `callNumber` counts the calls of one run. */
  readonly answer: (request: LlmRequest, callNumber: number) => ScriptedAnswer | LlmReason
  /** What stands on the disk before the first run. */
  readonly files?: { readonly [path: string]: string }
  /** Slugs of rejects among them. */
  readonly rejectedBefore?: ReadonlyArray<string>
  /** Asks for a gentle stop at an event: the interruption then falls into the draining. */
  readonly stopAt?: RunEvent["event"]
  readonly graceMs?: number
  /** Whether the run ends with items pending even where nobody interrupts it. */
  readonly leavesPending?: boolean
  /** What a run that nobody interrupts must show, so that the workload is what its name says. */
  readonly shows: Shows
}

interface Shows {
  /** At least one of each. */
  readonly events?: ReadonlyArray<RunEvent["event"]>
  /** Calls in flight at once. */
  readonly inFlightMax?: number
  readonly atRisk?: number
}

const overloaded = new Overloaded({ status: 503, retryAfterMs: 1500, detail: "busy" })
const dropped = new Disconnected({ detail: "reset" })
const refusal: ScriptedAnswer = { text: "", finish: "refusal", refusal: "No." }

/** By the prompt alone, so that the script answers alike whatever was cut before. */
const isRetake = ({ model }: LlmRequest): boolean => model === "strong"
const numberIn = (request: LlmRequest): number => Number(slugIn(request).slice("item-".length))

export const stopWish: StopReason = { _tag: "Signal", signal: "SIGINT" }

const folder = "/job"
/** Of the third row: settled before the run, and one of the two lines superseded. */
const rejectedTwice = [1, 2].map((n) => rejectLine({ slug: "item-2", id: `r:${n}`, atMs: n })).join(
  ""
)

export const workloads: ReadonlyArray<Workload> = [
  {
    name: "a plain run",
    settings: { concurrency: 2 },
    rows: rows(3),
    answer: goodAnswer,
    shows: { events: ["accepted"], inFlightMax: 2 }
  },
  {
    name: "escalation",
    settings: { concurrency: 1 },
    rows: rows(2),
    answer: (request) => isRetake(request) ? goodAnswer(request) : longAnswer(request),
    shows: { events: ["escalated", "accepted"] }
  },
  {
    name: "retries with backoff",
    settings: { concurrency: 2 },
    rows: rows(2),
    answer: (request, n) => n === 1 ? overloaded : n === 2 ? dropped : goodAnswer(request),
    shows: { events: ["retrying", "accepted"], atRisk: 1 }
  },
  {
    name: "a wait for money",
    // A call's worst case is some 0.5 milli-dollars, what it costs a tenth of that: they fit one after the other.
    settings: { concurrency: 3, budget: { runUsd: 0.0008 } },
    rows: rows(3),
    answer: goodAnswer,
    shows: { events: ["accepted"], inFlightMax: 1 }
  },
  {
    name: "consolidation after every record",
    settings: { concurrency: 1, consolidateEvery: 1 },
    rows: rows(3),
    // Enough superseded lines that the first one pays, and too few for the second.
    files: { [data.rejects]: rejectedTwice },
    rejectedBefore: ["item-2"],
    answer: goodAnswer,
    shows: { events: ["consolidated", "consolidation-skipped", "audited"] }
  },
  {
    name: "evidence from a file",
    settings: { concurrency: 2, evidence: { minChars: 10, fields: [], fileFields: ["notes"] } },
    rows: rows(2).map(({ slug }, n) => ({ slug, notes: `notes-${n}.txt` })),
    files: { [`${folder}/notes-0.txt`]: "Facts about the first." },
    answer: goodAnswer,
    shows: { events: ["accepted", "rejected"] }
  },
  {
    name: "rejects",
    settings: { concurrency: 2 },
    rows: rows(3),
    answer: (request) =>
      numberIn(request) === 0
        ? goodAnswer(request)
        : numberIn(request) === 1
        ? refusal
        : longAnswer(request),
    shows: { events: ["escalated", "accepted", "rejected"] }
  },
  {
    name: "a gentle stop whose grace runs out",
    settings: { concurrency: 2 },
    rows: rows(3),
    stopAt: "accepted",
    graceMs: 1000,
    leavesPending: true,
    answer: (request, n) =>
      n === 2
        ? Effect.as(Effect.sleep("5 seconds"), goodAnswer(request) as object)
        : goodAnswer(request),
    shows: { events: ["accepted", "stopping"], atRisk: 1 }
  }
]

export const jobOf = ({ settings }: Workload): Effect.Effect<Job> =>
  Effect.map(
    makeJob(settings),
    (job) => ({ ...job, directory: folder, input: { ...job.input, path: `${folder}/items.jsonl` } })
  )
