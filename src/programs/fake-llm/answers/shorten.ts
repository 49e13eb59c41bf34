// A sentence made shorter where its grammar allows it, and a text made to fit whatever a schema demands.
import { type Bounds, charsIn, isWithin } from "./Bounds.ts"

/** What may follow the part that stands for itself. */
const boundary =
  /[,;:](?=\s)|\s[-–—]\s|\s(?=(?:for|with|that|which|who|and|to|using|when|while|so|because)\s)/g

/** The longest beginning that stands for itself and is within the bounds; undefined where there is none. */
export const clauseOf = (sentence: string, bounds: Bounds): string | undefined =>
  [...sentence.matchAll(boundary)].map(({ index }) => `${sentence.slice(0, index)}.`).reverse()
    .find((part) => isWithin(part, bounds))

/** Cut at the last whole word within `max`; a text that would then be too short is cut where it stands. */
const cut = (text: string, min: number, max: number): string => {
  const whole = text.slice(0, max + 1).replace(/\s+\S*$/, "").replace(/[\s,;:(–—-]+$/, "")
  return whole.length >= min && whole.length <= max && whole !== "" ? whole : text.slice(0, max)
}

/** The text, with fillers behind it while a schema's least length is not reached, cut where its most is passed. */
export const forcedInto = (
  text: string,
  { maxChars, minChars }: Bounds,
  fillers: ReadonlyArray<string>
): string => {
  let filled = text
  for (let at = 0; charsIn(filled) < minChars; at++) {
    filled = filled === ""
      ? fillers[at % fillers.length]!
      : `${filled} ${fillers[at % fillers.length]!}`
  }
  return charsIn(filled) > maxChars ? cut(filled, minChars, maxChars) : filled
}
