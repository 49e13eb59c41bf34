// A language detector for short texts (eld), loaded when the first text is to be told.
import * as Effect from "effect/Effect"

/** The ISO 639-1 code of a text's language; empty where it cannot be told. */
export type DetectLanguage = (text: string) => string

/** Large tables: load it only where a language is asked for. */
export const loadDetector: Effect.Effect<DetectLanguage> = Effect.map(
  Effect.promise(() => import("eld/small")),
  ({ eld }) => (text) => {
    const found = eld.detect(text)
    return found.isReliable() ? found.language : ""
  }
)
