// Tokens: an estimate that survives any text, and a bound that no tokenizer passes.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { countTokens as cl100k } from "gpt-tokenizer/encoding/cl100k_base"
import { countTokens as r50k } from "gpt-tokenizer/encoding/r50k_base"
import * as fc from "fast-check"
import type { ChatMessage } from "../../../src/services/generation/Llm.ts"
import { promptTokens, worstCaseTokens } from "../../../src/services/spending/Tokens.ts"

const user = (content: string): ReadonlyArray<ChatMessage> => [{ role: "user", content }]
const schema = `{"type":"object"}`
const plain = { disallowedSpecial: new Set<string>() }

describe("Tokens", () => {
  it.effect("counts the messages, the schema and the chat format", () =>
    Effect.gen(function*() {
      const system: ChatMessage = { role: "system", content: "You are a helpful assistant." }
      assert.strictEqual(yield* promptTokens([system], ""), 6 + 4 + 3)
      assert.strictEqual(yield* promptTokens([system, system], ""), 2 * (6 + 4) + 3)
      assert.isAbove(yield* promptTokens([system], schema), 6 + 4 + 3)
    }))

  it.effect("a text that spells a special token is text", () =>
    Effect.map(
      promptTokens(user("before <|endoftext|> <|im_start|> after"), ""),
      (tokens) => assert.isAbove(tokens, 8)
    ))

  it.effect("a text without a break is counted in a moment", () =>
    Effect.gen(function*() {
      // Merged as one piece, each of these takes seconds.
      for (
        const text of [
          "x".repeat(200_000),
          " ".repeat(200_000),
          "汉".repeat(50_000),
          "🙂".repeat(20_000)
        ]
      ) {
        const tokens = yield* promptTokens(user(text), "")
        assert.isAtMost(tokens, worstCaseTokens(user(text), ""))
        assert.isAbove(tokens, text.length / 200)
      }
    }), 5000)

  it.effect("I10: no byte-level tokenizer counts more than the worst case", () =>
    Effect.gen(function*() {
      const texts = fc.sample(
        fc.oneof(
          fc.string({ unit: "binary", maxLength: 200 }),
          fc.string({ unit: "grapheme", maxLength: 200 }),
          fc.array(fc.constantFrom(" 1", "\u0000", "ꙮ", "\n\n", "{\"a\":[", "\ud800", "ﷺ"), {
            maxLength: 100
          })
            .map((parts) => parts.join(""))
        ),
        400
      )
      for (const text of texts) {
        const worst = worstCaseTokens(user(text), schema)
        assert.isAtMost(yield* promptTokens(user(text), schema), worst)
        assert.isAtMost(cl100k(text, plain) + cl100k(schema, plain) + 7, worst)
        assert.isAtMost(r50k(text, plain) + r50k(schema, plain) + 7, worst)
      }
    }))
})
