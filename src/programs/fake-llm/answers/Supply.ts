// The sentences that a page can still be made of: each is used once, and where it belongs.
import { factSentences } from "./Facts.ts"
import type { Material, Pair, Part } from "./Material.ts"
import { labelKey } from "./Material.ts"
import { leansBack } from "./Prose.ts"

/** A field of the answer as its text is asked for. */
export interface Field {
  readonly name: string
  /** What the schema and the prompt say of it. */
  readonly ask: string
}

type Fits = (sentence: string) => boolean

export interface Supply {
  /** The next sentence for the field that fits; undefined where there is none. `isFirst`: it begins a text. */
  readonly next: (field: Field, fits: Fits, isFirst: boolean) => string | undefined
  /** A single fact as a sentence, for a text that is still too short. */
  readonly nextFact: (field: Field, fits: Fits) => string | undefined
  /** Questions of the evidence for the field, with their answers. */
  readonly pairs: (field: Field) => ReadonlyArray<Pair>
  /** Whether a part of the evidence is about this field alone. */
  readonly hasOwnPart: (field: Field) => boolean
  /** Whether there is so little that every text has to do with the least. */
  readonly isScarce: boolean
}

/** What parts of a page and the fields of a row that they are written from are called. */
const sameThing: ReadonlyArray<ReadonlyArray<string>> = [
  ["about", "overview", "background", "summary", "description", "introduction", "story"],
  ["howtoredeem", "redeem", "access", "activation", "howtouse", "gettingstarted", "steps"],
  ["details", "includes", "included", "features", "contents"],
  ["terms", "conditions", "refunds", "policy"],
  ["faq", "questions", "qa"]
]

const belongs = (fieldName: string, partKey: string): boolean => {
  const key = labelKey(fieldName)
  return key === partKey ||
    sameThing.some((group) => group.includes(key) && group.includes(partKey))
}

const askedForFacts = /facts?$/i
const noFacts = /\bsteps?\b|redeem|\bterms\b|question|answer|faq/i
const askedForUse = /\bwho\b|\buses?\b|for what/i
const speaksOfUse =
  /\b(?:use[sd]?|using|useful|helps?|lets?|allows?|when you|if you|for|designed|meant|suitable|works? with)\b/i
/** Sentences that are no field's own. */
const scarceBelow = 6
/** So many facts are left for the field that asks for them; the others are taken from the end. */
const factsKept = 2

const wordsOf = (sentence: string): ReadonlySet<string> =>
  new Set(sentence.toLowerCase().match(/[\p{L}\p{N}]+/gu))

const sameShare = 0.7

/** Whether most words of the shorter stand in the other. */
const isMostly = (words: ReadonlySet<string>, before: ReadonlySet<string>): boolean => {
  let both = 0
  for (const word of words) if (before.has(word)) both++
  return both >= sameShare * Math.min(words.size, before.size)
}

/** `fieldNames`: of the whole answer; a part that belongs to one of them is for none of the others. */
export const makeSupply = (material: Material, fieldNames: ReadonlySet<string>): Supply => {
  const isAllowed = (text: string): boolean => {
    const lower = text.toLowerCase()
    return !material.avoid.some((phrase) => lower.includes(phrase))
  }
  const sentencesOf = (parts: ReadonlyArray<Part>) =>
    new Set(parts.flatMap(({ sentences }) => sentences).filter(isAllowed))
  const names = [...fieldNames]
  const free = sentencesOf(
    material.parts.filter((part) => !names.some((name) => belongs(name, part.key)))
  )
  const ownOf = ({ name }: Field) => material.parts.filter((part) => belongs(name, part.key))
  const own = new Map(names.map((name) => [name, sentencesOf(ownOf({ name, ask: "" }))]))
  const facts = new Set(factSentences(material).filter(isAllowed))
  const factsOfUse = new Set(factSentences(material, true))
  const hasFactField = names.some((name) => askedForFacts.test(name))
  const said: Array<ReadonlySet<string>> = []

  /** What is taken is gone, and nothing that says the same is taken after it. */
  const give = (from: Set<string>, sentence: string): string => {
    from.delete(sentence)
    said.push(wordsOf(sentence))
    return sentence
  }
  const isNew = (sentence: string): boolean => {
    const words = wordsOf(sentence)
    return !said.some((before) => isMostly(words, before))
  }
  const take = (from: Set<string> | undefined, isWanted: Fits): string | undefined => {
    for (const sentence of from ?? []) {
      if (isWanted(sentence) && isNew(sentence)) return give(from!, sentence)
    }
    return undefined
  }
  const takeLast = (from: Set<string>, isWanted: Fits): string | undefined => {
    const last = [...from].findLast(isWanted)
    return last === undefined ? undefined : give(from, last)
  }
  return {
    next: (field, fits, isFirst) => {
      const begins = (sentence: string) => !leansBack(sentence) && fits(sentence)
      const speaks = (sentence: string) => speaksOfUse.test(sentence) && fits(sentence)
      const mine = own.get(field.name)
      return (isFirst ? take(mine, begins) : undefined) ?? take(mine, fits) ??
        (askedForFacts.test(field.name) ? take(facts, fits) : undefined) ??
        (isFirst ? take(free, begins) : undefined) ??
        (askedForUse.test(field.ask) ? take(free, speaks) : undefined) ?? take(free, fits)
    },
    nextFact: (field, fits) => {
      const isKept = hasFactField && facts.size <= factsKept
      if (isKept || noFacts.test(`${field.name} ${field.ask}`)) return undefined
      const isWanted = askedForUse.test(field.ask)
        ? (fact: string) => factsOfUse.has(fact) && fits(fact)
        : fits
      return takeLast(facts, isWanted)
    },
    pairs: (field) =>
      ownOf(field).flatMap(({ pairs }) => pairs)
        .filter(({ answer, question }) => isAllowed(answer) && isAllowed(question)),
    hasOwnPart: ({ name }) => (own.get(name)?.size ?? 0) > 0,
    isScarce: free.size < scarceBelow
  }
}
