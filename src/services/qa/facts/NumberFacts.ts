// Every number that the item and its evidence give, with what it measures there: what a piece may say in figures.
import type { Place } from "../claims/Claim.ts"
import { lazily } from "../Memo.ts"
import type { FactText } from "./FactTexts.ts"
import { magnitudeAfter } from "./magnitude.ts"
import { canonical, eachWritten, isPlain, readingsOf, shifted } from "./Numbers.ts"
import { spelledNumbersIn } from "./SpelledNumbers.ts"
import { conversions, part, percent, type Unit, unitAt, vouches } from "./Units.ts"

export interface NumberFacts {
  /** Where a canonical number stands in that unit or one that vouches for it; undefined where it does nowhere. */
  readonly find: (number: string, unit: Unit) => Place | undefined
  /** Where it stands in just that unit. */
  readonly findIn: (number: string, unit: Unit) => Place | undefined
  /** Whether it stands anywhere, whatever it measures there. */
  readonly has: (number: string) => boolean
}

interface Mention extends Place {
  readonly unit: Unit
}

/** `1.2.3` and longer. */
const version = /^\d+(?:\.\d+){2,}$/

class Mentions {
  private readonly byNumber = new Map<string, Array<Mention>>()

  /** The first place of each number in each unit. */
  add(number: string, unit: Unit, source: string, offset: number): void {
    const own = this.byNumber.get(number)
    if (own === undefined) this.byNumber.set(number, [{ unit, source, offset }])
    else if (!own.some((each) => each.unit === unit)) own.push({ unit, source, offset })
  }

  find(number: string, fits: (unit: Unit) => boolean): Place | undefined {
    const found = this.byNumber.get(number)?.find((each) => fits(each.unit))
    return found === undefined ? undefined : { source: found.source, offset: found.offset }
  }

  has(number: string): boolean {
    return this.byNumber.has(number)
  }
}

const addWritten = ({ plain, source }: FactText, mentions: Mentions): void => {
  const text = plain()
  // A slug says how a thing is called, not how much there is of something.
  const fixed = source === "item:slug" ? part : undefined
  eachWritten(text, (written, start) => {
    const end = start + written.length
    const unit = fixed ?? unitAt(text, start, end)
    const exponent = magnitudeAfter(text, end, true)
    if (exponent === 0 && isPlain(written)) {
      mentions.add(canonical(written), unit, source, start)
      return true
    }
    for (const reading of readingsOf(written)) {
      for (const number of reading) {
        mentions.add(number, unit, source, start)
        if (exponent > 0) mentions.add(shifted(number, exponent), unit, source, start)
      }
    }
    if (version.test(written)) {
      // "Requires 18.0.0" lets a piece say "18" and "18.0".
      const [major = "0", minor = "0"] = written.split(".")
      mentions.add(canonical(major), part, source, start)
      mentions.add(canonical(major, minor), part, source, start)
    }
    return true
  })
}

/** Halves and quarters may be given in percent. */
const asPercent = (number: string, unit: Unit): ReadonlyArray<{ number: string; unit: Unit }> =>
  number === "0.5" || number === "0.25" || number === "0.75"
    ? unit === percent ? [] : [{ number: String(Number(number) * 100), unit: percent }]
    : []

export const numberFactsOf = (texts: ReadonlyArray<FactText>): NumberFacts => {
  const written = lazily(() => {
    const mentions = new Mentions()
    for (const text of texts) addWritten(text, mentions)
    return mentions
  })
  /** "three plans" lets a piece say "3 plans". Looked for only when asked: it is rare. */
  const spelled = lazily(() => {
    const mentions = new Mentions()
    for (const { source, text } of texts) {
      for (const { number, start, unit } of spelledNumbersIn(text)) {
        mentions.add(number, unit, source, start)
      }
    }
    return mentions
  })
  const findOne = (number: string, unit: Unit): Place | undefined => {
    const fits = (other: Unit): boolean => vouches(other, unit)
    return written().find(number, fits) ?? spelled().find(number, fits)
  }
  return {
    find: (number, unit) => {
      const direct = findOne(number, unit)
      if (direct !== undefined) return direct
      for (const other of [...conversions(number, unit), ...asPercent(number, unit)]) {
        const found = findOne(other.number, other.unit)
        if (found !== undefined) return found
      }
      return undefined
    },
    findIn: (number, unit) => {
      const fits = (other: Unit): boolean => other === unit
      return written().find(number, fits) ?? spelled().find(number, fits)
    },
    has: (number) => written().has(number) || spelled().has(number)
  }
}
