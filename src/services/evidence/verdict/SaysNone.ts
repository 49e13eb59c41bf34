// Whether a name, a heading or a sentence says that there is no such page, in the words that sites have for it.
//
// The whole of it must say so: what is left once the words for pages, for looking and for not finding are taken away is
// nothing. "Page not found" says so, "What a page not found costs you" does not, nor does "Peugeot 404".
import {
  absences,
  conditions,
  elsewhere,
  fillers,
  losses,
  suppositions,
  things
} from "./noneWords.ts"
import { folded } from "./PageNames.ts"

/** `absent`: there is none. `over`: it was there (sold, removed, moved), which a page may also say of its own matter. */
export type None = "absent" | "over"

const charsMax = 240
const shortCharsMax = 60

/** Not the number of something: "room 404", "page 404". */
const code =
  /(?<!\d[.,]?)(?<!\b(?:page|item|product|article|post|seite|artikel|chapter|no|number) )4(?:04|10)(?![.,]?\d)/g
/** What a reader will not find is no page that was not found. */
const promised = /\byou (?:\w+ ){0,2}not find\b/
/** An address, a path, something in quotes: what was looked for. */
const quoted = /https?:\S+|(?<=^|\s)\/\S*|"[^"]{1,120}"|“[^”]{1,120}”|«[^»]{1,120}»/g

const spelledOut = (text: string): string =>
  text.replace(/n't\b/g, " not").replace(/\bcan not\b|\bcannot\b|\bca not\b/g, "can not")
    .replace(/\bwo not\b/g, "will not").replace(/'(?:re|ve|ll|d|s|m)\b/g, "")

const has = (patterns: ReadonlyArray<RegExp>, text: string): boolean =>
  patterns.some((pattern) => text.search(pattern) !== -1)

const without = (patterns: ReadonlyArray<RegExp>, text: string): string =>
  patterns.reduce((rest, pattern) => rest.replace(pattern, " "), text)

/** Somebody speaks to a visitor: names of articles and films do not. */
const spoken =
  /\b(?:we|you|your|sorry|requested|looks|seems|oops|wir|sie|du|leider|nous|vous|desoles?|sentimos|voce|wij|helaas)\b/

/** `mayTell`: of a sentence one word in six may be another; of a name none. */
const isOnlyThat = (text: string, mayTell: boolean): boolean => {
  const words = text.match(/[\p{L}\p{N}']+/gu) ?? []
  const others = words.filter((word) => !things.has(word) && !fillers.has(word))
  return others.length <= (mayTell ? Math.floor(words.length / 6) : 0)
}

/** Whether it cannot be the name of anything else: it speaks to its visitor, or gives the code. */
export const isUnmistakable = (text: string): boolean => {
  const plain = spelledOut(folded(text))
  return plain.search(code) !== -1 || (has(absences, plain) && spoken.test(plain))
}

/** What it says of the page being there; undefined where it says something else. */
export const saysNone = (text: string, mayTell = false): None | undefined => {
  if (text.length > charsMax) return undefined
  const plain = spelledOut(folded(text)).replace(quoted, " ")
  if (plain.length <= shortCharsMax && elsewhere.some((pattern) => pattern.test(plain))) {
    return "absent"
  }
  const words = plain.match(/[\p{L}\p{N}']+/gu) ?? []
  const isOpen = conditions.has(words[0] ?? "") || words.some((word) => suppositions.has(word))
  if (isOpen || promised.test(plain)) return undefined
  const isCoded = plain.search(code) !== -1
  const isAbsent = has(absences, plain)
  const isOver = !isAbsent && has(losses, plain) && words.some((word) => things.has(word))
  if (!isCoded && !isAbsent && !isOver) return undefined
  const rest = without([code, ...absences, ...losses], plain)
  const tells = mayTell && spoken.test(plain) && words.some((word) => things.has(word))
  return isOnlyThat(rest, tells) ? (isAbsent || isCoded ? "absent" : "over") : undefined
}
