// Rule `numbers`: every number of the piece stands in the item or in its evidence.
//
// What counts: each run of digits, in any script, with its grouping, point or version dots read as one number; parts of
// dates, times, ranges and fractions one by one; numbers with k, M, B, thousand, million, billion as their product.
// What does not: numbers written as words, digits inside a name (`ES2024`, `sha256`), character references (`&#39;`),
// `2D` and `3D`, the markers of a list that counts from 1, and the number behind "step" and its like, up to 20.
import { compileFieldPattern } from "../FieldPattern.ts"
import type { Leaf } from "../Piece.ts"
import type { RuleOf } from "../RuleTypes.ts"
import { type CompiledRule, findingsPerRuleMax, type Remark } from "./CompiledRule.ts"
import { type Facts, magnitudeAfter } from "./FactNumbers.ts"
import { eachWritten, plainDigits, readingsOf, shifted } from "./Numbers.ts"
import { ungrounded } from "./ungrounded.ts"

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

/** A number of the piece that something must vouch for. */
interface PieceNumber {
  readonly written: string
  readonly start: number
  /** The leaf's text with plain digits, which `start` counts in. */
  readonly text: string
}

/** Calls back for each number of the piece that is no marker and no part of a name, until told to stop. */
export const eachClaimedNumber = (
  leaves: ReadonlyArray<Leaf>,
  visit: (leaf: Leaf, number: PieceNumber) => boolean
): void => {
  const isMarker = makeMarkerCount()
  for (const leaf of leaves) {
    const text = plainDigits(leaf.text)
    let goOn = true
    eachWritten(text, (written, start) => {
      if (isMarker(text, written, start)) return true
      return (goOn = visit(leaf, { written, start, text }))
    })
    if (!goOn) return
  }
}

export const numbersRule = (rule: RuleOf<"numbers">): CompiledRule => {
  const matches = compileFieldPattern(rule.field)
  return ({ factNumbers, leaves }) => {
    const remarks: Array<Remark> = []
    let named = new Set<string>()
    let last: Leaf | undefined
    const own = leaves.filter((leaf) => matches(leaf.segments))
    eachClaimedNumber(own, (leaf, { start, text, written }) => {
      if (leaf !== last) named = new Set()
      last = leaf
      const fine = named.has(written) || isKnown(text, written, start, factNumbers()) ||
        isExempt(text, written, start)
      if (!fine) {
        named.add(written)
        remarks.push(ungrounded(leaf, "number", { text: written, start }))
      }
      return remarks.length < findingsPerRuleMax
    })
    return remarks
  }
}
