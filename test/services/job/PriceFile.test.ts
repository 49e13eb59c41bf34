// Files of prices: the job's words and LiteLLM's, told apart entry by entry; what tokens do not tell is left out.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as MemoryDisk from "../../../src/layers/MemoryDisk.ts"
import { loadJob } from "../../../src/services/job/LoadJob.ts"
import { parsePrices, withPriceFile } from "../../../src/services/job/PriceFile.ts"
import { put } from "../items/Inputs.ts"

const pricesOf = (value: unknown) =>
  Result.getOrThrow(parsePrices("prices.json", JSON.stringify(value)))

/** Entries as LiteLLM has them. */
const liteLlm = {
  sample_spec: { input_cost_per_token: 0, output_cost_per_token: 0, mode: "one of: chat, …" },
  "gpt-5": {
    litellm_provider: "openai",
    mode: "chat",
    max_tokens: 128_000,
    input_cost_per_token: 1.25e-6,
    input_cost_per_token_flex: 6.25e-7,
    input_cost_per_token_priority: 2.5e-6,
    output_cost_per_token: 1e-5,
    output_cost_per_token_flex: 5e-6,
    output_cost_per_token_priority: 2e-5,
    cache_read_input_token_cost: 1.25e-7,
    cache_read_input_token_cost_flex: 6.25e-8,
    cache_read_input_token_cost_priority: 2.5e-7
  },
  "claude-sonnet-4": {
    litellm_provider: "anthropic",
    mode: "chat",
    input_cost_per_token: 3e-6,
    output_cost_per_token: 1.5e-5,
    cache_read_input_token_cost: 3e-7,
    cache_creation_input_token_cost: 3.75e-6,
    input_cost_per_token_above_200k_tokens: 6e-6,
    output_cost_per_token_above_200k_tokens: 2.25e-5,
    cache_read_input_token_cost_above_200k_tokens: 6e-7
  },
  "gemini-flash": {
    litellm_provider: "vertex_ai",
    mode: "chat",
    input_cost_per_token: 3e-7,
    output_cost_per_token: 2.5e-6,
    output_cost_per_reasoning_token: 3.5e-6
  },
  "dall-e-3": { litellm_provider: "openai", mode: "image_generation", input_cost_per_pixel: 4e-8 },
  "text-embedding-3-small": {
    litellm_provider: "openai",
    mode: "embedding",
    input_cost_per_token: 2e-8,
    output_cost_per_token: 0
  },
  "sonar-deep": {
    litellm_provider: "perplexity",
    mode: "chat",
    input_cost_per_token: 1e-6,
    output_cost_per_token: 1e-6,
    input_cost_per_request: 0.005
  }
}

