// The texts that a piece may draw on: the evidence, source by source, and what the row says beside it.
import type { EvidenceBundle } from "../../evidence/Evidence.ts"
import type { Item, Json } from "../../items/Item.ts"
import { fold } from "../Fold.ts"
import { plainDigits } from "./Numbers.ts"

export class FactText {
  /** Id of the evidence source, or `item:<field>`. */
  readonly source: string
  /** Whether it is a source of the evidence, or something else that the row says. */
  readonly isEvidence: boolean
  readonly text: string
  private plainText: string | undefined
  private foldedText: string | undefined
  constructor(source: string, text: string, isEvidence: boolean) {
    this.source = source
    this.isEvidence = isEvidence
    this.text = text
  }
  /** With the digits of all scripts as 0 to 9; places in it are places in the text, but for scripts of pairs. */
  get plain(): string {
    return this.plainText ??= plainDigits(this.text)
  }
  get folded(): string {
    return this.foldedText ??= fold(this.text)
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
  const texts: Array<FactText> = []
  const own = new Set<string>()
  for (const { id, kind, name, text } of evidence.sources) {
    texts.push(new FactText(id, text, true))
    if (kind === "row") own.add(name)
  }
  for (const name of Object.keys(item.fields)) {
    if (own.has(name)) continue
    texts.push(new FactText(`item:${name}`, textOf(item.fields[name] ?? null), false))
  }
  texts.push(new FactText("item:slug", item.slug, false))
  return texts
}
