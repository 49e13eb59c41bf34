// Prices: the job's own first, then the table, read strictly; what is not known is refused.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/testing/TestClock"
import { costOf } from "../../../src/services/spending/Cost.ts"
import { Price } from "../../../src/services/spending/Price.ts"
import { Prices } from "../../../src/services/spending/Prices.ts"
import { UnknownPrice } from "../../../src/services/spending/UnknownPrice.ts"
import type { PricesOptions } from "../../../src/services/spending/Prices.ts"

const local = "http://127.0.0.1:8080/v1"
const autumn2026Ms = 1_795_000_000_000

const priceOf = (model: string, options: Partial<PricesOptions> = {}) =>
  Effect.gen(function*() {
    yield* TestClock.setTime(autumn2026Ms)
    return yield* (yield* Prices).priceOf(model)
  }).pipe(Effect.provide(Prices.layer({ prices: {}, baseUrl: local, ...options })))

const usage = (inputTokens: number, outputTokens: number, cachedInputTokens = 0) => ({
  inputTokens,
  cachedInputTokens,
  outputTokens,
  reasoningTokens: 0
})

describe("Prices", () => {
  it.effect.each(
    [
      ["gpt-4o-mini", local, 0.15, 0.6],
      ["gpt-4o-mini-2024-07-18", local, 0.15, 0.6],
      ["openai/gpt-4o-mini", local, 0.15, 0.6],
      ["openai:gpt-4o-mini", local, 0.15, 0.6],
      ["gpt-4.1", "https://api.openai.com/v1", 2, 8],
      ["ft:gpt-4o-mini-2024-07-18:org::id", "https://api.openai.com/v1", 0.3, 1.2],
      ["gpt-5-mini-2025-08-07", "https://api.openai.com/v1", 0.25, 2],
      ["openai/gpt-4o-mini", "https://openrouter.ai/api/v1", 0.15, 0.6],
      ["claude-3-5-haiku-latest", local, 0.8, 4],
      ["mistral-small-latest", "https://api.mistral.ai/v1", 0.1, 0.3],
      ["llama-3.3-70b-versatile", "https://api.groq.com/openai/v1", 0.59, 0.79]
    ] as const
  )(
    "knows %s at %s",
    ([model, baseUrl, input, output]) =>
      Effect.map(priceOf(model, { baseUrl }), (price) => {
        assert.strictEqual(price.inputUsdPerMtok, input)
        assert.strictEqual(price.outputUsdPerMtok, output)
      })
  )

  it.effect.each(
    [
      ["fake-small", local],
      ["", local],
      ["gpt-99-nothing", local],
      ["llama3.2:latest", local],
      ["qwen2.5:7b", local],
      ["constructor", local],
      ["__proto__", local],
      // An open model costs several times more at one host than at another: a known host without it is no reason to guess.
      ["meta-llama/llama-3.3-70b-instruct", local],
      ["claude-3-5-haiku-latest", "https://api.mistral.ai/v1"],
      // Priced by the token and not to be written with.
      ["text-embedding-3-small", "https://api.openai.com/v1"]
    ] as const
  )(
    "refuses %s at %s",
    ([model, baseUrl]) =>
      Effect.map(Effect.flip(priceOf(model, { baseUrl })), (error) => {
        assert.instanceOf(error, UnknownPrice)
        assert.strictEqual(error.model, model)
        assert.include(error.message, `prices:\n  ${JSON.stringify(model)}: {`)
      })
  )

  it.effect("the job's own price wins, an explicit zero included, and fits a prefixed name", () =>
    Effect.gen(function*() {
      const prices = {
        "gpt-4o-mini": { inputUsdPerMtok: 9, outputUsdPerMtok: 10 },
        "llama3.2": { inputUsdPerMtok: 0, outputUsdPerMtok: 0 }
      }
      assert.deepStrictEqual(yield* priceOf("gpt-4o-mini", { prices }), prices["gpt-4o-mini"])
      assert.deepStrictEqual(
        yield* priceOf("openai/gpt-4o-mini", { prices }),
        prices["gpt-4o-mini"]
      )
      assert.deepStrictEqual(yield* priceOf("llama3.2", { prices }), prices["llama3.2"])
      assert.strictEqual(costOf(prices["llama3.2"], usage(1e6, 1e6)), 0)
    }))

  it.effect("the job's own price beats its file's, and the file's the table's, whatever form the name has", () =>
    Effect.gen(function*() {
      const own = { inputUsdPerMtok: 1, outputUsdPerMtok: 2 }
      const filed = { inputUsdPerMtok: 3, outputUsdPerMtok: 4 }
      const filePrices = { "gpt-4o-mini": filed, "openai/gpt-4o": filed }
      assert.deepStrictEqual(yield* priceOf("gpt-4o-mini", { filePrices }), filed)
      assert.deepStrictEqual(yield* priceOf("gateway/gpt-4o-mini", { filePrices }), filed)
      assert.deepStrictEqual(
        yield* priceOf("openai/gpt-4o", { prices: { "gpt-4o": own }, filePrices }),
        own
      )
    }))

  it.effect("a service tier needs a factor, unless it is what the server does unasked", () =>
    Effect.gen(function*() {
      const prices = {
        m: { inputUsdPerMtok: 1, outputUsdPerMtok: 2, serviceTiers: { flex: 0.5 } }
      }
      const of = (tier: string) =>
        Effect.flatMap(Prices, (service) => service.priceOf("m", tier)).pipe(
          Effect.provide(Prices.layer({ prices, baseUrl: local }))
        )
      assert.deepStrictEqual(yield* of("flex"), prices.m)
      assert.deepStrictEqual(yield* of("default"), prices.m)
      const error = yield* Effect.flip(of("priority"))
      assert.include(error.message, `no factor for its service tier "priority"`)
      assert.include(error.message, `serviceTiers: { "priority": 2 }`)
    }))

  it.effect("knows what writing into a cache costs", () =>
    Effect.map(priceOf("claude-sonnet-4-20250514"), (price) => {
      assert.deepInclude(price, {
        inputUsdPerMtok: 3,
        cachedInputUsdPerMtok: 0.3,
        cacheWriteUsdPerMtok: 3.75,
        outputUsdPerMtok: 15
      })
    }))

  it.effect("keeps the tiers of long contexts", () =>
    Effect.gen(function*() {
      const price = yield* priceOf("gemini-2.5-pro", {
        baseUrl: "https://generativelanguage.googleapis.com/v1beta/openai/"
      })
      assert.strictEqual(price.inputUsdPerMtok, 1.25)
      assert.deepStrictEqual(
        price.tiers?.map((tier) => [tier.aboveInputTokens, tier.inputUsdPerMtok]),
        [[200_000, 2.5]]
      )
      // $1.25 and $10 a million up to the threshold, $2.50 and $15 beyond it, for the whole call.
      assert.strictEqual(costOf(price, usage(200_000, 1000)), 260_000_000)
      assert.strictEqual(costOf(price, usage(200_001, 1000)), 515_002_500)
      assert.deepStrictEqual(yield* Schema.decodeEffect(Price)(price), price)
    }))

  it.effect("takes an hourly price at its dearest of the day", () =>
    Effect.map(priceOf("deepseek-reasoner", { baseUrl: "https://api.deepseek.com" }), (price) => {
      assert.isAtLeast(price.outputUsdPerMtok, 1)
    }))
})
