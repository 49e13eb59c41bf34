// Prompt, schema and rules held against each other, and what of the prompt was understood for that.
import type { Rule } from "../../services/qa/RuleTypes.ts"
import { ruleBounds, schemaBounds, schemaFields } from "./allowed.ts"
import { unknownPart } from "./amounts.ts"
import { describedBounds, promptAsks, type Unplaced } from "./asked.ts"
import type { Bound } from "./bounds.ts"
import type { Contradiction } from "./Contradiction.ts"
import { crossedCounts } from "./counts.ts"
import { apart, beyond, misfits, sums } from "./lengths.ts"
import { crossedManners } from "./manners.ts"

/** What a job asks for, and what stands against it. */
export interface Agreement {
  readonly contradictions: ReadonlyArray<Contradiction>
  /** What prompt and descriptions were understood to ask for. */
  readonly asked: ReadonlyArray<Bound>
  readonly unplaced: ReadonlyArray<Unplaced>
}

const blocks = (rule: Rule): boolean => rule.severity !== "warn"

/** Written without spaces, or nearly: a word may be one sign. */
const unspaced = new Set(["zh", "ja", "th", "lo", "km", "my", "ko"])

const isSpaced = (rules: ReadonlyArray<Rule>): boolean =>
  !rules.some((rule) => rule.rule === "language" && unspaced.has(rule.language.toLowerCase()))

const sign = /\{\{[^]*?\}\}|\{%[^]*?%\}/g

/** `prompt` is a prompt as one item would have it, `templates` what it was made from. */
export const contradictionsOf = (
  prompt: string,
  templates: ReadonlyArray<string>,
  schema: unknown,
  rules: ReadonlyArray<Rule>
): Agreement => {
  const fields = schemaFields(schema)
  const lists = new Set(
    fields.filter((each) => each.schema["type"] === "array").map(({ field }) => field)
  )
  const blocking = rules.filter(blocks)
  const limits = [...schemaBounds(fields), ...ruleBounds(blocking, lists)]
  const { bounds, unplaced } = promptAsks(
    prompt,
    templates.join("\n").replace(sign, unknownPart),
    fields
  )
  const asked = [...bounds, ...describedBounds(fields)]
  return {
    contradictions: [
      ...apart(limits),
      ...sums(limits),
      ...misfits(limits, isSpaced(rules)),
      ...beyond(asked, limits),
      ...crossedCounts(blocking),
      ...crossedManners(blocking, limits, lists)
    ],
    asked,
    unplaced
  }
}
