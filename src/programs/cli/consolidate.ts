// `inkfast consolidate`: the masters rewritten to one line per slug.
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Live from "../../layers/Live.ts"
import { DataDirectory } from "../../services/durability/DataDirectory.ts"
import { Consolidation } from "../../services/master/Consolidation.ts"
import type { ConsolidationReport } from "../../services/master/ConsolidationReport.ts"
import { refreshIndex } from "../../services/master/KeepIndex.ts"
import { dataOf } from "./dataOf.ts"
import { withExitCodes } from "./failures.ts"
import { printJson, printLine } from "./output.ts"
import type { Options } from "./tree/consolidate.ts"

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

const describe = (report: ConsolidationReport): string =>
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

export const handle = (options: Options) =>
  Effect.gen(function*() {
    const root = yield* dataOf(options)
    const report = yield* Effect.flatMap(Consolidation, (service) => service.consolidate).pipe(
      Effect.provide(Layer.provide(Live.masters, DataDirectory.layer(root)))
    )
    yield* refreshIndex().pipe(Effect.provide(DataDirectory.layer(root)))
    yield* options.json ? printJson(report) : printLine(describe(report))
  }).pipe(withExitCodes(options.json))
