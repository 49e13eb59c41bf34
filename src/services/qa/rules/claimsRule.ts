// Rule `claims`: every number, price, date, version and name of the piece stands in the item or in its evidence.
import { claimFactsOf } from "../claims/ClaimFacts.ts"
import { datesIn } from "../claims/Dates.ts"
import { namesIn } from "../claims/Names.ts"
import { pricesIn } from "../claims/Prices.ts"
import { fold } from "../Fold.ts"
import type { Leaf } from "../Piece.ts"
import type { RuleOf } from "../RuleTypes.ts"
import { type ClaimKind, claimKinds } from "../ruleTypes/factRules.ts"
import { tokensOf } from "../Tokens.ts"
import { type CompiledRule, findingsPerRuleMax, type Remark, textsAt } from "./CompiledRule.ts"
import { numbersRule } from "./numbersRule.ts"
import { plainDigits } from "./Numbers.ts"
import { type Found, ungrounded } from "./ungrounded.ts"

const isVersion = (leaf: Leaf, text: string): boolean =>
  /^\d+(?:\.\d+){2,}$/.test(text) || leaf.text.toLowerCase().includes(`v${text}`)

export const claimsRule = (rule: RuleOf<"claims">): CompiledRule => {
  const texts = textsAt(rule.field)
  const kinds = new Set<ClaimKind>(rule.kinds ?? claimKinds)
  const allowedNames = new Set((rule.allowed ?? []).flatMap((each) => tokensOf(fold(each))))
  const allowedPrices = new Set(
    (rule.allowed ?? []).flatMap((each) =>
      pricesIn(each).flatMap(({ amounts, currency }) => amounts.map((one) => `${currency} ${one}`))
    )
  )
  const numbers = kinds.has("numbers") || kinds.has("versions")
    ? numbersRule({ rule: "numbers", field: rule.field, severity: rule.severity })
    : undefined
  return (input) => {
    const facts = claimFactsOf(input.item, input.evidence)
    const leaves = texts(input)
    const byPointer = new Map(leaves.map((leaf) => [leaf.pointer, leaf]))
    const remarks: Array<Remark> = (numbers?.(input) ?? []).filter((remark) => {
      const leaf = byPointer.get(remark.field)
      const version = leaf !== undefined && isVersion(leaf, remark.text)
      return kinds.has(version ? "versions" : "numbers")
    })
    for (const leaf of leaves) {
      const say = (what: string, found: ReadonlyArray<Found>) => {
        for (const each of found) remarks.push(ungrounded(leaf, what, each))
      }
      if (kinds.has("prices")) {
        const found = pricesIn(plainDigits(leaf.text))
        say(
          "price",
          found.filter((price) =>
            facts.price(price) === undefined &&
            !price.amounts.some((amount) => allowedPrices.has(`${price.currency} ${amount}`))
          )
        )
      }
      if (kinds.has("dates")) {
        say("date", datesIn(leaf.text).filter((date) => facts.date(date) === undefined))
      }
      if (kinds.has("names")) {
        const found = namesIn(leaf)
        say(
          "name",
          found.filter(({ text }) =>
            !tokensOf(fold(text)).every((token) => allowedNames.has(token)) &&
            facts.name(text) === undefined
          )
        )
      }
      if (remarks.length >= findingsPerRuleMax) break
    }
    return remarks
  }
}
