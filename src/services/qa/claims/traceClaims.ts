// Where each claim of an accepted piece was found: what the record keeps, so that it can be looked up later.
import { compileFieldPattern } from "../FieldPattern.ts"
import { excerpt } from "../Finding.ts"
import type { Leaf } from "../Piece.ts"
import type { RuleInput } from "../rules/CompiledRule.ts"
import type { Rule } from "../RuleTypes.ts"
import { type ClaimKind, claimKinds } from "../ruleTypes/factRules.ts"
import type { Claim, Place } from "./Claim.ts"
import { datesOf } from "./Dates.ts"
import { namesIn } from "./Names.ts"
import type { PieceNumber } from "./PieceNumbers.ts"
import { pricesOf } from "./Prices.ts"
import { findQuote } from "./Quotes.ts"
import { covers, type Span } from "./spans.ts"

/** Of more claims the record keeps the first so many, and says how many more there were. */
const claimsMax = 100

export interface TracedClaims {
  readonly claims: ReadonlyArray<Claim>
  /** Claims that were found in the sources as well and are not among these. */
  readonly leftOut: number
}

export type TraceClaims = (input: RuleInput) => TracedClaims

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

const asksOfNumbers = (kinds: Traced["kinds"]): boolean =>
  kinds.has("numbers") || kinds.has("versions")

const asksOfTexts = (kinds: Traced["kinds"]): boolean =>
  kinds.has("quotes") || kinds.has("prices") || kinds.has("dates") || kinds.has("names")

/** The claims of one leaf but its numbers, and for each kind of them the stretches of its text that they take. */
const claimsOfLeaf = (input: RuleInput, leaf: Leaf, kinds: ReadonlySet<string>) => {
  const facts = input.facts()
  const claims: Array<Claim> = []
  const taken: Array<ReadonlyArray<Span>> = []
  const add = <S extends Span>(
    kind: Claim["kind"],
    found: ReadonlyArray<S>,
    placeOf: (claim: S) => Place | undefined
  ) => {
    const spans: Array<Span> = []
    for (const claim of found) {
      const place = placeOf(claim)
      if (place === undefined) continue
      claims.push({ field: leaf.pointer, kind, text: excerpt(claim.text), ...place })
      spans.push(claim)
    }
    taken.push(spans)
  }
  if (kinds.has("quotes")) {
    add("quote", [{ start: 0, text: leaf.text }], () => findQuote(facts, leaf))
  }
  if (kinds.has("prices")) add("price", pricesOf(leaf), (price) => facts.price(price))
  if (kinds.has("dates")) add("date", datesOf(leaf), (date) => facts.date(date))
  if (kinds.has("names")) add("name", namesIn(leaf), ({ text }) => facts.name(text))
  return { claims, taken }
}

const noKinds: Traced["kinds"] = new Set()

/** What is traced in a leaf. Seldom more than one rule asks, and then its own set will do. */
const kindsAt = (traced: ReadonlyArray<Traced>, leaf: Leaf): Traced["kinds"] => {
  let asked = noKinds
  for (const { kinds, matches } of traced) {
    if (matches(leaf.segments)) asked = asked === noKinds ? kinds : new Set([...asked, ...kinds])
  }
  return asked
}

/** For the rules that hold a piece against its sources; answers nothing where there is none. */
export const makeTraceClaims = (rules: ReadonlyArray<Rule>): TraceClaims => {
  const traced = rules.flatMap(tracedBy)
  if (traced.length === 0) return () => ({ claims: [], leftOut: 0 })
  const ofTexts = traced.some(({ kinds }) => asksOfTexts(kinds))
  const ofNumbers = traced.some(({ kinds }) => asksOfNumbers(kinds))
  return (input) => {
    const claims: Array<Claim> = []
    const taken = new Map<Leaf, ReadonlyArray<ReadonlyArray<Span>>>()
    for (const leaf of ofTexts ? input.leaves : []) {
      const kinds = kindsAt(traced, leaf)
      if (leaf.kind !== "text" || !asksOfTexts(kinds)) continue
      const found = claimsOfLeaf(input, leaf, kinds)
      claims.push(...found.claims)
      taken.set(leaf, found.taken)
    }
    const isTaken = ({ leaf, start }: PieceNumber): boolean =>
      taken.get(leaf)?.some((spans) => covers(spans, start)) ?? false
    for (const number of ofNumbers ? input.numbers().all : []) {
      const { kind, leaf, place, text } = number
      if (place === undefined || !asksOfNumbers(kindsAt(traced, leaf)) || isTaken(number)) continue
      claims.push({ field: leaf.pointer, kind, text: excerpt(text), ...place })
    }
    return { claims: claims.slice(0, claimsMax), leftOut: Math.max(0, claims.length - claimsMax) }
  }
}
