// `inkfast repair`: the deterministic mends of a data directory.
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Live from "../../layers/Live.ts"
import { DataDirectory } from "../../services/durability/DataDirectory.ts"
import { Repair } from "../../services/master/Repair.ts"
import type { Mend } from "../../services/master/FindMends.ts"
import type { RepairReport } from "../../services/master/Repair.ts"
import { ExitCode } from "../ExitCode.ts"
import { dataOf } from "./dataOf.ts"
import { exitWith, withExitCodes } from "./failures.ts"
import { printJson, printLine, visible } from "./output.ts"
import type { Options } from "./tree/repair.ts"

const shownMax = 50

const mendLines = (mends: ReadonlyArray<Mend>): ReadonlyArray<string> => [
  ...mends.slice(0, shownMax).map(({ kind, slug, what, where }) =>
    `${kind.padEnd(20)} ${where}${slug === "" ? "" : `: ${slug}`}: ${what}`
  ),
  ...(mends.length > shownMax ? [`… and ${mends.length - shownMax} more: --json lists all`] : [])
]

const describe = ({ applied, dropped, log, mends, undecided }: RepairReport): string =>
  visible([
    ...mendLines(mends),
    mends.length === 0
      ? "nothing to mend"
      : applied
      ? `${mends.length} mended; written down in ${log ?? ""}`
      : `${mends.length} to mend; nothing was changed: --apply mends them`,
    ...(dropped === null ? [] : [`lines that were dropped: ${dropped}`]),
    ...(undecided.length === 0
      ? []
      : [`${undecided.length} that only a person can decide:`, ...mendLines(undecided)])
  ].join("\n"))

export const handle = (options: Options) =>
  Effect.gen(function*() {
    const root = yield* dataOf(options)
    const report = yield* Effect.flatMap(Repair, (service) => service.repair(options.apply)).pipe(
      Effect.provide(
        Repair.layer.pipe(Layer.provide(Live.masters), Layer.provide(DataDirectory.layer(root)))
      )
    )
    yield* options.json ? printJson(report) : printLine(describe(report))
    const isLeft = report.undecided.length > 0 || (!report.applied && report.mends.length > 0)
    return yield* exitWith(isLeft ? ExitCode.auditBroken : ExitCode.done)
  }).pipe(withExitCodes(options.json))
