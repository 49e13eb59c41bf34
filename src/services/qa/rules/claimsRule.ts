// Rule `claims`: every number, price, date, version and name of the piece stands in the item or in its evidence.
import { datesOf } from "../claims/Dates.ts"
import { namesIn } from "../claims/Names.ts"
import type { PieceNumber } from "../claims/PieceNumbers.ts"
import { pricesIn, pricesOf } from "../claims/Prices.ts"
import { covers, type Span } from "../claims/spans.ts"
import type { Facts } from "../facts/Facts.ts"
import { compileFieldPattern } from "../FieldPattern.ts"
import { fold } from "../Fold.ts"
import type { Leaf } from "../Piece.ts"
import type { RuleOf } from "../RuleTypes.ts"
import { type ClaimKind, claimKinds } from "../ruleTypes/factRules.ts"
import { tokensOf } from "../Tokens.ts"
import {
  type CompiledRule,
  findingsPerRuleMax,
  type Remark,
  type RuleInput,
  textsAt
} from "./CompiledRule.ts"
import { numberRemarks } from "./numbersRule.ts"
import { ungrounded } from "./ungrounded.ts"

/** What may be said without a source. */
const allowedBy = (allowed: ReadonlyArray<string>) => {
  const words = new Set(allowed.flatMap((each) => tokensOf(fold(each))))
  const prices = new Set(
    allowed.flatMap((each) =>
      pricesIn(each).flatMap(({ amounts, currency }) => amounts.map((one) => `${currency} ${one}`))
    )
  )
  return {
    name: (name: string) => tokensOf(fold(name)).every((token) => words.has(token)),
    price: (currency: string, amounts: ReadonlyArray<string>) =>
      amounts.some((amount) => prices.has(`${currency} ${amount}`))
  }
}

export const claimsRule = (rule: RuleOf<"claims">): CompiledRule => {
  const texts = textsAt(rule.field)
  const matches = compileFieldPattern(rule.field)
  const kinds = new Set<ClaimKind>(rule.kinds ?? claimKinds)
  const allowed = allowedBy(rule.allowed ?? [])

  const isAsked = (number: PieceNumber): boolean =>
    kinds.has(number.kind === "version" ? "versions" : "numbers") &&
    // Those of prices and dates are checked with them.
    !(kinds.has("prices") && covers(pricesOf(number.leaf), number.start)) &&
    !(kinds.has("dates") && covers(datesOf(number.leaf), number.start))

  const ofNumbers = ({ numbers }: RuleInput): ReadonlyArray<Remark> =>
    kinds.has("numbers") || kinds.has("versions")
      ? numberRemarks(
        numbers(),
        (number) => matches(number.leaf.segments) && isAsked(number)
      )
      : []

  const unstated = (leaf: Leaf, facts: Facts): ReadonlyArray<Remark> => {
    const remarks: Array<Remark> = []
    const say = (what: string, found: ReadonlyArray<Span>) => {
      for (const each of found.slice(0, findingsPerRuleMax - remarks.length)) {
        remarks.push(ungrounded(leaf, what, each))
      }
    }
    if (kinds.has("prices")) {
      say(
        "price",
        pricesOf(leaf).filter((price) =>
          facts.price(price) === undefined && !allowed.price(price.currency, price.amounts)
        )
      )
    }
    if (kinds.has("dates")) {
      say("date", datesOf(leaf).filter((date) => facts.date(date) === undefined))
    }
    if (kinds.has("names")) {
      const found = namesIn(leaf)
      say(
        "name",
        found.filter(({ text }) => !allowed.name(text) && facts.name(text) === undefined)
      )
    }
    return remarks
  }

  return (input) => {
    const remarks = [...ofNumbers(input)]
    for (const leaf of texts(input)) {
      if (remarks.length >= findingsPerRuleMax) break
      remarks.push(...unstated(leaf, input.facts()))
    }
    return remarks
  }
}
