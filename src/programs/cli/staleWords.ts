// Stale records, told to a person: how many, by what, and the command that is next.
import * as Effect from "effect/Effect"
import * as Stdio from "effect/Stdio"
import type { Job } from "../../services/job/Job.ts"
import { formatUsd } from "../../services/spending/Money.ts"
import { TypedCommand } from "../../services/TypedCommand.ts"
import { counted } from "../counted.ts"
import type { StatusReport } from "../status.ts"
import { only, placeFlags, resumeLine, runPlaceFlags } from "./resumeLine.ts"

type Stale = NonNullable<StatusReport["stale"]>

const staleLines = (stale: Stale): ReadonlyArray<string> => {
  const by = [
    [stale.byPrompt, "prompt"],
    [stale.bySchema, "schema"],
    [stale.byModel, "model"],
    [stale.byEvidence, "evidence"]
  ] as const
  const causes = by.filter(([count]) => count > 0).map(([count, what]) => `${count} by ${what}`)
  return [
    `stale     ${stale.stale} of ${counted(stale.records, "record")}` +
    (stale.stale > 0 ? `: ${causes.join(", ")}` : ""),
    ...(stale.unseenEvidence > 0
      ? [
        `          of ${stale.unseenEvidence} a page is not kept: whether it has changed is not known`
      ]
      : [])
  ]
}

/** A run may have been given other models than the job names: what is stale by those is another question. */
const otherModels = (report: StatusReport, job: Job): ReadonlyArray<string> => {
  const lastModels = report.runs.findLast(({ manifest }) => (manifest?.models.length ?? 0) > 0)
    ?.manifest?.models ?? []
  const models = job.rungs.map(({ model }) => model)
  const isSame = lastModels.every((model, rung) => models[rung] === model)
  return isSame ? [] : lastModels
}

/**
 * Write them anew, or, where the last run was given other models, look at them by those first: a renewal may be needless.
 */
const nextLine = Effect.fnUntraced(function*(report: StatusReport, stale: Stale, job: Job) {
  const command = yield* TypedCommand
  const args = yield* (yield* Stdio.Stdio).args
  const line = (words: ReadonlyArray<string>): string =>
    resumeLine({ command, args: words, environment: [], instead: [] })
  const [base, strong = "none"] = otherModels(report, job)
  if (stale.byModel > 0 && base !== undefined) {
    const models = ["--model", base, "--strong-model", strong]
    return `          the last run had other models; compared with those: ${
      line(["status", ...only(args, placeFlags), ...models])
    }`
  }
  const cost = stale.renewal === null
    ? ""
    : ` for about ${formatUsd(stale.renewal.expectedNanoUsd)} (${
      formatUsd(stale.renewal.highNanoUsd)
    } high)`
  return `          written anew${cost} by: ${
    line(["generate", ...only(args, runPlaceFlags), "--renew", "stale"])
  }`
})

/** Nothing without a job to compare with. */
export const staleWords = Effect.fnUntraced(function*(
  report: StatusReport,
  job: Job | undefined
) {
  const { stale } = report
  if (job === undefined || stale === null) return []
  const lines = staleLines(stale)
  return stale.stale === 0 ? lines : [...lines, yield* nextLine(report, stale, job)]
})
