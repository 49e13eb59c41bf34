// A run told to a person, on stderr: a moving line on a terminal, a plain line every few seconds elsewhere.
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Stdio from "effect/Stdio"
import * as Stream from "effect/Stream"
import { counted } from "../counted.ts"
import type { AuditReport } from "../../services/master/Audit.ts"
import type { AuditCheck } from "../../services/master/AuditCheck.ts"
import type { RunEvent, StopReason } from "../generate/RunEvent.ts"
import { makeDeferralTeller } from "./deferrals.ts"
import { visible } from "./output.ts"
import { advance, formatDuration, goesOnAt, initialProgress, renderProgress } from "./progress.ts"
import type { Budgets } from "./progress.ts"

export interface Narrator {
  readonly tell: (event: RunEvent) => Effect.Effect<void>
}

export interface Screen {
  readonly isTerminal: boolean
  readonly color: boolean
  /** As they are now; infinite where nothing wraps. */
  readonly columns: Effect.Effect<number>
}

const terminalIntervalMs = 100
const plainIntervalMs = 5_000
/** Shorter pauses are told by the moving line alone. */
const pauseMsTold = 1_000

const clearLine = "\r\u001b[2K"

const phaseName = (phase: string): string =>
  phase === "stale"
    ? "stale records"
    : phase === "named"
    ? "rejects of no phase, named by --cause or --slug"
    : `phase ${phase}`

/** Events that deserve a line of their own. `failure`: why a call failed last, empty where none has. */
const lineOf = (event: RunEvent, failure: string): string | undefined => {
  switch (event.event) {
    case "started": {
      const { accepted, atRisk, input, rejected, runId, toDo } = event
      const risk = atRisk.length > 0
        ? `; at risk since earlier runs: ${counted(atRisk.length, "call")}, see inkfast status`
        : ""
      return `run ${runId}: ${counted(input, "item")}, ${accepted} accepted and ${rejected} ` +
        `rejected before, ${toDo} to do${risk}`
    }
    case "phase":
      return `${phaseName(event.phase)}: ${event.toDo} to ${
        event.phase === "stale" ? "write anew" : "take up again"
      }`
    case "phase-ended":
      return `${phaseName(event.phase)}: ${event.accepted} accepted, ` +
        (event.phase === "stale" ? `${event.kept} kept` : `${event.rejected} rejected again`) +
        (event.noProgress ? ": NO PROGRESS, it ends here" : "")
    case "kept":
      return `kept ${event.slug} as it is: ${event.reason}`
    case "readdressed":
      return `found ${event.slug} at ${event.to}, where the row says ${event.from}`
    case "rejected":
      return `rejected ${event.slug}: ${event.cause}: ${event.reason}`
    // The first of them; the summary counts them all.
    case "not-judged":
      return `${event.model} did not judge ${event.slug}, which stands by the rules: ${event.reason}`
    case "unavailable":
      return `${event.model} answers nobody (${event.detail}): items that need it are put off, the others go on`
    case "paused":
      return event.inMs < pauseMsTold ? undefined : `${event.model} ${
        event.why === "asked"
          ? "is left alone, as the server asks,"
          : `answers nobody${failure === "" ? "" : ` (${failure})`} and is left alone`
      } until ${goesOnAt(event.until, event.inMs)} (${formatDuration(event.inMs / 1000)})`
    case "consolidated":
      return `consolidated after ${event.acceptedNow} accepted: ${event.report.successes.read} lines read, ` +
        `${event.report.successes.kept} kept; appenders paused ${
          event.report.pauseMs.toFixed(1)
        } ms` +
        (event.report.quarantined > 0
          ? `; WARNING ${event.report.quarantined} corrupt lines were moved to quarantine/`
          : "")
    case "consolidation-skipped":
      return `consolidation after ${event.acceptedNow} accepted skipped, ${
        skippedWords[event.why]
      }: ${event.superseded} of ${event.lines} lines are superseded`
    case "audited-appended":
      return auditLine(event.report, `${event.report.records} records appended since`)
    case "audited":
      return auditLine(event.report, `${event.report.counts.records} records`)
    case "upkeep-failed":
      return `WARNING consolidation after ${event.acceptedNow} accepted failed, nothing is lost, the run goes on: ${event.detail}`
    case "stopping":
      return stopLine(event.stop, event.inFlight) +
        // A reached budget keeps nobody from going on who has the money.
        (event.waiting > 0 && event.stop._tag !== "Budget"
          ? `; ${event.waiting} that wait are put off`
          : "")
    default:
      return undefined
  }
}

