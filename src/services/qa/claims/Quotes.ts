// Where a quote stands in the evidence, word for word.
import type { EvidenceBundle } from "../../evidence/Evidence.ts"
import { indexOfWords } from "../Fold.ts"
import type { Place } from "./Claim.ts"
import type { Normal } from "./Normal.ts"
import { normalOf } from "./Normal.ts"

interface NormalSource {
  readonly source: string
  readonly normal: Normal
}

const known = new WeakMap<EvidenceBundle, ReadonlyArray<NormalSource>>()

/** Made once for the evidence, however many drafts quote it. */
const normalSources = (evidence: EvidenceBundle): ReadonlyArray<NormalSource> => {
  const kept = known.get(evidence)
  if (kept !== undefined) return kept
  const made = evidence.sources.map(({ id, text }) => ({ source: id, normal: normalOf(text) }))
  known.set(evidence, made)
  return made
}

const marks = /^["'«»\s]+|["'«»\s]+$/g

/** The quote without the marks around it, normalised. */
export const normalQuote = (quote: string): string => normalOf(quote).text.replace(marks, "")

/** The first source that has the words, and where in its text they begin. */
export const findQuote = (evidence: EvidenceBundle, quote: string): Place | undefined => {
  const wanted = normalQuote(quote)
  if (wanted === "") return undefined
  for (const { normal, source } of normalSources(evidence)) {
    const at = indexOfWords(normal.text, wanted)
    if (at !== -1) return { source, offset: normal.placeOf(at) }
  }
  return undefined
}
