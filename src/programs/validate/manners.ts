// Rules about language, cadence and openers that no piece meets together.
import type { Rule, RuleOf } from "../../services/qa/RuleTypes.ts"
import { ruleId } from "../../services/qa/RuleTypes.ts"
import type { Bound } from "./bounds.ts"
import { type Contradiction, pairs } from "./Contradiction.ts"
import { narrower, overlap } from "./scopes.ts"

const ofKind = <K extends Rule["rule"]>(
  rules: ReadonlyArray<Rule>,
  kind: K
): ReadonlyArray<RuleOf<K>> => rules.filter((rule): rule is Rule & RuleOf<K> => rule.rule === kind)

const twoLanguages = (rules: ReadonlyArray<Rule>): ReadonlyArray<Contradiction> =>
  pairs(ofKind(rules, "language")).flatMap(([a, b]) =>
    a.language.toLowerCase() !== b.language.toLowerCase() && overlap(a.field, b.field)
      ? [{
        field: narrower(a.field, b.field),
        message: `the rule ${ruleId(a)} wants ${a.language}, and the rule ${
          ruleId(b)
        } wants ${b.language}`
      }]
      : []
  )

/** A mean above another's, or above the longest sentence that may be. */
const crossedCadence = (rules: ReadonlyArray<Rule>): ReadonlyArray<Contradiction> => {
  const all = ofKind(rules, "cadence")
  return all.flatMap((a) =>
    all.filter(({ field }) => field === a.field).flatMap((b) => {
      const most = Math.min(b.maxMeanWords ?? Infinity, b.maxSentenceWords ?? Infinity)
      return (a.minMeanWords ?? 0) > most
        ? [{
          field: a.field,
          message: `the rule ${ruleId(a)} wants sentences of ${a.minMeanWords} words on average, ` +
            `and the rule ${ruleId(b)} allows ${most}`
        }]
        : []
    })
  )
}

/** How many texts a pattern reaches, by the lengths of the lists on its way. */
const textsOf = (field: string, limits: ReadonlyArray<Bound>, lists: ReadonlySet<string>) => {
  let min = 1
  let max = 1
  const segments = lists.has(field)
    ? [...field.split("/").slice(1), "*"]
    : field.split("/").slice(1)
  segments.forEach((segment, at) => {
    if (segment !== "*") return
    const list = `/${segments.slice(0, at).join("/")}`
    const own = limits.filter((limit) => limit.unit === "items" && limit.field === list)
    min *= Math.max(0, ...own.map((limit) => limit.min))
    max *= Math.min(Infinity, ...own.map((limit) => limit.max))
  })
  return { min, max: Number.isNaN(max) ? Infinity : max }
}

/** More openers than there are texts, or than there may be. */
const tooManyOpeners = (
  rules: ReadonlyArray<Rule>,
  limits: ReadonlyArray<Bound>,
  lists: ReadonlySet<string>
): ReadonlyArray<Contradiction> =>
  ofKind(rules, "distinct").flatMap((rule) => {
    const { minOpeners = 0 } = rule
    const { max, min } = textsOf(rule.field, limits, lists)
    const said = `the rule ${ruleId(rule)} wants ${minOpeners} different openers, and there `
    if (minOpeners > max) {
      return [{ field: rule.field, message: `${said}are at most ${max} texts` }]
    }
    return minOpeners > min && min > 1
      ? [{ field: rule.field, message: `${said}may be ${min} texts: a list of so many fails` }]
      : []
  })

export const crossedManners = (
  rules: ReadonlyArray<Rule>,
  limits: ReadonlyArray<Bound>,
  lists: ReadonlySet<string>
): ReadonlyArray<Contradiction> => [
  ...twoLanguages(rules),
  ...crossedCadence(rules),
  ...tooManyOpeners(rules, limits, lists)
]
