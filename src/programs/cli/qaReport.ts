// `inkfast qa report`: what QA said over all runs, and what the pieces have in common.
import * as Effect from "effect/Effect"
import { DataDirectory } from "../../services/durability/DataDirectory.ts"
import { qaReport } from "../qaReport.ts"
import type { QaReport } from "../qaReport.ts"
import { dataOf } from "./dataOf.ts"
import { withExitCodes } from "./failures.ts"
import { printJson, printLine, visible } from "./output.ts"
import type { ReportOptions } from "./tree/qa.ts"

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`

const describe = ({ accepted, byRule, byRung, judged, passShare, reuse }: QaReport): string =>
  visible([
    `${judged} drafts judged, ${accepted} accepted (${percent(passShare)})`,
    ...byRung.map((own) =>
      `  rung ${own.rung}: ${own.accepted} of ${own.judged} accepted (${percent(own.passShare)})`
    ),
    ...byRule.flatMap(({ examples, fields, passShare: passes, rejected, rule, warned }) => [
      `${rule}: ${rejected} rejected, ${warned} warned (${percent(passes)} pass)`,
      ...(fields.length === 0
        ? []
        : [`    in ${fields.map(({ drafts, field }) => `${field} (${drafts})`).join(", ")}`]),
      ...examples.map(({ field, message, slug }) =>
        `    ${slug}${field === "" ? "" : ` ${field}`}: ${message}`
      )
    ]),
    `${reuse.pieces} accepted pieces${reuse.isExact ? "" : ", counts below are lower bounds"}`,
    ...(["sentences", "openers"] as const).flatMap((kind) =>
      reuse[kind].length === 0 ? [] : [
        `  most reused ${kind}:`,
        ...reuse[kind].map(({ pieces, text }) =>
          `    ${pieces} pieces (${percent(pieces / reuse.pieces)}): ${text}`
        )
      ]
    )
  ].join("\n"))

export const handle = (options: ReportOptions) =>
  Effect.gen(function*() {
    const root = yield* dataOf(options)
    const report = yield* Effect.provide(qaReport, DataDirectory.layer(root))
    yield* options.json ? printJson(report) : printLine(describe(report))
  }).pipe(withExitCodes(options.json))
