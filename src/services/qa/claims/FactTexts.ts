// The texts that a piece may draw on: the evidence, source by source, and what the row says beside it.
import type { EvidenceBundle } from "../../evidence/Evidence.ts"
import type { Item, Json } from "../../items/Item.ts"

export interface FactText {
  /** Id of the evidence source, or `item:<field>`. */
  readonly source: string
  readonly text: string
}

const textOf = (value: Json): string => typeof value === "string" ? value : JSON.stringify(value)

/** Evidence first: where a fact stands in both, the source is named. */
export const factTextsOf = (item: Item, evidence: EvidenceBundle): ReadonlyArray<FactText> => {
  const own = new Set(evidence.sources.filter(({ kind }) => kind === "row").map(({ name }) => name))
  return [
    ...evidence.sources.map(({ id, text }) => ({ source: id, text })),
    ...Object.entries(item.fields).filter(([name]) => !own.has(name)).map(([name, value]) => ({
      source: `item:${name}`,
      text: textOf(value)
    })),
    { source: "item:slug", text: item.slug }
  ]
}
