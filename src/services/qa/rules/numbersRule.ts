// Rule `numbers`: every number of the piece stands in the item or in its evidence.
//
// What counts: each run of digits, in any script, with its grouping, point or version dots read as one number; parts of
// dates, times, ranges and fractions one by one; numbers with k, M, B, thousand, million, billion as their product.
// What does not: numbers written as words, digits inside a name (`ES2024`, `sha256`), character references (`&#39;`),
// `2D` and `3D`, the markers of a list that counts from 1, and the number behind "step" and its like, up to 20.
import { compileFieldPattern } from "../FieldPattern.ts"
import { excerpt, type Finding } from "../Finding.ts"
import type { Leaf } from "../Piece.ts"
import type { Rule } from "../RuleSet.ts"
import { type CompiledRule, findingsPerRuleMax } from "./CompiledRule.ts"
import { type Facts, magnitudeAfter } from "./FactNumbers.ts"
import { eachWritten, plainDigits, readingsOf, shifted } from "./Numbers.ts"

const nameBefore = /[\p{L}_]$|&#x?$/u
/** `v1.2.3`: a mark, not a name. */
const versionMark = /(?:^|[^\p{L}\p{N}_])v$/iu
const structureBefore = /\b(?:step|part|section|question|tip|option|example|chapter)\s$/i
const structureMax = 20
const lineStart = /(?:^|\n)[ \t]{0,8}(?:#{1,6} )?[(*]{0,3}$/
const markerSigns = "*.)"
const markerEnd = /^[*]{0,2}[.)](?:\s|$)/
const dimension = /^-?D\b/

/** Long enough for the longest word that matters before a number. */
const lookBehindChars = 20

const behind = (text: string, start: number): string =>
  text.slice(Math.max(0, start - lookBehindChars), start)

const isExempt = (text: string, written: string, start: number): boolean => {
  const before = behind(text, start)
  if (nameBefore.test(before) && !versionMark.test(before)) return true
  const value = Number(written)
  if (value <= structureMax && structureBefore.test(before)) return true
  return (value === 2 || value === 3) && dimension.test(text.slice(start + 1, start + 5))
}

/** Counts along list markers: 1, or the number after the last marker. */
const makeMarkerCount = () => {
  let last = 0
  return (text: string, written: string, start: number): boolean => {
    if (written.length > 2) return false
    const value = Number(written)
    if (value !== 1 && value !== last + 1) return false
    const end = start + written.length
    // Most numbers are no markers, and this tells most of them.
    if (!markerSigns.includes(text.charAt(end))) return false
    const isMarker = markerEnd.test(text.slice(end, end + 4)) && lineStart.test(behind(text, start))
    if (isMarker) last = value
    return isMarker
  }
}

const isKnown = (text: string, written: string, start: number, facts: Facts): boolean => {
  const exponent = magnitudeAfter(text, start + written.length, false)
  return readingsOf(written).some((numbers) =>
    numbers.every((number) => facts.has(exponent > 0 ? shifted(number, exponent) : number))
  )
}

const findingOf = (leaf: Leaf, written: string): Finding => ({
  rule: "numbers",
  field: leaf.pointer,
  text: excerpt(written),
  message: `the number ${excerpt(written, 60)} stands neither in the item nor in its evidence; ` +
    "use only numbers that are there"
})

export const numbersRule = (rule: Extract<Rule, { rule: "numbers" }>): CompiledRule => {
  const matches = compileFieldPattern(rule.field)
  return ({ factNumbers, leaves }) => {
    const findings: Array<Finding> = []
    const isMarker = makeMarkerCount()
    for (const leaf of leaves) {
      if (!matches(leaf.segments)) continue
      const named = new Set<string>()
      const text = plainDigits(leaf.text)
      eachWritten(text, (written, start) => {
        const fine = isMarker(text, written, start) ||
          isKnown(text, written, start, factNumbers()) ||
          isExempt(text, written, start)
        if (!fine && !named.has(written)) {
          named.add(written)
          findings.push(findingOf(leaf, written))
        }
        return findings.length < findingsPerRuleMax
      })
      if (findings.length >= findingsPerRuleMax) break
    }
    return findings
  }
}
