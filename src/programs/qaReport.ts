// What QA said over all runs, and what the accepted pieces have in common. Reads journals and masters; writes nothing.
import * as Effect from "effect/Effect"
import { DataDirectory } from "../services/durability/DataDirectory.ts"
import { verifyLine } from "../services/durability/LineCodec.ts"
import { scanLines } from "../services/durability/Lines.ts"
import { decodeEvent, readEntry } from "../services/journal/EventCodec.ts"
import { captureJournals } from "../services/journal/JournalFiles.ts"
import { makeReuseTally } from "./qaReport/ReuseTally.ts"
import type { ReuseReport } from "./qaReport/ReuseTally.ts"
import { VerdictTally } from "./qaReport/VerdictTally.ts"
import type { VerdictReport } from "./qaReport/VerdictTally.ts"

export interface QaReport extends VerdictReport {
  readonly reuse: ReuseReport
}

const rungText = /"rung":(\d{1,4})/
const intentFrontBytes = 2_048

export const qaReport = Effect.gen(function*() {
  const data = yield* DataDirectory
  const verdicts = new VerdictTally()
  /** Of the calls that nobody has judged so far. */
  const rungOf = new Map<string, number>()
  for (const journal of yield* captureJournals(data)) {
    yield* scanLines(journal.path, { to: journal.size }, (line) => {
      if (verifyLine(line) !== "valid") return
      const entry = readEntry(line)
      if (entry?.tag === "intent") {
        const rung = rungText.exec(line.toString("utf8", 0, intentFrontBytes))?.[1]
        rungOf.set(entry.id, Number(rung ?? 0))
      } else if (entry?.tag === "failure") {
        rungOf.delete(entry.id)
      } else if (entry?.tag === "verdict") {
        const verdict = decodeEvent(line)
        if (verdict?._tag !== "verdict") return
        const { accepted: isAccepted, findings, id, slug } = verdict
        verdicts.add({ id, slug, rung: rungOf.get(id), isAccepted, findings })
        rungOf.delete(id)
      }
    })
  }
  const reuse = makeReuseTally()
  yield* scanLines(data.successes, {}, (line) => reuse.take(line)).pipe(
    Effect.catchIf((error) => error.code === "ENOENT", () => Effect.void)
  )
  const report: QaReport = { ...verdicts.report, reuse: reuse.report() }
  return report
})
