// `inkfast requalify`: today's QA over what is paid for.
import * as Effect from "effect/Effect"
import { requalifyJob } from "../../requalifyJob.ts"
import { openInput } from "../openInput.ts"
import { Shutdown } from "../../services/Shutdown.ts"
import { requalifyExitCode } from "../requalify/RequalifyEvent.ts"
import type { RequalifyEvent, RequalifyReport } from "../requalify/RequalifyEvent.ts"
import { exitWith, withExitCodes } from "./failures.ts"
import * as flags from "./flags.ts"
import { printJson, printLine, say, visible } from "./output.ts"
import { resolveJob } from "./resolveJob.ts"
import type { Options } from "./tree/requalify.ts"

const lineOf = (event: RequalifyEvent): string => {
  if (event.event === "promoted") return `promoted ${event.slug} (${event.id}), ${event.was} before`
  if (event.event === "not-judged") {
    return `not judged ${event.slug} (${event.id}): it passes the rules, and the judge was not asked about it`
  }
  const first = event.findings[0]
  const why = `${event.cause}${first === undefined ? "" : `: ${first.message}`}`
  const what = `${event.slug} (${event.id}): ${why}`
  switch (event.event) {
    case "would-fail":
      return `would fail ${what}${
        event.replacement === null ? "" : `; ${event.replacement} would take its place`
      }`
    case "demoted":
      return `taken back ${what}`
    case "replaced":
      return `replaced ${what}; ${event.by} takes its place`
    case "unsure":
      return `unsure ${what}; the evidence that it was written from is not there any more`
  }
}

const summaryOf = (report: RequalifyReport): string =>
  [
    `${report.answers} answers in the journals, to ${report.items} items of the input; $0 spent`,
    `${report.promoted} promoted, ${report.passing} records pass, ${report.unsure} unsure, ` +
    `${report.withoutAnswer} without an answer in the journals`,
    report.demoted + report.replaced > 0
      ? `${report.demoted} taken back, ${report.replaced} replaced`
      : `${report.wouldFail} would fail now${
        report.wouldFail > 0 ? ": --apply takes them back" : ""
      }`,
    ...(report.notJudged > 0
      ? [
        `${report.notJudged} pass the rules and wait for the judge: inkfast generate, or retry, asks it`
      ]
      : []),
    ...(report.stopped ? ["stopped: the same command does the rest"] : [])
  ].join("\n")

export const handle = (options: Options) =>
  Effect.scoped(Effect.gen(function*() {
    const { job } = yield* resolveJob(options.job, flags.overridesOf(options))
    const report = yield* requalifyJob({
      job,
      source: yield* openInput(job),
      apply: options.apply,
      stopRequested: yield* (yield* Shutdown).subscribe,
      onEvent: (event) => options.json ? printJson(event) : printLine(visible(lineOf(event)))
    })
    yield* options.json ? printJson({ event: "finished", report }) : say(summaryOf(report))
    return yield* exitWith(requalifyExitCode(report))
  })).pipe(withExitCodes(options.json))
