// The remark on a number, price, date or name that nothing states, with the sentence that it stands in.
import { excerpt } from "../Finding.ts"
import type { Span } from "../claims/spans.ts"
import type { Leaf } from "../Piece.ts"
import { sentenceAt } from "../Sentences.ts"
import type { Remark } from "./CompiledRule.ts"

/** `how`: as what it does not stand there, where it does stand there as something else. */
export const ungrounded = (
  leaf: Leaf,
  what: string,
  { start, text }: Span,
  how?: string
): Remark => {
  const sentence = sentenceAt(leaf.sentences, start)
  const where = sentence === "" || sentence === text ? "" : `, in: "${excerpt(sentence)}"`
  return {
    field: leaf.pointer,
    text: excerpt(text),
    message: `the ${what} ${excerpt(text, 60)} stands neither in the item nor in its evidence${
      how === undefined ? "" : ` ${how}`
    }${where}; use only ${what}s that are there`
  }
}
