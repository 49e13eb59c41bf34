// The texts that a piece may draw on: the evidence, source by source, and what the row says beside it.
import type { EvidenceBundle } from "../../evidence/Evidence.ts"
import type { Item, Json } from "../../items/Item.ts"
import { fold } from "../Fold.ts"
import { lazily } from "../Memo.ts"
import { plainDigits } from "./Numbers.ts"

export class FactText {
  /** Id of the evidence source, or `item:<field>`. */
  readonly source: string
  /** Whether it is a source of the evidence, or something else that the row says. */
  readonly isEvidence: boolean
  readonly text: string
  /** With the digits of all scripts as 0 to 9; places in it are places in the text, but for scripts of pairs. */
  readonly plain: () => string
  readonly folded: () => string
  constructor(source: string, text: string, isEvidence: boolean) {
    this.source = source
    this.isEvidence = isEvidence
    this.text = text
    this.plain = lazily(() => plainDigits(text))
    this.folded = lazily(() => fold(text))
  }
}

/** Nested too deep for JSON a field says nothing: what cannot be read vouches for nothing. */
const textOf = (value: Json): string => {
  if (typeof value === "string") return value
  try {
    return JSON.stringify(value)
  } catch {
    return ""
  }
}

/** Evidence first: where a fact stands in both, the source is named. */
export const factTextsOf = (item: Item, evidence: EvidenceBundle): ReadonlyArray<FactText> => {
  const own = new Set(evidence.sources.filter(({ kind }) => kind === "row").map(({ name }) => name))
  return [
    ...evidence.sources.map(({ id, text }) => new FactText(id, text, true)),
    ...Object.entries(item.fields).filter(([name]) => !own.has(name)).map(([name, value]) =>
      new FactText(`item:${name}`, textOf(value), false)
    ),
    new FactText("item:slug", item.slug, false)
  ]
}
