// `inkfast qa check`: a job's rules over any JSONL file.
import * as Effect from "effect/Effect"
import * as Checking from "../../layers/Checking.ts"
import { openInput } from "../openInput.ts"
import { placed } from "../../services/qa/Finding.ts"
import { ExitCode } from "../ExitCode.ts"
import { qaCheck } from "../qaCheck.ts"
import type { CheckedLine, QaCheckReport } from "../qaCheck.ts"
import { exitWith, withExitCodes } from "./failures.ts"
import * as flags from "./flags.ts"
import { printJson, printLine, say, visible } from "./output.ts"
import { resolveJob } from "./resolveJob.ts"
import type { Options } from "./tree/qa.ts"

const lineText = ({ findings, line, outcome, slug }: CheckedLine): string =>
  visible([
    `${line}: ${slug}: ${outcome}`,
    ...findings.map((finding) => `    ${placed(finding)}: ${finding.message}`)
  ].join("\n"))

const summaryOf = ({ byRule, fails, lines, passes, unverified }: QaCheckReport): string =>
  [
    `${lines} lines: ${passes} pass, ${fails} fail, ${unverified} unverified (rules had no facts to hold them against)`,
    ...Object.entries(byRule).sort(([, a], [, b]) => b - a).map(([rule, count]) =>
      `  ${rule.padEnd(16)} ${count}`
    )
  ].join("\n")

export const handle = (options: Options) =>
  Effect.scoped(Effect.gen(function*() {
    const { job } = yield* resolveJob(options.job, flags.overridesOf(options))
    const opened = yield* Effect.result(openInput(job))
    if (opened._tag === "Failure") {
      yield* say("the input cannot be read, so rules about facts stay unverified")
    }
    const report = yield* qaCheck({
      file: options.file,
      source: opened._tag === "Success" ? opened.success : undefined,
      onLine: (checked) =>
        options.json
          ? printJson({ event: "checked", ...checked })
          : checked.outcome === "fails"
          ? printLine(lineText(checked))
          : Effect.void
    }).pipe(Effect.provide(Checking.layer(job)))
    yield* options.json ? printJson({ event: "finished", report }) : say(summaryOf(report))
    return yield* exitWith(report.fails > 0 ? ExitCode.rejects : ExitCode.done)
  })).pipe(withExitCodes(options.json))