describe("PriceFile", () => {
  it("reads LiteLLM's list: long contexts, caches, reasoning, service tiers", () => {
    assert.deepStrictEqual(pricesOf(liteLlm), {
      "gpt-5": {
        inputUsdPerMtok: 1.25,
        outputUsdPerMtok: 10,
        cachedInputUsdPerMtok: 0.125,
        serviceTiers: { flex: 0.5, priority: 2 }
      },
      "claude-sonnet-4": {
        inputUsdPerMtok: 3,
        outputUsdPerMtok: 15,
        cachedInputUsdPerMtok: 0.3,
        cacheWriteUsdPerMtok: 3.75,
        tiers: [{
          aboveInputTokens: 200_000,
          inputUsdPerMtok: 6,
          outputUsdPerMtok: 22.5,
          cachedInputUsdPerMtok: 0.6,
          cacheWriteUsdPerMtok: 3.75
        }]
      },
      "gemini-flash": { inputUsdPerMtok: 0.3, outputUsdPerMtok: 2.5, reasoningUsdPerMtok: 3.5 }
    })
  })

  it("reads the job's own words, beside LiteLLM's in one file", () => {
    const own = {
      inputUsdPerMtok: 0.15,
      outputUsdPerMtok: 0.6,
      tiers: [{ aboveInputTokens: 1000, inputUsdPerMtok: 0.3, outputUsdPerMtok: 0.9 }],
      serviceTiers: { flex: 0.5 }
    }
    const prices = pricesOf({ mine: own, "gemini-flash": liteLlm["gemini-flash"] })
    assert.deepStrictEqual(prices["mine"], own)
    assert.strictEqual(prices["gemini-flash"]?.inputUsdPerMtok, 0.3)
  })

  it("names every fault with its key, and a text that is no list of prices", () => {
    const faults = parsePrices(
      "p.json",
      JSON.stringify({ a: { inputUsdPerMtok: -1, outputUsdPerMtok: 1 }, b: { output: 1 }, c: 5 })
    )
    assert.isTrue(Result.isFailure(faults))
    const keys = Result.isFailure(faults) ? faults.failure.map(({ key }) => key) : []
    assert.sameMembers(keys, [
      "a.inputUsdPerMtok",
      "b.inputUsdPerMtok",
      "b.outputUsdPerMtok",
      "b.output",
      "c"
    ])
    for (const text of ["", "[1]", "nothing", "null"]) {
      assert.isTrue(Result.isFailure(parsePrices("p.json", text)), text)
    }
  })

  it("says where each fault is: of a key, and of a text that is no JSON", () => {
    const faultsOf = (text: string) => {
      const parsed = parsePrices("p.json", text)
      const faults = Result.isFailure(parsed) ? parsed.failure : []
      return faults.map(({ key, line, message }) => `${line} ${key} ${message}`)
    }
    const [negative = "", unknown = ""] = faultsOf(
      `{\n  "a": {\n    "inputUsdPerMtok": -1, "outputUsdPerMtok": 1,\n    "ouput": 2\n  }\n}\n`
    ).toSorted()
    assert.match(negative, /^3 a\.inputUsdPerMtok column 5: is -1; must be /)
    assert.match(unknown, /^4 a\.ouput column 5: unknown key; /)
    assert.deepStrictEqual(faultsOf(`{\n  "a": {},\n}\n`), [
      `3  column 1: not JSON: "}" where a field name in double quotes should be`
    ])
    assert.deepStrictEqual(faultsOf(`{ "a": 1`), [
      `1  column 9: not JSON: the file ends where "," or the closing bracket should follow`
    ])
    assert.match(faultsOf("\n[]").join(), /^2 {2}column 1: is no JSON object of prices/)
  })

  it.effect("a job names its file; a flag's replaces it; the hash knows only the prices that the job uses", () =>
    Effect.gen(function*() {
      yield* put("/job/prompt.md", "--- user\nx\n")
      yield* put("/job/schema.json", `{"type":"object"}`)
      yield* put(
        "/job/inkfast.yaml",
        "models:\n  base: { name: gpt-5 }\npricesFile: litellm.json\n"
      )
      yield* put("/job/litellm.json", JSON.stringify(liteLlm))
      const job = yield* loadJob("/job")
      assert.strictEqual(job.filePrices["gpt-5"]?.inputUsdPerMtok, 1.25)
      yield* put("/same.json", JSON.stringify({ "gpt-5": liteLlm["gpt-5"] }))
      const same = yield* withPriceFile(job, "/same.json")
      assert.notProperty(same.filePrices, "claude-sonnet-4")
      assert.strictEqual(same.hash, job.hash)
      yield* put("/dear.json", `{"gpt-5":{"inputUsdPerMtok":9,"outputUsdPerMtok":9}}`)
      assert.notStrictEqual((yield* withPriceFile(job, "/dear.json")).hash, job.hash)
      const missing = yield* Effect.flip(withPriceFile(job, "/nowhere.json"))
      assert.include(missing.message, "/nowhere.json: no such file")
    }).pipe(Effect.provide(MemoryDisk.layerEmpty)))
})
