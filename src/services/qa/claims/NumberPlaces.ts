// Where numbers stand in the item and its evidence: looked for only once a piece has passed.
import { magnitudeAfter } from "../rules/FactNumbers.ts"
import { canonical, eachWritten, plainDigits, readingsOf, shifted } from "../rules/Numbers.ts"
import type { Place } from "./Claim.ts"
import type { FactText } from "./FactTexts.ts"

const spelledNumbers = "one two three four five six seven eight nine ten eleven twelve".split(" ")

/** The first place of each wanted canonical number. */
export const numberPlaces = (
  texts: ReadonlyArray<FactText>,
  wanted: ReadonlySet<string>
): ReadonlyMap<string, Place> => {
  const places = new Map<string, Place>()
  const offer = (number: string, source: string, offset: number) => {
    if (wanted.has(number) && !places.has(number)) places.set(number, { source, offset })
  }
  for (const { source, text: raw } of texts) {
    if (places.size === wanted.size) return places
    const text = plainDigits(raw)
    eachWritten(text, (written, start) => {
      const exponent = magnitudeAfter(text, start + written.length, true)
      for (const number of readingsOf(written).flat()) {
        offer(number, source, start)
        if (exponent > 0) offer(shifted(number, exponent), source, start)
      }
      const [major = "0", minor] = written.split(".")
      if (minor !== undefined) {
        offer(canonical(major), source, start)
        offer(canonical(major, minor), source, start)
      }
      return places.size < wanted.size
    })
  }
  for (const [index, word] of spelledNumbers.entries()) {
    const number = String(index + 1)
    if (!wanted.has(number) || places.has(number)) continue
    const pattern = new RegExp(`\\b${word}\\b`, "i")
    for (const { source, text } of texts) {
      const at = text.search(pattern)
      if (at === -1) continue
      places.set(number, { source, offset: at })
      break
    }
  }
  return places
}