const skippedWords = {
  "little-gain": "little to gain",
  "failed-before": "the last one failed and the masters have hardly grown since",
  busy: "another process is consolidating"
} as const

const auditLine = ({ checks }: Pick<AuditReport, "checks">, what: string): string => {
  const withOutcome = (outcome: AuditCheck["outcome"]) =>
    checks.filter((check) => check.outcome === outcome)
  const [broken, unverified] = [withOutcome("broken"), withOutcome("unverified")]
  const unseen = unverified.length === 0
    ? ""
    : `; could not verify ${unverified.map(({ id }) => id).join(", ")}: see inkfast audit`
  return broken.length === 0
    ? `audited: ${what}, no broken invariant${unseen}`
    : `WARNING audit of ${what} found broken: ${
      broken.map((check) => `${check.id} ${check.title}`).join("; ")
    }; run inkfast audit`
}

const stopLine = (stop: StopReason, inFlight: number): string => {
  switch (stop._tag) {
    case "Signal":
      return `${stop.signal}: starting nothing new; ${
        inFlight === 0
          ? "nothing is in flight"
          : `${inFlight} in flight may end, what passes is kept`
      } (again: exit at once)`
    case "Budget":
      return `the budget is reached: ${stop.detail}; ${inFlight} in flight, what is paid for is finished`
    case "Fatal":
      return `stopping: ${stop.detail}; ${inFlight} in flight`
    case "EndpointDead":
      return `stopping, no call is answered: ${stop.detail}; ${inFlight} in flight`
    case "Storage":
      return `STOPPING, NOTHING MORE IS SPENT: ${stop.detail}; ${inFlight} in flight`
    case "Input":
      return `stopping: ${stop.detail}; ${inFlight} in flight`
    case "Defect":
      return `stopping, this is a fault of the program: ${stop.detail}`
  }
}

/** Tells until the scope ends, which clears the moving line. */
export const makeNarrator = Effect.fnUntraced(
  function*(screen: Screen, budgets: Budgets) {
    const stdio = yield* Stdio.Stdio
    const write = (text: string) => Effect.ignore(Stream.run(Stream.succeed(text), stdio.stderr()))
    let state = initialProgress(yield* Clock.currentTimeMillis)

    const dim = (line: string) => screen.color ? `\u001b[2m${line}\u001b[0m` : line
    const draw = Effect.gen(function*() {
      const line = renderProgress(
        state,
        budgets,
        yield* Clock.currentTimeMillis,
        yield* screen.columns
      )
      yield* write(screen.isTerminal ? clearLine + dim(line) : `${line}\n`)
    })
    const tick = screen.isTerminal ? terminalIntervalMs : plainIntervalMs
    yield* Effect.forkScoped(Effect.forever(Effect.andThen(Effect.sleep(tick), draw)))
    yield* Effect.addFinalizer(() => screen.isTerminal ? write(clearLine) : Effect.void)

    const tellDeferral = makeDeferralTeller()
    let isJudgeTold = false
    let failure = ""

    const narrator: Narrator = {
      tell: (event) =>
        Effect.suspend(() => {
          state = advance(state, event)
          if (event.event === "retrying") failure = event.reason
          if (event.event === "not-judged") {
            if (isJudgeTold) return Effect.void
            isJudgeTold = true
          }
          const line = event.event === "deferred" ? tellDeferral(event) : lineOf(event, failure)
          if (line === undefined) return Effect.void
          return write(`${screen.isTerminal ? clearLine : ""}${visible(line)}\n`)
        })
    }
    return narrator
  }
)
