// The deep part of an audit: schema and rules as the job has them today, over every record. Reads only.
import * as Effect from "effect/Effect"
import { DataDirectory } from "../services/durability/DataDirectory.ts"
import { Disk } from "../services/durability/Disk.ts"
import type { ItemSource } from "../services/items/ItemSource.ts"
import type { AuditCheck } from "../services/master/AuditCheck.ts"
import { CurrentJob } from "../services/job/Job.ts"
import { gradedWords } from "../services/judge/Judgement.ts"
import { isOfJudge } from "../services/judge/JudgeSettings.ts"
import { AuditTally } from "../services/master/AuditTally.ts"
import { placed } from "../services/qa/Finding.ts"
import * as Option from "effect/Option"
import { qaCheck } from "./qaCheck.ts"

/**
 * Lines that a newer one supersedes are judged like the others. Runs may append meanwhile: what comes after the beginning
 * is not judged.
 */
export const auditDeep = Effect.fnUntraced(function*(source: ItemSource | undefined) {
  const data = yield* DataDirectory
  const found = yield* (yield* Disk).stat(data.successes)
  const tally = new AuditTally("qa", "every record passes the schema and the rules of today")
  const { judge } = yield* CurrentJob
  const judged = { passed: 0, "not-judged": 0 }
  const check = qaCheck({
    file: data.successes,
    source,
    growsFrom: Option.isSome(found) ? found.value.size : 0,
    onLine: ({ findings, judge: note, line, outcome, slug }) =>
      Effect.sync(() => {
        tally.checked++
        const where = `successes.jsonl:${line}: ${slug}`
        if (outcome === "unverified") {
          tally.doubt(`${where}: there are no facts to hold it against`)
        }
        const [first] = findings
        if (outcome === "fails" && first !== undefined) {
          tally.violate(`${where}: ${placed(first)}: ${first.message}`)
        }
        if (judge === null || note === undefined) return
        judged[note.verdict]++
        if (note.verdict === "passed" && isOfJudge(judge, note) && note.score < judge.minScore) {
          tally.violate(`${where}: judge: ${gradedWords(note.score, judge.minScore)}`)
        }
      })
  })
  const report = Option.isSome(found) ? yield* check : undefined
  if (report !== undefined && report.fails > 0) {
    const rules = Object.entries(report.byRule).map(([rule, count]) => `${rule} ${count}`)
    tally.note(
      `findings by rule: ${rules.join(", ")}; inkfast requalify tells what to do about them`
    )
  }
  if (judge !== null) {
    tally.note(
      `by the judge, as the records tell: ${judged.passed} passed, ${
        judged["not-judged"]
      } not judged, the others not in its sample when they were accepted; nobody was asked`
    )
  }
  const result: AuditCheck = tally.result
  return result
})
