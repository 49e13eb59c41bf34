// What was found in an item's evidence and what was missing from it, kept with the record that was written from it.
import type { EvidenceBundle } from "../../services/evidence/Evidence.ts"
import type { Finding } from "../../services/qa/Finding.ts"
import type { Verdict } from "../../services/qa/Qa.ts"

type Accepted = Extract<Verdict, { readonly _tag: "Accepted" }>

/** Of each kind. */
const warningsMax = 5

/** An empty field of the row is in the row to see; a page that the record was written without is nowhere else. */
const missing = ({ misses }: EvidenceBundle): ReadonlyArray<Finding> =>
  misses.filter(({ isReplaced, kind }) => kind !== "row" && isReplaced !== true)
    .slice(0, warningsMax)
    .map(({ cause, kind, name, reason }) => ({
      rule: "evidence-missing",
      field: "",
      text: name,
      message: `the ${kind} ${name} gave nothing: ${cause}: ${reason}`
    }))

const found = ({ findings }: EvidenceBundle): ReadonlyArray<Finding> =>
  findings.slice(0, warningsMax).map(({ message, rule, text }) => ({
    rule: `evidence-${rule}`,
    field: "",
    text,
    message
  }))

export const withEvidenceWarnings = (verdict: Accepted, evidence: EvidenceBundle): Accepted => {
  const warnings = [...found(evidence), ...missing(evidence)]
  return warnings.length === 0
    ? verdict
    : { ...verdict, warnings: [...verdict.warnings, ...warnings] }
}
