// Rule `numbers`: every number of the piece stands in the item or in its evidence, measuring the same.
import type { PieceNumber, PieceNumbers } from "../claims/PieceNumbers.ts"
import { address, noun, percent } from "../facts/Units.ts"
import { durations } from "../facts/unitWords.ts"
import { compileFieldPattern } from "../FieldPattern.ts"
import type { RuleOf } from "../RuleTypes.ts"
import { type CompiledRule, findingsPerRuleMax, type Remark } from "./CompiledRule.ts"
import { ungrounded } from "./ungrounded.ts"

const lengths = new Set<string>(durations)

const measureOf = ({ unit }: PieceNumber): string =>
  unit === percent
    ? "as a share in percent"
    : unit === noun
    ? "as a count: there it measures money, time or a share"
    : lengths.has(unit)
    ? `as a number of ${unit}s`
    : unit === address
    ? "in an address"
    : `as an amount in ${unit}`

/** What is held against numbers that nothing vouches for, each once in a text. */
export const numberRemarks = (
  { all, isWhole }: PieceNumbers,
  isAsked: (number: PieceNumber) => boolean
): ReadonlyArray<Remark> => {
  const remarks: Array<Remark> = []
  const said = new Set<string>()
  for (const number of all) {
    if (number.place !== undefined || !isAsked(number)) continue
    const key = `${number.leaf.pointer} ${number.text} ${number.unit}`
    if (said.has(key)) continue
    said.add(key)
    const how = number.isElsewhere ? measureOf(number) : undefined
    remarks.push(ungrounded(number.leaf, number.kind, number, how))
    if (remarks.length >= findingsPerRuleMax) return remarks
  }
  return isWhole ? remarks : [...remarks, {
    field: "",
    text: "",
    message: `the piece has more than ${all.length} numbers, and the rest could not be checked`
  }]
}

export const numbersRule = (rule: RuleOf<"numbers">): CompiledRule => {
  const matches = compileFieldPattern(rule.field)
  return ({ numbers }) => numberRemarks(numbers(), ({ leaf }) => matches(leaf.segments))
}
