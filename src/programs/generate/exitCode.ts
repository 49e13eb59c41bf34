// How a run ended, as an exit code.
import { ExitCode } from "../ExitCode.ts"
import type { RunReport } from "./RunEvent.ts"

/** Rejects count over all runs: the input is not done while some of it is rejected. */
export const exitCodeOf = (report: RunReport): number => {
  switch (report.stop?._tag) {
    case "Fatal":
      return ExitCode.authOrQuota
    case "Defect":
      return ExitCode.internalError
    case "Budget":
      return ExitCode.budget
    case "Signal":
    case "EndpointDead":
    case "Storage":
    case "Input":
      return ExitCode.paused
    case undefined:
      return report.deferredNow > 0
        // Running again mends no prompt and no row.
        ? report.deferredByCause.Prompt === report.deferredNow ? ExitCode.usage : ExitCode.paused
        : report.rejected > 0
        ? ExitCode.rejects
        : ExitCode.done
  }
}
