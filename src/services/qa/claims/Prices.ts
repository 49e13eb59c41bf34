// The prices in a text: a currency and an amount, however they are written.
import { readingsOf } from "../rules/Numbers.ts"

export interface FoundPrice {
  readonly text: string
  readonly start: number
  /** ISO 4217. */
  readonly currency: string
  /** Canonical readings of the amount. */
  readonly amounts: ReadonlyArray<string>
}

const currencies: { readonly [sign: string]: string } = {
  $: "USD",
  us$: "USD",
  usd: "USD",
  dollar: "USD",
  dollars: "USD",
  "€": "EUR",
  eur: "EUR",
  euro: "EUR",
  euros: "EUR",
  "£": "GBP",
  gbp: "GBP",
  pound: "GBP",
  pounds: "GBP",
  "¥": "JPY",
  jpy: "JPY",
  yen: "JPY",
  "₹": "INR",
  inr: "INR",
  rupees: "INR",
  chf: "CHF",
  cad: "CAD",
  ca$: "CAD",
  aud: "AUD",
  a$: "AUD",
  nzd: "NZD",
  sek: "SEK",
  nok: "NOK",
  dkk: "DKK",
  pln: "PLN",
  zł: "PLN",
  czk: "CZK",
  brl: "BRL",
  r$: "BRL",
  krw: "KRW",
  "₩": "KRW",
  cny: "CNY"
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

/** The currency that a word or sign alone stands for. */
export const currencyOf = (word: string): string | undefined =>
  currencies[word.trim().toLowerCase()]

export const pricesIn = (text: string): ReadonlyArray<FoundPrice> => {
  if (!hint.test(text)) return []
  return [...text.matchAll(price)].flatMap((found) => {
    const [whole, sign, first, second, word] = found
    const currency = currencyOf(sign ?? word ?? "")
    if (currency === undefined) return []
    const amounts = readingsOf(first ?? second ?? "").filter((parts) => parts.length === 1).flat()
    return [{ text: whole, start: found.index, currency, amounts }]
  })
}
