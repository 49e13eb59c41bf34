// What an item and its evidence state, gathered once however many drafts and rules are held against it.
import type { EvidenceBundle } from "../../evidence/Evidence.ts"
import type { Item } from "../../items/Item.ts"
import type { Place } from "../claims/Claim.ts"
import type { DateParts, FoundDate } from "../claims/Dates.ts"
import { datesIn, saysAll } from "../claims/Dates.ts"
import type { FoundPrice } from "../claims/Prices.ts"
import { pricesIn } from "../claims/Prices.ts"
import { fold, indexOfWords } from "../Fold.ts"
import { lazily } from "../Memo.ts"
import { tokensOf } from "../Tokens.ts"
import type { FactText } from "./FactTexts.ts"
import { factTextsOf } from "./FactTexts.ts"
import type { NumberFacts } from "./NumberFacts.ts"
import { numberFactsOf } from "./NumberFacts.ts"
import { readingsOf } from "./Numbers.ts"
import { currencies } from "./unitWords.ts"

/** Each answers where the claim stands; undefined where nothing states it. Made when they are first asked. */
export interface Facts {
  readonly texts: ReadonlyArray<FactText>
  /** Where the evidence was found. */
  readonly addresses: ReadonlyArray<string>
  readonly numbers: NumberFacts
  readonly price: (price: FoundPrice) => Place | undefined
  readonly date: (date: FoundDate) => Place | undefined
  readonly name: (name: string) => Place | undefined
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
  for (const { plain, source } of texts) {
    for (const { amounts, currency, start } of pricesIn(plain())) {
      add(currency, amounts, { source, offset: start })
    }
  }
  const alone = texts.flatMap(({ text }) =>
    text.length > 12 ? [] : currencies.get(text.trim().toLowerCase()) ?? []
  )
  if (alone.length === 0) return places
  for (const { source, text } of texts) {
    if (text.length > 24 || !/^\s*\d[\d.,]{0,14}\s*$/.test(text)) continue
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

/** Where a word stands first, whole; `React's` vouches for `React`, and one of a kind for many. */
const makeFindWord = (texts: ReadonlyArray<FactText>) => {
  const known = new Map<string, Place | undefined>()
  const find = (word: string): Place | undefined => {
    for (const { folded, source, text } of texts) {
      if (indexOfWords(folded(), word) === -1) continue
      return { source, offset: Math.max(0, text.toLowerCase().indexOf(word)) }
    }
    return undefined
  }
  return (word: string): Place | undefined => {
    if (known.has(word)) return known.get(word)
    const place = find(word) ?? (word.endsWith("s") ? find(word.slice(0, -1)) : undefined)
    known.set(word, place)
    return place
  }
}

const gather = (item: Item, evidence: EvidenceBundle): Facts => {
  const texts = factTextsOf(item, evidence)
  const prices = lazily(() => pricePlaces(texts))
  const dates = lazily(() => datePlaces(texts))
  const findWord = makeFindWord(texts)
  return {
    texts,
    addresses: evidence.sources.flatMap(({ name, url }) =>
      url === undefined ? [name] : [name, url]
    ),
    numbers: numberFactsOf(texts),
    price: ({ amounts, currency }) =>
      amounts.map((amount) => prices().get(`${currency} ${amount}`)).find((place) =>
        place !== undefined
      ),
    date: ({ readings }) =>
      dates().find(({ parts }) => readings.some((reading) => saysAll(parts, reading)))?.place,
    name: (name) => {
      let place: Place | undefined
      for (const token of tokensOf(fold(name))) {
        const found = findWord(token)
        if (found === undefined) return undefined
        place ??= found
      }
      return place
    }
  }
}

const kept = new WeakMap<EvidenceBundle, { readonly item: Item; readonly facts: Facts }>()

export const factsOf = (item: Item, evidence: EvidenceBundle): Facts => {
  const known = kept.get(evidence)
  if (known?.item === item) return known.facts
  const facts = gather(item, evidence)
  kept.set(evidence, { item, facts })
  return facts
}
