// The verdict on a piece that every rule has passed, after the job's judge has looked at it.
import type { Judged } from "../services/judge/Judged.ts"
import type { Verdict } from "../services/qa/Qa.ts"
import type { AcceptedVerdict } from "./acceptedRecord.ts"

export const verdictAfter = (ruled: AcceptedVerdict, judged: Judged): Verdict => {
  switch (judged._tag) {
    case "NotAsked":
      return ruled
    case "Stands":
      return { ...ruled, judge: judged.note }
    case "Failed":
      return { _tag: "Rejected", cause: "QaFailed", findings: judged.findings }
  }
}
