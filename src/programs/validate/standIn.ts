// Evidence of which every variable of a prompt is there, for trying a prompt on a row before anything is gathered.
import { digest } from "../../services/Digest.ts"
import type { EvidenceBundle } from "../../services/evidence/Evidence.ts"

export const standIn: EvidenceBundle = {
  sources: [{
    id: "text:evidence",
    kind: "text",
    name: "evidence",
    at: "1970-01-01T00:00:00.000Z",
    hash: digest(""),
    text: "…"
  }],
  misses: [],
  findings: [],
  hash: digest(""),
  text: "…",
  outcome: { _tag: "Enough" }
}
