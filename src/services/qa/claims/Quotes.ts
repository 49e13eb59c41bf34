// Where a quote stands in the evidence, word for word, whatever its case, quotes, dashes and white space.
import type { Facts } from "../facts/Facts.ts"
import type { FactText } from "../facts/FactTexts.ts"
import { indexOfWords } from "../Fold.ts"
import type { Leaf } from "../Piece.ts"
import type { Place } from "./Claim.ts"
import { placeOfFolded } from "./placeOfFolded.ts"

const marks = /^["'«»\s]+|["'«»\s]+$/g

/** The quote without the marks around it, folded. */
export const bareQuote = (leaf: Leaf): string => leaf.folded.replace(marks, "")

const evidenceOf = ({ texts }: Facts): ReadonlyArray<FactText> =>
  texts.filter(({ isEvidence }) => isEvidence)

const sourceWith = (facts: Facts, wanted: string) => {
  for (const { folded, source, text } of facts.once(evidenceOf)) {
    const at = indexOfWords(folded, wanted)
    if (at !== -1) return { source, text, folded, at }
  }
  return undefined
}

export const standsInEvidence = (facts: Facts, leaf: Leaf): boolean =>
  sourceWith(facts, bareQuote(leaf)) !== undefined

/** The first source of the evidence that has the words, and where in its text they begin. */
export const findQuote = (facts: Facts, leaf: Leaf): Place | undefined => {
  const found = sourceWith(facts, bareQuote(leaf))
  return found === undefined
    ? undefined
    : { source: found.source, offset: placeOfFolded(found.text, found.folded, found.at) }
}
