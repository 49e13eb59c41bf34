// Small runs, one for each kind of waiting that a run does: what an interruption may cut into.
import * as Effect from "effect/Effect"
import type { ScriptedAnswer } from "../../src/layers/ScriptedLlm.ts"
import type { Plan } from "../../src/programs/generate/Plan.ts"
import type { RunEvent, StopReason } from "../../src/programs/generate/RunEvent.ts"
import type { LlmReason, LlmRequest } from "../../src/services/generation/Llm.ts"
import { Disconnected, Overloaded } from "../../src/services/generation/Llm.ts"
import type { JobDefinition } from "../../src/services/job/DefineJob.ts"
import type { Job } from "../../src/services/job/Job.ts"
import { rejectLine } from "../support/masters.ts"
import { goodAnswer, longAnswer, rows, slugIn } from "../support/pipeline.ts"
import { data, makeJob } from "../support/smallJob.ts"

export interface Workload {
  readonly name: string
  readonly settings: Partial<JobDefinition["settings"]>
  readonly rows: ReadonlyArray<{ readonly [field: string]: string }>
  /** `callNumber` counts the calls of one run. */
  readonly answer: (request: LlmRequest, callNumber: number) => ScriptedAnswer | LlmReason
  /** What stands on the disk before the first run. */
  readonly files?: { readonly [path: string]: string | Uint8Array }
  /** How the model answered in a run before that one, which nobody interrupted. */
  readonly earlier?: Workload["answer"]
  /** What is taken up. Default: the pending items. */
  readonly plan?: Plan
  /** Of each address, the page; every other one is not found. */
  readonly pages?: { readonly [url: string]: string }
  /** Locks that another process takes and gives back, in milliseconds from a run's beginning, one after the other. */
  readonly heldByAnother?: ReadonlyArray<Held>
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

export interface Held {
  readonly file: string
  readonly fromMs: number
  readonly toMs: number
}

interface Shows {
  /** At least one of each. */
  readonly events?: ReadonlyArray<RunEvent["event"]>
  /** Calls in flight at once. */
  readonly inFlightMax?: number
  readonly atRisk?: number
  /** Requests for pages. */
  readonly fetched?: number
  /** What stands on the disk afterwards. */
  readonly files?: ReadonlyArray<string>
  /** Time that the run took, at least: what it waited for. */
  readonly waitedMs?: number
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
  },
  {
    name: "evidence from pages",
    settings: {
      concurrency: 2,
      evidence: { minChars: 10, fields: [], urlFields: ["page"], robots: true, hostDelayMs: 500 }
    },
    rows: rows(2).map(({ slug }) => ({ slug, page: `https://shop.example/${slug}` })),
    pages: {
      "https://shop.example/robots.txt": "User-agent: *\nDisallow: /private",
      "https://shop.example/item-0": "Facts about the first, on a page of its own."
    },
    answer: goodAnswer,
    shows: { events: ["accepted", "rejected"], fetched: 3, waitedMs: 500 }
  },
  {
    name: "a total budget, shared by leases",
    // Enough for what an interruption leaves at risk, besides.
    settings: { concurrency: 2, budget: { totalUsd: 0.005 } },
    rows: rows(2),
    answer: goodAnswer,
    shows: { events: ["accepted"], files: [data.money] }
  },
  {
    name: "near-duplicates",
    settings: {
      concurrency: 2,
      qa: [{ rule: "nearDuplicate", field: "/title", maxSimilarity: 0.9 }]
    },
    rows: rows(2),
    answer: (request) => ({
      text: JSON.stringify({ title: numberIn(request) === 0 ? "A lamp of oak" : "Two red chairs" })
    }),
    shows: { events: ["accepted"], files: [`${data.master}/.corpus`] }
  },
  {
    name: "a retry",
    settings: { concurrency: 2, transientAttemptsMax: 1 },
    rows: rows(2),
    earlier: (request) => numberIn(request) === 0 ? goodAnswer(request) : overloaded,
    plan: { _tag: "Retry", choice: { phases: ["A"], causes: [], slugs: [] } },
    rejectedBefore: ["item-1"],
    answer: goodAnswer,
    shows: { events: ["accepted"] }
  },
  {
    name: "locks that another process holds",
    settings: { concurrency: 1 },
    rows: rows(1),
    heldByAnother: [
      { file: `${data.raw}/.run.lock`, fromMs: 0, toMs: 1000 },
      { file: data.appenderLock, fromMs: 3000, toMs: 9000 }
    ],
    // Long enough that the answer finds the second one held.
    answer: (request) => Effect.as(Effect.sleep("2 seconds"), goodAnswer(request) as object),
    shows: { events: ["accepted"], waitedMs: 9000 }
  }
]

export const jobOf = ({ settings }: Workload): Effect.Effect<Job> =>
  Effect.map(
    makeJob(settings),
    (job) => ({ ...job, directory: folder, input: { ...job.input, path: `${folder}/items.jsonl` } })
  )
