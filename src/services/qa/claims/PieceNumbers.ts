// The numbers of a piece that something must vouch for, each with what it measures and where that stands.
//
// What counts: each run of digits, in any script, with its grouping, point or version dots read as one number; parts of
// dates, times, ranges and fractions one by one; numbers with k, M, B, thousand, million, billion as their product;
// English number words from thirteen on, and smaller ones that measure percent, money or time ("ninety days").
// What does not: other numbers written as words, digits inside a name (`ES2024`, `sha256`), character references
// (`&#39;`), `2D` and `3D`, the markers of a list that counts from 1, and the number behind "step" and its like, up to 20.
import { magnitudeAfter } from "../facts/magnitude.ts"
import type { NumberFacts } from "../facts/NumberFacts.ts"
import { canonical, eachWritten, isPlain, readingsOf, shifted } from "../facts/Numbers.ts"
import {
  isNumberWord,
  mayHaveNumberWord,
  type SpelledNumber,
  spelledNumbersIn
} from "../facts/SpelledNumbers.ts"
import { bare, noun, part, type Unit, unitAt } from "../facts/Units.ts"
import type { Leaf } from "../Piece.ts"
import type { Place } from "./Claim.ts"

export interface PieceNumber {
  readonly leaf: Leaf
  /** As it is written. */
  readonly text: string
  readonly start: number
  readonly kind: "number" | "version"
  readonly unit: Unit
  /** Where it stands in the sources; undefined where nothing vouches for it. */
  readonly place: Place | undefined
  /** Without a place: whether it stands there and measures something else. */
  readonly isElsewhere: boolean
}

export interface PieceNumbers {
  /** In document order. */
  readonly all: ReadonlyArray<PieceNumber>
  /** False where there are so many that the rest was not looked at. */
  readonly isWhole: boolean
}

const numbersMax = 10_000

const nameBefore = /[\p{L}_]$|&#x?$/u
/** `v1.2.3`: a mark, not a name. */
const versionMark = /(?:^|[^\p{L}\p{N}_])v$/iu
const dottedVersion = /^\d+(?:\.\d+){2,}$/
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

/** The place of the first reading of which every number stands in the sources. */
const placeOf = (
  written: string,
  exponent: number,
  unit: Unit,
  facts: NumberFacts
): Place | undefined => {
  if (exponent === 0 && isPlain(written)) return facts.find(canonical(written), unit)
  for (const reading of readingsOf(written)) {
    const places = reading.map((number) =>
      facts.find(exponent > 0 ? shifted(number, exponent) : number, unit)
    )
    if (places.every((place) => place !== undefined)) return places[0]
  }
  return undefined
}

const standsAnywhere = (written: string, facts: NumberFacts): boolean =>
  isPlain(written)
    ? facts.has(canonical(written))
    : readingsOf(written).some((reading) => reading.every((number) => facts.has(number)))

const isVersion = (text: string, written: string, start: number): boolean =>
  dottedVersion.test(written) ||
  (/[vV]/.test(text.charAt(start - 1)) && versionMark.test(behind(text, start)))

const isTiming = new Set(["second", "minute", "day"])

/** Words that only count are a manner of speaking up to twelve, and "one day" is one always. */
const isClaim = ({ number, text, unit }: SpelledNumber): boolean => {
  const measures = unit !== bare && unit !== noun && unit !== part
  if (number === "1") return measures && !isTiming.has(unit)
  return measures || Number(number) > 12 || !/[a-z]/i.test(text)
}

const mayBeSpelled = (leaf: Leaf): boolean =>
  (mayHaveNumberWord(leaf.folded) && leaf.tokens.some(isNumberWord)) || /[½¼¾]/.test(leaf.text)

const spelledOf = (leaf: Leaf, facts: NumberFacts): ReadonlyArray<PieceNumber> =>
  spelledNumbersIn(leaf.text).filter(isClaim).map(({ number, start, text, unit }) => {
    const place = facts.find(number, unit)
    const isElsewhere = place === undefined && facts.has(number)
    return { leaf, text, start, kind: "number", unit, place, isElsewhere }
  })

export const pieceNumbersOf = (leaves: ReadonlyArray<Leaf>, facts: NumberFacts): PieceNumbers => {
  const all: Array<PieceNumber> = []
  const isMarker = makeMarkerCount()
  for (const leaf of leaves) {
    const text = leaf.plain
    const first = all.length
    eachWritten(text, (written, start) => {
      if (isMarker(text, written, start)) return true
      const unit = unitAt(text, start, start + written.length)
      const exponent = magnitudeAfter(text, start + written.length, false)
      const place = placeOf(written, exponent, unit, facts)
      if (place === undefined && isExempt(text, written, start)) return true
      const isElsewhere = place === undefined && standsAnywhere(written, facts)
      const kind = isVersion(text, written, start) ? "version" : "number"
      all.push({ leaf, text: written, start, kind, unit, place, isElsewhere })
      return all.length < numbersMax
    })
    const spelled = leaf.kind === "text" && mayBeSpelled(leaf) ? spelledOf(leaf, facts) : []
    if (spelled.length > 0) {
      all.push(...[...all.splice(first), ...spelled].sort((a, b) => a.start - b.start))
    }
    if (all.length >= numbersMax) return { all: all.slice(0, numbersMax), isWhole: false }
  }
  return { all, isWhole: true }
}
