// Pieces, items and evidence for tests of QA.
import * as Effect from "effect/Effect"
import type { EvidenceBundle, EvidenceSource } from "../../src/services/evidence/Evidence.ts"
import { compileOutputSchema } from "../../src/services/generation/OutputSchema.ts"
import type { Item, Json } from "../../src/services/items/Item.ts"
import { makeJudgePiece } from "../../src/services/qa/JudgePiece.ts"
import type { JudgedPiece } from "../../src/services/qa/JudgePiece.ts"
import { noTools, type RuleTools } from "../../src/services/qa/rules/compileRule.ts"
import { makeRuleSet, type Rule } from "../../src/services/qa/RuleSet.ts"

export const itemOf = (fields: { readonly [field: string]: Json } = {}): Item => ({
  slug: "alpha",
  fields: { slug: "alpha", ...fields },
  file: "items.jsonl",
  line: 1
})

export const sourceOf = (name: string, text: string): EvidenceSource => ({
  id: `row:${name}`,
  kind: "row",
  name,
  at: "2026-01-01T00:00:00.000Z",
  hash: "h",
  text
})

export const evidenceOf = (...texts: ReadonlyArray<string>): EvidenceBundle => ({
  sources: texts.filter((text) => text !== "").map((text, index) =>
    sourceOf(`source${index}`, text)
  ),
  misses: [],
  findings: [],
  hash: "h",
  text: texts.join("\n\n"),
  outcome: { _tag: "Enough" }
})

export const openSchema = Effect.runSync(
  compileOutputSchema("schema.json", "{\"type\":\"object\"}")
)

type Content = { readonly [field: string]: unknown }

export interface JudgedBy {
  readonly evidence?: string
  readonly fields?: { readonly [field: string]: Json }
  readonly tools?: RuleTools
}

export const judgePiece = (
  rules: ReadonlyArray<Rule>,
  content: Content,
  { evidence = "", fields = {}, tools = noTools }: JudgedBy = {}
): JudgedPiece =>
  makeJudgePiece(openSchema, makeRuleSet(rules), tools)(
    itemOf(fields),
    evidenceOf(evidence),
    content
  )
