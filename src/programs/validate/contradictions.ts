// Prompt, schema and rules held against each other: what no answer could satisfy, and what an obedient one would fail.
import { fold } from "../../services/qa/Fold.ts"
import type { Rule } from "../../services/qa/RuleTypes.ts"
import { ruleId } from "../../services/qa/RuleTypes.ts"
import { ruleBounds, schemaBounds, schemaFields } from "./allowed.ts"
import { describedBounds, promptBounds } from "./asked.ts"
import { type Bound, isSameMeasure, rangeText } from "./bounds.ts"

export interface Contradiction {
  /** JSON pointer pattern of the field; empty for the piece as a whole. */
  readonly field: string
  readonly message: string
}

const pairs = <A>(all: ReadonlyArray<A>): ReadonlyArray<readonly [A, A]> =>
  all.flatMap((a, index) => all.slice(index + 1).map((b) => [a, b] as const))

const said = (bound: Bound): string => `${bound.by} allows ${rangeText(bound)}`

/** Two limits that no text meets. */
const apart = (limits: ReadonlyArray<Bound>): ReadonlyArray<Contradiction> =>
  pairs(limits).flatMap(([a, b]) =>
    isSameMeasure(a, b) && (a.min > b.max || b.min > a.max)
      ? [{ field: a.field, message: `${said(a)}, and ${said(b)}: nothing satisfies both` }]
      : []
  )

/** Items of so many words each that cannot add up to what they must have together. */
const sums = (limits: ReadonlyArray<Bound>): ReadonlyArray<Contradiction> =>
  limits.filter(({ together }) => together).flatMap((whole) => {
    const items = limits.filter(({ field, unit }) => field === whole.field && unit === "items")
    const each = limits.filter(({ field, together, unit }) =>
      field === `${whole.field}/*` && unit === whole.unit && !together
    )
    const least = Math.max(0, ...items.map(({ min }) => min)) *
      Math.max(0, ...each.map(({ min }) => min))
    const most = Math.min(Infinity, ...items.map(({ max }) => max)) *
      Math.min(Infinity, ...each.map(({ max }) => max))
    return least > whole.max || most < whole.min
      ? [{
        field: whole.field,
        message: `${whole.by} wants ${rangeText(whole)} in all, and its items have ` +
          (least > whole.max ? `at least ${least}` : `at most ${most}`)
      }]
      : []
  })

/** Something that is asked for and would be rejected. */
const beyond = (
  asked: ReadonlyArray<Bound>,
  limits: ReadonlyArray<Bound>
): ReadonlyArray<Contradiction> =>
  asked.flatMap((wish) =>
    limits.filter((limit) => isSameMeasure(wish, limit)).flatMap((limit) =>
      wish.min < limit.min && wish.max < Infinity || wish.max > limit.max && wish.max < Infinity
        ? [{
          field: wish.field,
          message: `${wish.by} asks for ${rangeText(wish)}, ${
            said(limit)
          }: an answer that does as it is told can fail`
        }]
        : []
    )
  )

const covers = (outer: string, inner: string): boolean =>
  outer === "*" || outer === inner || inner.startsWith(`${outer}/`)

/** Phrases that one rule demands and another forbids in the same place. */
const phrases = (rules: ReadonlyArray<Rule>): ReadonlyArray<Contradiction> =>
  rules.flatMap((wanted) => {
    if (wanted.rule !== "required") return []
    return rules.flatMap((banned) => {
      if (banned.rule !== "banned" || (banned.atMost ?? 0) > 0) return []
      if (!covers(banned.field, wanted.field)) return []
      const forbidden = (banned.phrases ?? []).map((phrase) => ` ${fold(phrase)} `)
      return (wanted.phrases ?? []).filter((phrase) =>
        forbidden.some((each) => ` ${fold(phrase)} `.includes(each))
      ).map((phrase) => ({
        field: wanted.field,
        message: `the rule ${ruleId(wanted)} requires "${phrase}", which the rule ${
          ruleId(banned)
        } bans`
      }))
    })
  })

const blocks = (rule: Rule): boolean => rule.severity !== "warn"

/** `prompt` is a prompt as one item would have it. */
export const contradictionsOf = (
  prompt: string,
  schema: unknown,
  rules: ReadonlyArray<Rule>
): ReadonlyArray<Contradiction> => {
  const fields = schemaFields(schema)
  const lists = new Set(
    fields.filter((each) => each.schema["type"] === "array").map(({ field }) => field)
  )
  const blocking = rules.filter(blocks)
  const limits = [...schemaBounds(fields), ...ruleBounds(blocking, lists)]
  const asked = [...promptBounds(prompt, fields), ...describedBounds(fields)]
  return [...apart(limits), ...sums(limits), ...beyond(asked, limits), ...phrases(blocking)]
}
