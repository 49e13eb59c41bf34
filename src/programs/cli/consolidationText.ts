// What a consolidation did, for a person to read.
import type { ConsolidationReport } from "../../services/master/ConsolidationReport.ts"

const placesShownMax = 50

const damageLines = ({ damage, quarantined }: ConsolidationReport): ReadonlyArray<string> =>
  damage.length === 0 ? [] : [
    `${quarantined} corrupt lines were moved to quarantine/:`,
    ...damage.slice(0, placesShownMax).map(({ bytes, file, lines, offset, path }) =>
      `  ${file} at byte ${offset}: ${lines} lines, ${bytes} bytes: ${path}`
    ),
    ...(damage.length > placesShownMax
      ? [`  … and ${damage.length - placesShownMax} more places: --json lists all`]
      : [])
  ]

export const consolidationText = (report: ConsolidationReport): string =>
  [
    ...(["updates", "successes", "rejects"] as const).map((name) => {
      const { bytesAfter, bytesBefore, kept, read } = report[name]
      return `${
        name.padEnd(10)
      } ${read} lines read, ${kept} kept, ${bytesBefore} -> ${bytesAfter} bytes`
    }),
    ...(report.left > 0
      ? [`${report.left} superseded lines are left for the next time: newer ones came meanwhile`]
      : []),
    ...(report.recoveredLines > 0
      ? [`${report.recoveredLines} lines that one master lacked were copied from the other`]
      : []),
    ...damageLines(report),
    `took ${(report.durationMs / 1000).toFixed(2)} s; appenders were held up for ${
      report.pauseMs.toFixed(1)
    } ms`
  ].join("\n")
