// What no piece could satisfy, or what would check nothing, in one rule by itself.
import { patternFault } from "./pattern/Pattern.ts"
import type { Rule } from "./RuleTypes.ts"

const numbersOf = (rule: Rule): ReadonlyMap<string, number> =>
  new Map(
    Object.entries(rule).flatMap(([key, value]): ReadonlyArray<readonly [string, number]> =>
      typeof value === "number" ? [[key, value]] : []
    )
  )

/** `minWords 5 is above maxWords 4`, for any such pair. */
const crossedBounds = (rule: Rule): string | undefined => {
  const numbers = numbersOf(rule)
  for (const [key, value] of numbers) {
    const other = key.startsWith("min")
      ? `max${key.slice(3)}`
      : key === "atLeast"
      ? "atMost"
      : undefined
    const bound = other === undefined ? undefined : numbers.get(other)
    if (bound !== undefined && value > bound) return `${key} ${value} is above ${other} ${bound}`
  }
  return undefined
}

const emptyPhrases = (
  rule: Extract<Rule, { rule: "banned" | "required" }>
): string | undefined => {
  const { patterns = [], phrases = [] } = rule
  if (phrases.length + patterns.length === 0) {
    return "phrases: is empty; list at least one phrase or pattern"
  }
  for (const [index, source] of patterns.entries()) {
    const fault = patternFault(source)
    if (fault !== undefined) return `patterns[${index}]: ${fault}`
  }
  return undefined
}

const keywordFault = (rule: Extract<Rule, { rule: "keyword" }>): string | undefined => {
  const { atLeast, atMost, exactly, from, phrase } = rule
  if ((phrase === undefined) === (from === undefined)) {
    return "names no keyword; give either phrase, or from with the row's field that holds it"
  }
  if (exactly === undefined && atLeast === undefined && atMost === undefined) {
    return "gives no count; add exactly, atLeast or atMost"
  }
  return exactly !== undefined && (atLeast !== undefined || atMost !== undefined)
    ? "gives exactly and a bound; keep one of them"
    : undefined
}

const meanFault = ({
  maxSentenceWords = Infinity,
  minMeanWords = 0
}: Extract<Rule, { rule: "cadence" }>): string | undefined =>
  minMeanWords > maxSentenceWords
    ? `minMeanWords ${minMeanWords} is above maxSentenceWords ${maxSentenceWords}`
    : undefined

/** Rules that check nothing without one of their bounds. */
const needsBound: { readonly [kind in Rule["rule"]]?: string } = {
  length: "minChars, maxChars, minWords, maxWords, minSentences, maxSentences, minParagraphs, " +
    "maxParagraphs, minItems or maxItems",
  cadence: "minMeanWords, maxMeanWords, minSpreadWords or maxSentenceWords",
  readability: "minEase or maxEase"
}

/** What is wrong with the rule, as a sentence; undefined where it can be used. */
export const ruleFault = (rule: Rule): string | undefined => {
  const bounds = needsBound[rule.rule]
  if (bounds !== undefined && numbersOf(rule).size === 0) return `gives no bound; add ${bounds}`
  switch (rule.rule) {
    case "banned":
    case "required":
      return emptyPhrases(rule)
    case "keyword":
      return keywordFault(rule) ?? crossedBounds(rule)
    case "cadence":
      return crossedBounds(rule) ?? meanFault(rule)
    case "claims":
      return rule.kinds?.length === 0
        ? "kinds: is empty; leave it out to look for all of them"
        : undefined
    default:
      return crossedBounds(rule)
  }
}
