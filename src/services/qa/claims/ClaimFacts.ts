// What the item and its evidence state in prices, dates and names: the other side of the `claims` rule.
import type { EvidenceBundle } from "../../evidence/Evidence.ts"
import type { Item } from "../../items/Item.ts"
import { fold } from "../Fold.ts"
import { plainDigits, readingsOf } from "../rules/Numbers.ts"
import { tokensOf } from "../Tokens.ts"
import type { Place } from "./Claim.ts"
import type { DateParts, FoundDate } from "./Dates.ts"
import { datesIn, saysAll } from "./Dates.ts"
import type { FactText } from "./FactTexts.ts"
import { factTextsOf } from "./FactTexts.ts"
import type { FoundPrice } from "./Prices.ts"
import { currencyOf, pricesIn } from "./Prices.ts"

/** Each answers where the claim stands; undefined where nothing states it. */
export interface ClaimFacts {
  readonly texts: ReadonlyArray<FactText>
  readonly price: (price: FoundPrice) => Place | undefined
  readonly date: (date: FoundDate) => Place | undefined
  readonly name: (name: string) => Place | undefined
}

const lazily = <A>(make: () => A): () => A => {
  let made: { readonly value: A } | undefined
  return () => (made ??= { value: make() }).value
}

/** Prices as they are written, and those of a row that gives amount and currency in fields of their own. */
const pricePlaces = (texts: ReadonlyArray<FactText>): ReadonlyMap<string, Place> => {
  const places = new Map<string, Place>()
  const add = (currency: string, amounts: ReadonlyArray<string>, place: Place) => {
    for (const amount of amounts) {
      const key = `${currency} ${amount}`
      if (!places.has(key)) places.set(key, place)
    }
  }
  for (const { source, text } of texts) {
    for (const { amounts, currency, start } of pricesIn(plainDigits(text))) {
      add(currency, amounts, { source, offset: start })
    }
  }
  const alone = texts.flatMap(({ text }) => text.length > 12 ? [] : currencyOf(text) ?? [])
  if (alone.length === 0) return places
  for (const { source, text } of texts) {
    if (!/^\s*\d[\d.,]{0,14}\s*$/.test(text)) continue
    for (const currency of alone) {
      add(currency, readingsOf(text.trim()).flat(), { source, offset: 0 })
    }
  }
  return places
}

const datePlaces = (texts: ReadonlyArray<FactText>) =>
  texts.flatMap(({ source, text }) =>
    datesIn(text).flatMap(({ readings, start }) =>
      readings.map((parts: DateParts) => ({ parts, place: { source, offset: start } }))
    )
  )

/** The first place of each word, folded; `React's` vouches for `React`. */
const wordPlaces = (texts: ReadonlyArray<FactText>): ReadonlyMap<string, FactText> => {
  const places = new Map<string, FactText>()
  for (const text of texts) {
    for (const token of tokensOf(fold(text.text))) {
      const bare = token.endsWith("'s") ? token.slice(0, -2) : token
      if (!places.has(bare)) places.set(bare, text)
    }
  }
  return places
}

const gather = (item: Item, evidence: EvidenceBundle): ClaimFacts => {
  const texts = factTextsOf(item, evidence)
  const prices = lazily(() => pricePlaces(texts))
  const dates = lazily(() => datePlaces(texts))
  const words = lazily(() => wordPlaces(texts))
  const lower = new Map<FactText, string>()
  const offsetOf = (found: FactText, word: string): Place => {
    const text = lower.get(found) ?? found.text.toLowerCase()
    lower.set(found, text)
    return { source: found.source, offset: Math.max(0, text.indexOf(word)) }
  }
  return {
    texts,
    price: ({ amounts, currency }) =>
      amounts.map((amount) => prices().get(`${currency} ${amount}`)).find((place) =>
        place !== undefined
      ),
    date: ({ readings }) =>
      dates().find(({ parts }) => readings.some((reading) => saysAll(parts, reading)))?.place,
    name: (name) => {
      let place: Place | undefined
      for (const token of tokensOf(fold(name))) {
        const known = words().get(token) ??
          (token.endsWith("s") ? words().get(token.slice(0, -1)) : undefined)
        if (known === undefined) return undefined
        place ??= offsetOf(known, token)
      }
      return place
    }
  }
}

const kept = new WeakMap<EvidenceBundle, { readonly item: Item; readonly facts: ClaimFacts }>()

/** Gathered once for an item and its evidence, each kind when it is first asked for. */
export const claimFactsOf = (item: Item, evidence: EvidenceBundle): ClaimFacts => {
  const known = kept.get(evidence)
  if (known?.item === item) return known.facts
  const facts = gather(item, evidence)
  kept.set(evidence, { item, facts })
  return facts
}
