// A text of several paragraphs.

/** The sentences shared out among so many paragraphs. */
export const inParagraphs = (text: string, paragraphs: number): string => {
  const sentences = text.split(/(?<=[.!?]) (?=\p{Lu})/u)
  if (paragraphs < 2 || sentences.length < paragraphs) return text
  const each = Math.ceil(sentences.length / paragraphs)
  return Array.from(
    { length: paragraphs },
    (_, n) => sentences.slice(n * each, (n + 1) * each).join(" ")
  ).filter((paragraph) => paragraph !== "").join("\n\n")
}
