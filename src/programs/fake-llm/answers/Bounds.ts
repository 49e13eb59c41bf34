// How long a text may be and has to be, in characters and in words.

export interface Bounds {
  readonly minChars: number
  readonly maxChars: number
  readonly minWords: number
  readonly maxWords: number
}

export const anyLength: Bounds = {
  minChars: 0,
  maxChars: Infinity,
  minWords: 0,
  maxWords: Infinity
}

/** What both allow; the first where they contradict each other. */
export const narrowed = (first: Bounds, second: Bounds): Bounds => {
  const both: Bounds = {
    minChars: Math.max(first.minChars, second.minChars),
    maxChars: Math.min(first.maxChars, second.maxChars),
    minWords: Math.max(first.minWords, second.minWords),
    maxWords: Math.min(first.maxWords, second.maxWords)
  }
  return both.minChars > both.maxChars || both.minWords > both.maxWords ? first : both
}

/** JSON Schema counts characters, not UTF-16 units. */
export const charsIn = (text: string): number => {
  let count = 0
  for (const _ of text) count++
  return count
}

export const wordsIn = (text: string): number => text.match(/\S+/g)?.length ?? 0

export const isShortEnough = (text: string, { maxChars, maxWords }: Bounds): boolean =>
  charsIn(text) <= maxChars && wordsIn(text) <= maxWords

export const isLongEnough = (text: string, { minChars, minWords }: Bounds): boolean =>
  charsIn(text) >= minChars && wordsIn(text) >= minWords

export const isWithin = (text: string, bounds: Bounds): boolean =>
  isShortEnough(text, bounds) && isLongEnough(text, bounds)

const usualChars = 160

/** A length that is so far from the least that is allowed to the most. */
export const aimAt = (share: number, bounds: Bounds): Bounds => {
  const { maxChars, maxWords, minChars, minWords } = bounds
  const wanted = (min: number, max: number, usual: number): number =>
    Math.min(max, Math.max(min, max === Infinity ? usual : min + (max - min) * share))
  return {
    ...bounds,
    minChars: maxWords === Infinity ? wanted(minChars, maxChars, usualChars) : minChars,
    minWords: wanted(minWords, maxWords, 0)
  }
}
