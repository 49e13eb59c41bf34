// The JSON in an answer's text: strict, or inside one Markdown fence; nothing is guessed.

/** Longer answers are not read. */
const answerCharsMax = 1_048_576

export type Answer =
  | { readonly _tag: "Json"; readonly value: unknown }
  | { readonly _tag: "NotJson"; readonly message: string }

const parse = (text: string): Answer => {
  try {
    return { _tag: "Json", value: JSON.parse(text) }
  } catch (error) {
    return { _tag: "NotJson", message: error instanceof Error ? error.message : String(error) }
  }
}

/** The inside of a text that is wholly one fence, tagged `json` or not at all. */
const unfenced = (text: string): string | undefined => {
  if (!text.startsWith("```") || !text.endsWith("```") || text.length < 6) return undefined
  const firstLineEnd = text.indexOf("\n")
  if (firstLineEnd === -1) return undefined
  const tag = text.slice(3, firstLineEnd).trim().toLowerCase()
  return tag === "" || tag === "json" ? text.slice(firstLineEnd + 1, -3) : undefined
}

export const readAnswer = (raw: string): Answer => {
  if (raw.length > answerCharsMax) {
    return { _tag: "NotJson", message: `the answer is longer than ${answerCharsMax} characters` }
  }
  const text = raw.trim()
  if (text === "") return { _tag: "NotJson", message: "the answer is empty" }
  const strict = parse(text)
  if (strict._tag === "Json") return strict
  const inside = unfenced(text)
  const fenced = inside === undefined ? strict : parse(inside)
  return fenced._tag === "Json"
    ? fenced
    : { _tag: "NotJson", message: `the answer is not JSON: ${strict.message}` }
}
