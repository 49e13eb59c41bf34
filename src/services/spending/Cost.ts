// From tokens and a price to money: what a call did cost, and the most that it can.
import * as BigDecimal from "effect/BigDecimal"
import type { Usage } from "../generation/Llm.ts"
import { ceilNumber, type NanoUsd } from "./Money.ts"
import type { Price } from "./Price.ts"

/** Names that servers have for what they do unasked. */
const ordinaryTiers: ReadonlySet<string> = new Set(["auto", "default", "standard", "on_demand"])

/** NaN where what the tier costs is not known. */
export const factorOf = (price: Price, serviceTier: string | undefined): number => {
  if (serviceTier === undefined) return 1
  const factors = price.serviceTiers ?? {}
  if (Object.hasOwn(factors, serviceTier)) return factors[serviceTier] ?? 1
  return ordinaryTiers.has(serviceTier) ? 1 : Number.NaN
}

type RatesOfCall = Omit<Price, "tiers" | "serviceTiers">

interface Tokens {
  readonly input: number
  readonly cached: number
  readonly cacheWrite: number
  readonly output: number
  readonly reasoning: number
}

/** A rate is met again at every call, and made of its digits once. */
const decimals = new Map<number, BigDecimal.BigDecimal>()
/** More than any job has; a replay of many runs' prices does not grow it beyond. */
const decimalsMax = 1024

const decimalOf = (rate: number): BigDecimal.BigDecimal => {
  const known = decimals.get(rate)
  if (known !== undefined) return known
  if (decimals.size >= decimalsMax) decimals.clear()
  const decimal = BigDecimal.fromNumberUnsafe(rate)
  decimals.set(rate, decimal)
  return decimal
}

const isCount = (count: number): boolean => Number.isSafeInteger(count) && count >= 0
const isRate = (rate: number): boolean => Number.isFinite(rate) && rate >= 0

// By decimals: in a sum of binary fractions a whole number of nanodollars may stand just above itself, and what is just
// above one at the number itself. 1 USD per million tokens is 1,000 nanodollars a token.
const nanoUsd = (tokens: Tokens, rates: RatesOfCall, factor: number): NanoUsd => {
  const terms = [
    [tokens.input, rates.inputUsdPerMtok],
    [tokens.cached, rates.cachedInputUsdPerMtok ?? rates.inputUsdPerMtok],
    [tokens.cacheWrite, rates.cacheWriteUsdPerMtok ?? rates.inputUsdPerMtok],
    [tokens.output, rates.outputUsdPerMtok],
    [tokens.reasoning, rates.reasoningUsdPerMtok ?? rates.outputUsdPerMtok]
  ] as const
  let perFactor = BigDecimal.fromBigInt(0n)
  for (const [count, rate] of terms) {
    if (!isCount(count) || !isRate(rate)) return Number.NaN
    if (count === 0) continue
    const { scale, value } = decimalOf(rate)
    const term = BigDecimal.make(BigInt(count) * value * 1000n, scale)
    perFactor = BigDecimal.sum(perFactor, term)
  }
  return isRate(factor)
    ? ceilNumber(BigDecimal.multiply(perFactor, decimalOf(factor)))
    : Number.NaN
}

/**
 * What the usage costs, rounded up to whole nanodollars. `serviceTier` is the one that the server says it served. NaN
 * where it has no known factor, or where a count makes no sense.
 */
export const costOf = (price: Price, usage: Usage, serviceTier?: string): NanoUsd => {
  const rates = price.tiers?.findLast((tier) => usage.inputTokens > tier.aboveInputTokens) ?? price
  // A server that counts more cached tokens than input must not earn the user a discount below zero.
  const cached = Math.min(usage.cachedInputTokens, usage.inputTokens)
  const cacheWrite = Math.min(usage.cacheWriteTokens ?? 0, usage.inputTokens - cached)
  const reasoning = Math.min(usage.reasoningTokens, usage.outputTokens)
  const tokens = {
    input: usage.inputTokens - cached - cacheWrite,
    cached,
    cacheWrite,
    output: usage.outputTokens - reasoning,
    reasoning
  }
  return nanoUsd(tokens, rates, factorOf(price, serviceTier))
}

/**
 * The most that a call can cost which stays within both bounds, whatever is cached, however much of the answer is
 * reasoning, whichever tier applies. A server may serve another service tier than it was asked for: the ordinary one.
 */
export const worstCostOf = (
  price: Price,
  inputTokensMax: number,
  outputTokensMax: number,
  serviceTier?: string
): NanoUsd => {
  const reachable = [
    price,
    ...price.tiers?.filter((tier) => inputTokensMax > tier.aboveInputTokens) ?? []
  ]
  const tokens = { input: inputTokensMax, cached: 0, cacheWrite: 0, output: outputTokensMax }
  return Math.max(...reachable.map((rates) =>
    nanoUsd({ ...tokens, reasoning: 0 }, {
      inputUsdPerMtok: Math.max(
        rates.inputUsdPerMtok,
        rates.cachedInputUsdPerMtok ?? 0,
        rates.cacheWriteUsdPerMtok ?? 0
      ),
      outputUsdPerMtok: Math.max(rates.outputUsdPerMtok, rates.reasoningUsdPerMtok ?? 0)
    }, Math.max(1, factorOf(price, serviceTier)))
  ))
}
