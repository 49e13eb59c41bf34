// How often words must and may stand in a piece, rule against rule: required, banned, keywords.
import { fold, indexOfWords, phrased } from "../../services/qa/Fold.ts"
import type { Rule, RuleOf } from "../../services/qa/RuleTypes.ts"
import { ruleId } from "../../services/qa/RuleTypes.ts"
import type { Contradiction } from "./Contradiction.ts"
import { covers } from "./scopes.ts"

/** Words of the job, or of the row's field. */
interface Words {
  readonly from: string | undefined
  readonly phrase: string
}

interface Count {
  readonly field: string
  readonly words: Words
  readonly by: string
  readonly min: number
  readonly max: number
}

const comparable = (phrase: string): string => phrased(fold(phrase)).trim()

const countsOf = (rule: Rule): ReadonlyArray<Count> => {
  const by = `the rule ${ruleId(rule)}`
  const { field } = rule
  const each = (phrases: ReadonlyArray<string> | undefined, min: number, max: number) =>
    (phrases ?? []).map((phrase) => ({ field, by, words: { from: undefined, phrase }, min, max }))
  switch (rule.rule) {
    case "required":
      return each(rule.phrases, rule.atLeast ?? 1, Infinity)
    case "banned":
      return each(rule.phrases, 0, rule.atMost ?? 0)
    case "keyword": {
      const words = { from: rule.from, phrase: rule.phrase ?? "" }
      const min = rule.exactly ?? rule.atLeast ?? 0
      return [{ field, by, words, min, max: rule.exactly ?? rule.atMost ?? Infinity }]
    }
    default:
      return []
  }
}

const holds = (whole: Words, part: Words): boolean =>
  whole.from === undefined && part.from === undefined
    ? indexOfWords(comparable(whole.phrase), comparable(part.phrase)) !== -1
    : whole.from === part.from

const shown = ({ from, phrase }: Words): string =>
  from === undefined ? `"${phrase}"` : `the row's ${from}`

const often = (count: number): string => count === 1 ? "once" : `${count} times`

/** Words that one rule wants more often than another lets them stand in the same place. */
export const crossedCounts = (rules: ReadonlyArray<Rule>): ReadonlyArray<Contradiction> => {
  const counts = rules.flatMap(countsOf)
  return counts.flatMap((wanted) =>
    counts.filter((allowed) =>
      allowed !== wanted && wanted.min > allowed.max && covers(allowed.field, wanted.field) &&
      holds(wanted.words, allowed.words)
    ).map((allowed) => ({
      field: wanted.field,
      message: `${wanted.by} wants ${shown(wanted.words)} ${often(wanted.min)} or more, ` +
        (allowed.max === 0
          ? `and ${allowed.by} bans ${shown(allowed.words)}`
          : `and ${allowed.by} allows ${shown(allowed.words)} at most ${often(allowed.max)}`)
    }))
  )
}

/** For a row's own keywords: those that hold a banned phrase, as sentences. */
export const bannedKeywords = (
  rules: ReadonlyArray<Rule>
): (fields: { readonly [field: string]: unknown }) => ReadonlyArray<string> => {
  const banned = rules.filter((rule): rule is RuleOf<"banned"> =>
    rule.rule === "banned" && (rule.atMost ?? 0) === 0
  )
  const wanted = rules.flatMap(countsOf).filter(({ min, words }) =>
    words.from !== undefined && min > 0
  )
  return (fields) =>
    wanted.flatMap(({ by, field, words }) => {
      const value = fields[words.from ?? ""]
      if (typeof value !== "string") return []
      const text = comparable(value)
      return banned.filter((rule) => covers(rule.field, field)).flatMap((rule) =>
        (rule.phrases ?? []).filter((phrase) => indexOfWords(text, comparable(phrase)) !== -1)
          .map((phrase) =>
            `${by} wants the row's ${words.from}, which holds "${phrase}", and the rule ${
              ruleId(rule)
            } bans that`
          )
      )
    })
}
