// The last words of a run: how to look at what is rejected, what the items that are left may take, and the line that goes
// on with them.
import * as Effect from "effect/Effect"
import * as Stdio from "effect/Stdio"
import type { Job } from "../../services/job/Job.ts"
import { formatUsd } from "../../services/spending/Money.ts"
import { TypedCommand } from "../../services/TypedCommand.ts"
import { counted } from "../counted.ts"
import type { RunReport } from "../generate/RunEvent.ts"
import { enoughBudget, expectedNanoUsd } from "./enoughMoney.ts"
import { say } from "./output.ts"
import type { FromEnvironment } from "./resolveJob.ts"
import { only, placeFlags, resumeLine } from "./resumeLine.ts"
import type { Resumption } from "./resumeLine.ts"

export interface Stopped {
  readonly job: Job
  readonly report: RunReport
  /** Items that the run was to settle. */
  readonly toDo: number
  readonly fromEnvironment: FromEnvironment
}

/** Everything that is left is left on purpose: the same line would leave it again. */
const isAllHeld = ({ deferredByCause, deferredNow, stop }: RunReport): boolean =>
  stop === null && deferredByCause.Held === deferredNow

const insteadOf = (report: RunReport, left: number): Resumption["instead"] => {
  if (isAllHeld(report)) return [["--hold-at-risk", "false"]]
  const budget = enoughBudget(report, left)
  return budget === undefined ? [] : [[budget.flag, String(budget.usd)]]
}

const needsMending = ({ deferredByCause, deferredNow, stop }: RunReport): boolean =>
  stop === null && deferredByCause.Prompt === deferredNow

const conditions = (job: Job, report: RunReport): string =>
  (needsMending(report) ? ", once the prompt or the rows are mended" : "") +
  (isAllHeld(report) ? ", paying again for what may have been billed" : "") +
  (job.input.path === "-" ? ", with the same rows on standard input" : "")

/** Silent where the run has done everything that it can, and nothing is rejected. */
export const tellNext = Effect.fnUntraced(
  function*({ fromEnvironment: environment, job, report, toDo }: Stopped) {
    const command = yield* TypedCommand
    const args = yield* (yield* Stdio.Stdio).args
    if (report.rejected > 0) {
      const retry = ["retry", ...only(args, placeFlags), "--phase", "all", "--dry-run"]
      yield* say(
        `${report.rejected} rejected; what can be taken up again, and how: ${
          resumeLine({ command, args: retry, environment: [], instead: [] })
        }`
      )
    }
    if (report.stop === null && report.deferredNow === 0) return
    const left = toDo - report.acceptedNow - report.rejectedNow - report.keptNow
    const expected = expectedNanoUsd(report, left)
    if (report.stop?._tag === "Budget" && expected !== null) {
      yield* say(`the ${counted(left, "item")} left may take ${formatUsd(expected)} more`)
    }
    const line = resumeLine({ command, args, environment, instead: insteadOf(report, left) })
    yield* say(`to go on${conditions(job, report)}: ${line}`)
  }
)
