// The word behind a number that multiplies it: 10k, 2 million.

const magnitudes: { readonly [word: string]: number } = {
  k: 3,
  K: 3,
  thousand: 3,
  M: 6,
  mn: 6,
  million: 6,
  B: 9,
  bn: 9,
  billion: 9
}

const attached = /(?:k|K|M|mn|B|bn)(?![\p{L}\p{N}_])|[ \u00a0-](?:thousand|million|billion)\b/uy
const loose = /[ \u00a0-]?(?:k|K|M|mn|B|bn|thousand|million|billion)(?![\p{L}\p{N}_])/uy

/** Signs that such a word, or the gap before it, may begin with. */
const mayBegin = new Set(Array.from(" \u00a0-kKtMmBb", (sign) => sign.charCodeAt(0)))

/**
 * Powers of ten that the word behind a number stands for, and 0 where there is none. `isLoose` takes a short form
 * behind a space as well: "10 k".
 */
export const magnitudeAfter = (text: string, end: number, isLoose: boolean): number => {
  const next = text.charCodeAt(end)
  if (!mayBegin.has(next)) return 0
  if (
    (next === 32 || next === 45 || next === 160) && !mayBegin.has(text.charCodeAt(end + 1))
  ) return 0
  const pattern = isLoose ? loose : attached
  pattern.lastIndex = end
  const found = pattern.exec(text)
  return found === null ? 0 : magnitudes[found[0].replace(/^[ \u00a0-]/, "")] ?? 0
}
