// What was found in an item's evidence, kept with the record that was written from it.
import type { EvidenceBundle } from "../../services/evidence/Evidence.ts"
import type { Finding } from "../../services/qa/Finding.ts"
import type { Verdict } from "../../services/qa/Qa.ts"

type Accepted = Extract<Verdict, { readonly _tag: "Accepted" }>

const warningsMax = 5

export const withEvidenceWarnings = (verdict: Accepted, { findings }: EvidenceBundle): Accepted =>
  findings.length === 0 ? verdict : {
    ...verdict,
    warnings: [
      ...verdict.warnings,
      ...findings.slice(0, warningsMax).map(({ message, rule, text }): Finding => ({
        rule: `evidence-${rule}`,
        field: "",
        text,
        message
      }))
    ]
  }
