// What QA said over all runs, and what the accepted pieces have in common. Reads journals and masters; writes nothing.
import * as Effect from "effect/Effect"
import { DataDirectory } from "../services/durability/DataDirectory.ts"
import { verifyLine } from "../services/durability/LineCodec.ts"
import { scanLines } from "../services/durability/Lines.ts"
import { decodeEvent, readEntry } from "../services/journal/EventCodec.ts"
import { captureJournals } from "../services/journal/JournalFiles.ts"
import type { Finding } from "../services/qa/Finding.ts"
import { makeReuseTally } from "./qaReport/ReuseTally.ts"
import type { ReuseReport } from "./qaReport/ReuseTally.ts"

export interface RuleReport {
  readonly rule: string
  /** Rejected drafts that it found something in. */
  readonly rejected: number
  /** Accepted drafts that it warned of. */
  readonly warned: number
  /** Share of all judged drafts in which it blocked nothing. */
  readonly passShare: number
  /** The newest few, with their items. */
  readonly examples: ReadonlyArray<
    { readonly slug: string } & Pick<Finding, "field" | "text" | "message">
  >
}

export interface RungReport {
  readonly rung: number
  readonly judged: number
  readonly accepted: number
  readonly passShare: number
}

export interface QaReport {
  /** Drafts with a verdict. */
  readonly judged: number
  readonly accepted: number
  readonly passShare: number
  /** The one that rejects most first. */
  readonly byRule: ReadonlyArray<RuleReport>
  readonly byRung: ReadonlyArray<RungReport>
  readonly reuse: ReuseReport
}

const examplesMax = 3

interface RuleTally {
  rejected: number
  warned: number
  readonly examples: Array<RuleReport["examples"][number]>
}

const rungText = /"rung":(\d{1,4})/
const intentFrontBytes = 2_048

const shareOf = (part: number, whole: number): number => whole === 0 ? 0 : part / whole

const makeVerdictTally = () => {
  const rules = new Map<string, RuleTally>()
  const rungs = new Map<number, { judged: number; accepted: number }>()
  let judged = 0
  let accepted = 0
  const count = (
    slug: string,
    rung: number,
    isAccepted: boolean,
    findings: ReadonlyArray<Finding>
  ): void => {
    judged++
    if (isAccepted) accepted++
    const own = rungs.get(rung) ?? { judged: 0, accepted: 0 }
    rungs.set(rung, own)
    own.judged++
    if (isAccepted) own.accepted++
    for (const [rule, finding] of new Map(findings.map((each) => [each.rule, each]))) {
      const tally = rules.get(rule) ?? { rejected: 0, warned: 0, examples: [] }
      rules.set(rule, tally)
      if (isAccepted) tally.warned++
      else tally.rejected++
      const { field, message, text } = finding
      tally.examples.unshift({ slug, field, text, message })
      tally.examples.length = Math.min(tally.examples.length, examplesMax)
    }
  }
  const report = (): Omit<QaReport, "reuse"> => ({
    judged,
    accepted,
    passShare: shareOf(accepted, judged),
    byRule: [...rules].map(([rule, tally]) => ({
      rule,
      ...tally,
      passShare: shareOf(judged - tally.rejected, judged)
    })).sort((a, b) => b.rejected - a.rejected || b.warned - a.warned),
    byRung: [...rungs].sort(([a], [b]) => a - b).map(([rung, own]) => ({
      rung,
      ...own,
      passShare: shareOf(own.accepted, own.judged)
    }))
  })
  return { count, report }
}

export const qaReport = Effect.gen(function*() {
  const data = yield* DataDirectory
  const verdicts = makeVerdictTally()
  for (const journal of yield* captureJournals(data)) {
    const rungOf = new Map<string, number>()
    yield* scanLines(journal.path, { to: journal.size }, (line) => {
      if (verifyLine(line) !== "valid") return
      const entry = readEntry(line)
      if (entry?.tag === "intent") {
        const rung = rungText.exec(line.toString("utf8", 0, intentFrontBytes))?.[1]
        rungOf.set(entry.id, Number(rung ?? 0))
      } else if (entry?.tag === "verdict") {
        const verdict = decodeEvent(line)
        if (verdict?._tag !== "verdict") return
        const rung = rungOf.get(verdict.id) ?? 0
        rungOf.delete(verdict.id)
        verdicts.count(verdict.slug, rung, verdict.accepted, verdict.findings)
      }
    })
  }
  const reuse = makeReuseTally()
  yield* scanLines(data.successes, {}, (line) => reuse.take(line)).pipe(
    Effect.catchIf((error) => error.code === "ENOENT", () => Effect.void)
  )
  const report: QaReport = { ...verdicts.report(), reuse: reuse.report() }
  return report
})
