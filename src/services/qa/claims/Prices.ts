// The prices in a text: a currency and an amount, however they are written.
import { eachMatch } from "../eachMatch.ts"
import { readingsOf } from "../facts/Numbers.ts"
import { currencies } from "../facts/unitWords.ts"
import type { Leaf } from "../Piece.ts"

export interface FoundPrice {
  readonly text: string
  readonly start: number
  /** ISO 4217. */
  readonly currency: string
  /** Canonical readings of the amount. */
  readonly amounts: ReadonlyArray<string>
}

const amount = String
  .raw`\d{1,3}(?:[ \u00a0,.'’]\d{3}){1,4}(?:[.,]\d{1,2})?|\d{1,12}(?:[.,]\d{1,4})?`
const before = String
  .raw`US\$|CA\$|A\$|R\$|[$€£¥₹₩]|\b(?:USD|EUR|GBP|JPY|INR|CHF|CAD|AUD|NZD|SEK|NOK|DKK|PLN|CZK|BRL|KRW|CNY)`
const after = String
  .raw`[$€£¥₹₩]|zł|(?:USD|EUR|GBP|JPY|INR|CHF|CAD|AUD|NZD|SEK|NOK|DKK|PLN|CZK|BRL|KRW|CNY|dollars?|euros?|pounds|yen|rupees)\b`
const price = new RegExp(
  `(${before})[ \\u00a0]?(${amount})|(?<![\\d.,])(${amount})[ \\u00a0-]?(${after})`,
  "gi"
)
const hint =
  /[$€£¥₹₩]|usd|eur|gbp|jpy|inr|chf|cad|aud|nzd|sek|nok|dkk|pln|zł|czk|brl|krw|cny|dollar|pound|yen|rupee/i

/** Expects plain digits. */
export const pricesIn = (text: string): ReadonlyArray<FoundPrice> => {
  if (!hint.test(text)) return []
  const prices: Array<FoundPrice> = []
  eachMatch(price, text, ({ 0: whole, 1: sign, 2: first, 3: second, 4: word, index: start }) => {
    const currency = currencies.get((sign ?? word ?? "").toLowerCase())
    if (currency === undefined) return
    const amounts = readingsOf(first ?? second ?? "").filter((parts) => parts.length === 1).flat()
    prices.push({ text: whole, start, currency, amounts })
  })
  return prices
}

const ofLeaf = (leaf: Leaf): ReadonlyArray<FoundPrice> => pricesIn(leaf.plain)

export const pricesOf = (leaf: Leaf): ReadonlyArray<FoundPrice> => leaf.once(ofLeaf)
