// Where each claim of an accepted piece was found: what the record keeps, so that it can be looked up later.
import { compileFieldPattern } from "../FieldPattern.ts"
import { excerpt } from "../Finding.ts"
import type { Leaf } from "../Piece.ts"
import type { RuleInput } from "../rules/CompiledRule.ts"
import { eachClaimedNumber } from "../rules/numbersRule.ts"
import { plainDigits, readingsOf } from "../rules/Numbers.ts"
import type { Rule } from "../RuleTypes.ts"
import { type ClaimKind, claimKinds } from "../ruleTypes/factRules.ts"
import type { Claim, Place } from "./Claim.ts"
import { claimFactsOf } from "./ClaimFacts.ts"
import { datesIn } from "./Dates.ts"
import { namesIn } from "./Names.ts"
import { numberPlaces } from "./NumberPlaces.ts"
import { pricesIn } from "./Prices.ts"
import { findQuote } from "./Quotes.ts"

/** A piece of more claims keeps the first so many. */
const claimsMax = 100

export type TraceClaims = (input: RuleInput) => ReadonlyArray<Claim>

interface Traced {
  readonly matches: (segments: ReadonlyArray<string>) => boolean
  readonly kinds: ReadonlySet<ClaimKind | "quotes">
}

const tracedBy = (rule: Rule): ReadonlyArray<Traced> => {
  const matches = compileFieldPattern(rule.field)
  switch (rule.rule) {
    case "numbers":
      return [{ matches, kinds: new Set(["numbers", "versions"]) }]
    case "claims":
      return [{ matches, kinds: new Set(rule.kinds ?? claimKinds) }]
    case "quotes":
      return [{ matches, kinds: new Set(["quotes"]) }]
    default:
      return []
  }
}

/** The claims of one leaf but its numbers, and the stretches of its text that they take. */
const claimsOfLeaf = (input: RuleInput, leaf: Leaf, kinds: ReadonlySet<string>) => {
  const facts = claimFactsOf(input.item, input.evidence)
  const claims: Array<Claim> = []
  const taken: Array<{ readonly start: number; readonly end: number }> = []
  const add = (kind: Claim["kind"], text: string, start: number, place: Place | undefined) => {
    if (place === undefined) return
    claims.push({ field: leaf.pointer, kind, text: excerpt(text), ...place })
    taken.push({ start, end: start + text.length })
  }
  if (kinds.has("quotes")) add("quote", leaf.text, 0, findQuote(input.evidence, leaf.text))
  if (kinds.has("prices")) {
    for (const price of pricesIn(plainDigits(leaf.text))) {
      add("price", price.text, price.start, facts.price(price))
    }
  }
  if (kinds.has("dates")) {
    for (const date of datesIn(leaf.text)) add("date", date.text, date.start, facts.date(date))
  }
  if (kinds.has("names")) {
    for (const name of namesIn(leaf)) {
      add("name", name.text, name.start, facts.name(name.text))
    }
  }
  return { claims, taken }
}

const numberClaims = (
  input: RuleInput,
  leaves: ReadonlyArray<Leaf>,
  isTaken: (leaf: Leaf, start: number) => boolean
): ReadonlyArray<Claim> => {
  const numbers: Array<{ readonly leaf: Leaf; readonly written: string }> = []
  eachClaimedNumber(leaves, (leaf, { start, written }) => {
    if (!isTaken(leaf, start)) numbers.push({ leaf, written })
    return numbers.length < claimsMax
  })
  if (numbers.length === 0) return []
  const wanted = new Set(numbers.flatMap(({ written }) => readingsOf(written).flat()))
  const places = numberPlaces(claimFactsOf(input.item, input.evidence).texts, wanted)
  return numbers.flatMap(({ leaf, written }): ReadonlyArray<Claim> => {
    const reading = readingsOf(written).find((parts) => parts.every((part) => places.has(part)))
    const place = places.get(reading?.[0] ?? "")
    const kind = /^\d+(?:\.\d+){2,}$/.test(written) ? "version" : "number"
    return place === undefined ? [] : [{ field: leaf.pointer, kind, text: written, ...place }]
  })
}

/** For the rules that hold a piece against its sources; answers nothing where there is none. */
export const makeTraceClaims = (rules: ReadonlyArray<Rule>): TraceClaims => {
  const traced = rules.flatMap(tracedBy)
  if (traced.length === 0) return () => []
  return (input) => {
    const claims: Array<Claim> = []
    const taken = new Map<Leaf, ReadonlyArray<{ readonly start: number; readonly end: number }>>()
    const numbered: Array<Leaf> = []
    for (const leaf of input.leaves) {
      const own = traced.filter(({ matches }) => matches(leaf.segments))
      const kinds = new Set(own.flatMap(({ kinds }) => [...kinds]))
      if (kinds.has("numbers") || kinds.has("versions")) numbered.push(leaf)
      if (leaf.kind !== "text" || kinds.size === 0) continue
      const found = claimsOfLeaf(input, leaf, kinds)
      claims.push(...found.claims)
      taken.set(leaf, found.taken)
      if (claims.length >= claimsMax) return claims.slice(0, claimsMax)
    }
    const isTaken = (leaf: Leaf, start: number): boolean =>
      taken.get(leaf)?.some((each) => start >= each.start && start < each.end) ?? false
    return [...claims, ...numberClaims(input, numbered, isTaken)].slice(0, claimsMax)
  }
}
