// What an item and its evidence state, gathered once however many drafts and rules are held against it.
import type { EvidenceBundle } from "../../evidence/Evidence.ts"
import type { Item } from "../../items/Item.ts"
import type { Place } from "../claims/Claim.ts"
import type { DateParts, FoundDate } from "../claims/Dates.ts"
import { datesIn, saysAll } from "../claims/Dates.ts"
import type { FoundPrice } from "../claims/Prices.ts"
import { fold, indexOfWords } from "../Fold.ts"
import { Keeper } from "../Memo.ts"
import { tokensOf } from "../Tokens.ts"
import type { FactText } from "./FactTexts.ts"
import { factTextsOf } from "./FactTexts.ts"
import { NumberFacts } from "./NumberFacts.ts"
import { readingsOf } from "./Numbers.ts"
import { currencies } from "./unitWords.ts"

/** Amounts of a row that gives amount and currency in fields of their own. */
const pricesOfFields = ({ texts }: Facts): ReadonlyMap<string, Place> => {
  const places = new Map<string, Place>()
  const alone = texts.flatMap(({ text }) =>
    text.length > 12 ? [] : currencies.get(text.trim().toLowerCase()) ?? []
  )
  if (alone.length === 0) return places
  for (const { source, text } of texts) {
    if (text.length > 24 || !/^\s*\d[\d.,]{0,14}\s*$/.test(text)) continue
    for (const amount of readingsOf(text.trim()).flat()) {
      for (const currency of alone) places.set(`${currency} ${amount}`, { source, offset: 0 })
    }
  }
  return places
}

const datePlaces = ({ texts }: Facts) =>
  texts.flatMap(({ source, text }) =>
    datesIn(text).flatMap(({ readings, start }) =>
      readings.map((parts: DateParts) => ({ parts, place: { source, offset: start } }))
    )
  )

/** Where a word stands first, whole; `React's` vouches for `React`, and one of a kind for many. */
const makeFindWord = ({ texts }: Facts) => {
  const known = new Map<string, Place | undefined>()
  const find = (word: string): Place | undefined => {
    for (const { folded, source, text } of texts) {
      if (indexOfWords(folded, word) === -1) continue
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

/** Each method answers where the claim stands; undefined where nothing states it. Made when they are first asked. */
export class Facts extends Keeper {
  readonly texts: ReadonlyArray<FactText>
  readonly numbers: NumberFacts
  readonly #evidence: EvidenceBundle

  constructor(item: Item, evidence: EvidenceBundle) {
    super()
    this.texts = factTextsOf(item, evidence)
    this.numbers = new NumberFacts(this.texts)
    this.#evidence = evidence
  }

  /** Where the evidence was found. */
  get addresses(): ReadonlyArray<string> {
    return this.#evidence.sources.flatMap(({ name, url }) =>
      url === undefined ? [name] : [name, url]
    )
  }

  price({ amounts, currency }: FoundPrice): Place | undefined {
    for (const amount of amounts) {
      const place = this.numbers.findIn(amount, currency) ??
        this.once(pricesOfFields).get(`${currency} ${amount}`)
      if (place !== undefined) return place
    }
    return undefined
  }

  date({ readings }: FoundDate): Place | undefined {
    return this.once(datePlaces).find(({ parts }) =>
      readings.some((reading) => saysAll(parts, reading))
    )
      ?.place
  }

  name(name: string): Place | undefined {
    let place: Place | undefined
    const findWord = this.once(makeFindWord)
    for (const token of tokensOf(fold(name))) {
      const found = findWord(token)
      if (found === undefined) return undefined
      place ??= found
    }
    return place
  }
}

const kept = new WeakMap<EvidenceBundle, { readonly item: Item; readonly facts: Facts }>()

export const factsOf = (item: Item, evidence: EvidenceBundle): Facts => {
  const known = kept.get(evidence)
  if (known?.item === item) return known.facts
  const facts = new Facts(item, evidence)
  kept.set(evidence, { item, facts })
  return facts
}
