// How many tokens a prompt is: an estimate by OpenAI's own tokenizer, and a bound that holds for every server.
//
// The two answer different questions. `promptTokens` is what a person wants to know before a run, and costs about
// 0.8 ms for 5 KB. `worstCaseTokens` is what money is reserved by before each call: it must hold whatever tokenizer
// the server has, and must cost next to nothing (about 2.5 µs for 5 KB), so it counts bytes. A byte-level BPE, and a
// SentencePiece model with byte fallback, gives every token at least one byte of the text, so no text is more tokens
// than it has UTF-8 bytes; real prose has three to four bytes a token. What is reserved too much comes back when the
// call settles.
//
// Gotchas: a tokenizer that normalises with NFKC can turn one character into many (U+FDFA into eighteen); the fixed
// overhead absorbs a few of those, not a text made of them. What a server bills beyond the reservation is recorded as
// it was billed.
import * as Effect from "effect/Effect"
import type { ChatMessage } from "../generation/Llm.ts"

/** Tokens that OpenAI's chat format puts around each message, and at the start of the answer. */
const CHAT_TOKENS_PER_MESSAGE = 3
const CHAT_TOKENS_PER_REPLY = 3

/** Role headers, separators and end marks of any known chat template: Llama 3 has 6 and Harmony 5 per message. */
const TEMPLATE_TOKENS_PER_MESSAGE_MAX = 16
/** What templates put before the first message: Llama 3 adds about 30 tokens, Harmony about 70. */
const TEMPLATE_TOKENS_MAX = 128

/** A run without a break is merged in quadratic time (50,000 letters take 2.4 s), so a text with one is counted in slices. */
const UNBROKEN_RUN = /\S{513}|\s{513}/
const SLICE_CHARS = 512

const countText = (count: (text: string) => number, text: string): number => {
  if (!UNBROKEN_RUN.test(text)) return count(text)
  let total = 0
  for (let at = 0; at < text.length; at += SLICE_CHARS) {
    total += count(text.slice(at, at + SLICE_CHARS))
  }
  return total
}

const noSpecialTokens = { disallowedSpecial: new Set<string>() }

/**
 * The prompt's tokens as an OpenAI model would count them (`o200k_base`), the output schema that goes with it
 * included. An estimate: other models' tokenizers differ by some ten percent in English, by more elsewhere.
 * Loads the tokenizer (0.3 s) when first called.
 */
export const promptTokens = (
  messages: ReadonlyArray<ChatMessage>,
  schemaJson: string
): Effect.Effect<number> =>
  Effect.map(
    Effect.promise(() => import("gpt-tokenizer/encoding/o200k_base")),
    ({ countTokens }) => {
      const count = (text: string): number => countTokens(text, noSpecialTokens)
      return messages.reduce(
        (sum, message) => sum + CHAT_TOKENS_PER_MESSAGE + 1 + countText(count, message.content),
        CHAT_TOKENS_PER_REPLY + countText(count, schemaJson)
      )
    }
  )

/** No server counts more prompt tokens than this: the UTF-8 bytes of messages and output schema, and the template's own. */
export const worstCaseTokens = (messages: ReadonlyArray<ChatMessage>, schemaJson: string): number =>
  messages.reduce(
    (sum, message) => sum + TEMPLATE_TOKENS_PER_MESSAGE_MAX + Buffer.byteLength(message.content),
    TEMPLATE_TOKENS_MAX + Buffer.byteLength(schemaJson)
  )
