// Whether a page's names and those of an item are names of one thing.
import { folded } from "./PageNames.ts"

/** Words that say nothing of which entity it is. */
const common: ReadonlySet<string> = new Set(
  ("a an the and or for with of in on by to from at as is und der die das fur mit von le la les et de du des el los las y con il lo di e " +
    "html htm php asp aspx jsp www com index default item items page pages product products shop store sku id p dp buy online official")
    .split(" ")
)

/** Forms of one word that a page and a row may differ in: `lamps` and `lamp`. */
const stem = (word: string): string =>
  /\d/.test(word) || word.length < 4
    ? word
    : word.replace(/ies$/, "y").replace(/(?<=s|x|z|ch|sh)es$/, "").replace(/(?<!s)s$/, "")

const isNumbered = (word: string): boolean => /\d/.test(word)
/** Numbers of a catalogue and years are not what a thing is called. */
const isRunningNumber = (word: string): boolean => /^(?:\d{5,}|(?:19|20)\d\d)$/.test(word)
const isUnspaced = (word: string): boolean =>
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u.test(word)

const wordsOf = (text: string): ReadonlyArray<string> =>
  (folded(text).replace(/'s?\b/g, "").replace(/\b(\d+)(?:st|nd|rd|th)\b/g, "$1").match(
    /[\p{L}\p{N}]+/gu
  ) ?? [])
    .filter((word) => !common.has(word)).map(stem)

/** What one name is made of. */
interface Name {
  readonly words: ReadonlyArray<string>
}

/** A name without a word in it, such as a bare number, tells nothing. */
const isTelling = ({ words }: Name): boolean =>
  words.some((word) => /\p{L}{2}|\p{L}\d|\d\p{L}/u.test(word) || isUnspaced(word))

/** The names of an item by which a page can be told to be its own. */
export const entityNames = (names: ReadonlyArray<string>): ReadonlyArray<Name> =>
  names.map((name) => ({ words: [...new Set(wordsOf(name.replace(/[-_/+.]/g, " ")))] }))
    .filter(isTelling)

/** The words of a page's names: titles, headings, the end of its address. */
export class Named {
  readonly words: ReadonlySet<string>
  readonly #text: string
  constructor(names: ReadonlyArray<string>) {
    const lists = names.map(wordsOf)
    // "NL 42" and "NL42" are one.
    const joined = lists.flatMap((list) => list.slice(1).map((word, index) => list[index]! + word))
    this.words = new Set([...lists.flat(), ...joined])
    this.#text = names.map(folded).join("\n")
  }

  has(word: string): boolean {
    return this.words.has(word) || (isUnspaced(word) && this.#text.includes(word))
  }
}

/** Words after a name that make another model of it. */
const models: ReadonlySet<string> = new Set(
  "pro max plus mini lite ultra se xl xs ii iii iv".split(" ")
)

const lacking = ({ words }: Name, named: Named): ReadonlyArray<string> =>
  words.filter((word, index) =>
    !named.has(word) &&
    !named.has(`${words[index - 1] ?? ""}${word}`) && !named.has(`${word}${words[index + 1] ?? ""}`)
  )

/** `called`: what the page is called, without its site. */
export const isOtherModel = (names: ReadonlyArray<Name>, called: Named): boolean =>
  names.some(({ words }) => words.some(isNumbered)) &&
  [...called.words].some((word) =>
    models.has(word) && names.every(({ words }) => !words.includes(word))
  )

/** Every word of one of the item's names stands there. */
export const isNamedWhole = (names: ReadonlyArray<Name>, named: Named): boolean =>
  names.some((name) => lacking(name, named).length === 0)

const shareMin = 0.66
const shareMinBeside = 0.8

/**
 * Most of one of the item's names stands there, and nothing in its place: of "alder desk lamp" a page of the "alder
 * floor lamp" names two words in three and another thing. Numbers belong to the name.
 */
export const isNamedMostly = (names: ReadonlyArray<Name>, named: Named, heading: Named): boolean =>
  names.some((name) => {
    const lacks = lacking(name, named)
    if (lacks.some((word) => isNumbered(word) && !isRunningNumber(word))) return false
    const share = 1 - lacks.length / name.words.length
    const isBeside = [...heading.words].some((word) => !name.words.includes(word))
    return share >= (lacks.length > 0 && isBeside ? shareMinBeside : shareMin)
  })

/** Two addresses of one shape that differ in one word: `iphone-13` and `iphone-14`. */
export const isSibling = (asked: string, led: string): boolean => {
  const [before, after] = [asked, led].map((name) => wordsOf(name.replace(/[-_/+.]/g, " ")))
  if (before === undefined || after === undefined || before.length !== after.length) return false
  return before.length > 1 && before.filter((word, index) => word !== after[index]).length === 1
}
