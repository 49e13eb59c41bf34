// The bundled price table (@pydantic/genai-prices), read strictly: what cannot be told from it is unknown, not free.
//
// Where the endpoint's host is in the table, only that host's list counts: the same open model costs several times
// more at one host than at another. Elsewhere (a gateway, a proxy) the name decides: as it stands, or after a prefix
// that names a provider of the table (`openai/gpt-4o`, `openrouter/meta-llama/…`).
// A price that changes with the hour is taken at its dearest of the coming day. A model that is also billed by the
// request, by the image or not at all is unknown: its bill cannot be told from tokens.
import type { calcPrice, findProvider, ModelPrice } from "@pydantic/genai-prices"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import type { Price } from "./Price.ts"

interface Table {
  readonly calcPrice: typeof calcPrice
  readonly findProvider: typeof findProvider
}
type Rate = ModelPrice[string]

const rateAbove = (rate: Rate, inputTokens: number): number | undefined =>
  typeof rate === "object"
    ? rate.tiers.findLast((tier) => tier.start <= inputTokens)?.price ?? rate.base
    : rate

const rateKeys = [
  "input_mtok",
  "output_mtok",
  "output_reasoning_mtok",
  "cache_read_mtok",
  "cache_write_mtok"
]

/** The table's model price in our words; undefined where tokens do not tell the bill. */
const toPrice = (listed: ModelPrice): Price | undefined => {
  if (listed["requests_kcount"] !== undefined) return undefined
  const ratesAbove = (inputTokens: number) => {
    const input = rateAbove(listed["input_mtok"], inputTokens)
    const output = rateAbove(listed["output_mtok"], inputTokens)
    const reasoning = rateAbove(listed["output_reasoning_mtok"], inputTokens)
    const cached = rateAbove(listed["cache_read_mtok"], inputTokens)
    const cacheWrite = rateAbove(listed["cache_write_mtok"], inputTokens)
    if (!input || !output) return undefined
    return {
      inputUsdPerMtok: input,
      outputUsdPerMtok: output,
      ...(cached === undefined ? {} : { cachedInputUsdPerMtok: cached }),
      ...(cacheWrite === undefined ? {} : { cacheWriteUsdPerMtok: cacheWrite }),
      ...(reasoning === undefined ? {} : { reasoningUsdPerMtok: reasoning })
    }
  }
  const base = ratesAbove(-1)
  if (base === undefined) return undefined
  const starts = new Set(
    rateKeys.flatMap((key) => {
      const rate = listed[key]
      return typeof rate === "object" ? rate.tiers.map((tier) => tier.start) : []
    })
  )
  const tiers: Array<NonNullable<Price["tiers"]>[number]> = []
  for (const start of [...starts].sort((a, b) => a - b)) {
    const rates = ratesAbove(start)
    if (rates === undefined) return undefined
    tiers.push({ aboveInputTokens: start, ...rates })
  }
  return tiers.length === 0 ? base : { ...base, tiers }
}

const HALF_HOUR_MS = 30 * 60_000

/** The dearest price of the coming day, or undefined where the table does not have the model. */
const dearest = (
  table: Table,
  model: string,
  where: { providerId?: string; providerApiUrl?: string },
  nowMs: number
) => {
  let found: Price | undefined
  for (let half = 0; half < 48; half++) {
    const timestamp = DateTime.toDateUtc(DateTime.makeUnsafe(nowMs + half * HALF_HOUR_MS))
    const listed = table.calcPrice({ input_tokens: 0 }, model, { ...where, timestamp })
    if (listed === null) return undefined
    const price = toPrice(listed.model_price)
    if (price === undefined) return undefined
    const total = price.inputUsdPerMtok + price.outputUsdPerMtok
    if (found === undefined || total > found.inputUsdPerMtok + found.outputUsdPerMtok) found = price
    if (!Array.isArray(listed.model.prices)) return found
  }
  return found
}

const search = (table: Table, model: string, baseUrl: string, nowMs: number): Price | undefined => {
  if (table.findProvider({ providerApiUrl: baseUrl }) !== undefined) {
    const hosted = { providerApiUrl: baseUrl }
    // Google's endpoint takes `models/gemini-…` too.
    return dearest(table, model, hosted, nowMs) ??
      (model.startsWith("models/")
        ? dearest(table, model.slice("models/".length), hosted, nowMs)
        : undefined)
  }
  const plain = dearest(table, model, {}, nowMs)
  if (plain !== undefined) return plain
  const cut = model.search(/[/:]/)
  if (cut <= 0) return undefined
  const providerId = model.slice(0, cut)
  if (table.findProvider({ providerId }) === undefined) return undefined
  return dearest(table, model.slice(cut + 1), { providerId }, nowMs)
}

/** Undefined where the table has no price that can be told from tokens. Loads the table (0.1 s) when first called. */
export const lookUp = (
  model: string,
  baseUrl: string,
  nowMs: number
): Effect.Effect<Price | undefined> =>
  Effect.map(
    Effect.promise(() => import("@pydantic/genai-prices")),
    (table) => search(table, model, baseUrl, nowMs)
  )
