// In which language a text is, where it is long enough to tell.
import * as Effect from "effect/Effect"
import { loadDetector } from "../LanguageDetector.ts"

const charsMin = 60
const charsRead = 2_000

/** ISO 639-1, or undefined where nobody could say. Loaded with the first page. */
export const languageOf = (text: string): Effect.Effect<string | undefined> => {
  // Marks of headings and lists, addresses and numbers are in no language.
  const words = text.slice(0, charsRead * 2).replace(/https?:\S+|[#|*_`\d]+/g, " ").trim()
    .slice(0, charsRead)
  return words.length < charsMin
    ? Effect.undefined
    : Effect.map(loadDetector, (detect) => detect(words) || undefined)
}
