// The amounts that a text asks for: "4-6 steps", "at most 80 characters", "a maximum of eight words".
import type { Unit } from "./bounds.ts"

export interface Amount {
  /** As it is written. */
  readonly text: string
  readonly start: number
  readonly min: number
  /** Infinity where there is none. */
  readonly max: number
  /** Undefined for a noun that is no unit: it may name the items of a list. */
  readonly unit: Unit | undefined
  /** The words behind the number, in small letters, the unit or noun among them. */
  readonly nouns: ReadonlyArray<string>
}

const spelled =
  ("zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen " +
    "seventeen eighteen nineteen twenty").split(" ")

const units: { readonly [word: string]: Unit } = {
  character: "characters",
  characters: "characters",
  chars: "characters",
  letters: "characters",
  word: "words",
  words: "words",
  sentence: "sentences",
  sentences: "sentences",
  paragraph: "paragraphs",
  paragraphs: "paragraphs"
}

const count = `\\d{1,3}(?:,\\d{3})+|\\d{1,6}|${spelled.slice(1).join("|")}`
const least =
  "at least|(?:a )?min(?:imum|\\.)?(?: of)?|no (?:fewer|less) than|not (?:fewer|less) than"
const most =
  "at most|up to|(?:a )?max(?:imum|\\.)?(?: of)?|no(?:t)? (?:more|longer) than|(?:do )?not exceed(?:ing)?|no more than"
const above = "(?<!no |not )(?:more than|over|above)"
const below = "(?<!no |not )(?:fewer than|less than|under|below)"

/** Stands in a text for what a template puts there: an amount that goes on from it is not known. */
export const unknownPart = "\ufffc"
const afterUnknown = new RegExp(`${unknownPart}\\s?(?:to|or|and|-|–|—)?\\s?$`, "i")
const amount = new RegExp(
  `(?<![\\w.,-])(?:(?:(?:between|from) )?(?<low>${count})(?: ?(?:to|-|–|—|or|and) ?)(?<high>${count})` +
    `|(?<side>${least}|${most}|${above}|${below}) (?<limit>${count})` +
    `|(?:exactly )?(?<exact>${count})(?<open>\\+| or more| or fewer| or less)?)(?![\\w%]|[.,]\\d)`,
  "giu"
)

const numberOf = (text: string): number => {
  const word = spelled.indexOf(text.toLowerCase())
  return word === -1 ? Number(text.replaceAll(",", "")) : word
}

const rangeOfSide = (side: string, limit: number): { min: number; max: number } =>
  new RegExp(`^(?:${least})$`, "i").test(side)
    ? { min: limit, max: Infinity }
    : new RegExp(`^(?:${most})$`, "i").test(side)
    ? { min: 0, max: limit }
    : /^(?:more|over|above)/i.test(side)
    ? { min: limit + 1, max: Infinity }
    : { min: 0, max: limit - 1 }

/** "words or more", "characters at most": a side that comes behind. */
const sideBehind =
  /^[a-z -]{0,40}?\b(?:(or more|or longer|at least|minimum|min)|(or fewer|or less|or shorter|at most|maximum|max|or under))\b/i

const nounsMax = 3

/** The words behind a number, up to a sign that ends what it counts. */
const nounsAfter = (text: string): ReadonlyArray<string> =>
  (/^[ -]?((?:[a-z][a-z-]*)(?: [a-z][a-z-]*){0,2})/i.exec(text)?.[1] ?? "").toLowerCase()
    .split(" ").filter((word) => word !== "").slice(0, nounsMax)

export const amountsIn = (text: string): ReadonlyArray<Amount> =>
  [...text.matchAll(amount)].filter((found) =>
    !afterUnknown.test(text.slice(Math.max(0, found.index - 8), found.index))
  ).map((found): Amount => {
    const { exact, high, limit, low, open, side } = found.groups ?? {}
    const rest = text.slice(found.index + found[0].length)
    const nouns = nounsAfter(rest)
    const noun = nouns.find((word) => word in units)
    const behind = exact === undefined || open !== undefined ? null : sideBehind.exec(rest)
    const fixed = numberOf(exact ?? "0")
    const range = low !== undefined && high !== undefined
      ? { min: numberOf(low), max: numberOf(high) }
      : side !== undefined && limit !== undefined
      ? rangeOfSide(side, numberOf(limit))
      : open !== undefined
      ? rangeOfSide(/fewer|less/i.test(open) ? "at most" : "at least", fixed)
      : behind !== null
      ? rangeOfSide(behind[1] === undefined ? "at most" : "at least", fixed)
      : { min: fixed, max: fixed }
    return {
      text: text.slice(found.index, found.index + found[0].length + 1 + (nouns[0] ?? "").length)
        .trim(),
      start: found.index,
      ...range,
      unit: noun === undefined ? undefined : units[noun],
      nouns
    }
  })
