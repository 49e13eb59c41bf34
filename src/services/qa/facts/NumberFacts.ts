// Every number that the item and its evidence give, with what it measures there: what a piece may say in figures.
import type { Place } from "../claims/Claim.ts"
import type { FactText } from "./FactTexts.ts"
import { magnitudeAfter } from "./magnitude.ts"
import { canonical, eachWritten, isPlain, readingsOf, shifted } from "./Numbers.ts"
import { spelledNumbersIn } from "./SpelledNumbers.ts"
import { conversions, part, percent, type Unit, unitAt, vouches } from "./Units.ts"

/** A place where a number stands. What it measures there is read when a piece has that number: it has few of them. */
class Mention implements Place {
  readonly source: string
  readonly offset: number
  private readonly text: string
  private readonly end: number
  private readonly known: Unit | undefined
  constructor(source: string, text: string, offset: number, end: number, known?: Unit) {
    this.source = source
    this.offset = offset
    this.text = text
    this.end = end
    this.known = known
  }
  get unit(): Unit {
    return this.known ?? unitAt(this.text, this.offset, this.end)
  }
}

/** `1.2.3` and longer. */
const version = /^\d+(?:\.\d+){2,}$/

class Mentions {
  private readonly byNumber = new Map<string, Array<Mention>>()
  private readonly asked = new Map<string, ReadonlyMap<Unit, Place>>()

  add(number: string, mention: Mention): void {
    const own = this.byNumber.get(number)
    if (own === undefined) this.byNumber.set(number, [mention])
    else own.push(mention)
  }

  /** The first place of the number in each unit, in the order of the texts. */
  private placesOf(number: string): ReadonlyMap<Unit, Place> {
    const known = this.asked.get(number)
    if (known !== undefined) return known
    const places = new Map<Unit, Place>()
    for (const { offset, source, unit } of this.byNumber.get(number) ?? []) {
      if (!places.has(unit)) places.set(unit, { source, offset })
    }
    this.asked.set(number, places)
    return places
  }

  find(number: string, fits: (unit: Unit) => boolean): Place | undefined {
    if (!this.byNumber.has(number)) return undefined
    for (const [unit, place] of this.placesOf(number)) if (fits(unit)) return place
    return undefined
  }

  has(number: string): boolean {
    return this.byNumber.has(number)
  }
}

const addWritten = ({ plain, source }: FactText, mentions: Mentions): void => {
  // A slug says how a thing is called, not how much there is of something.
  const fixed = source === "item:slug" ? part : undefined
  eachWritten(plain, (written, start) => {
    const end = start + written.length
    const mention = new Mention(source, plain, start, end, fixed)
    const exponent = magnitudeAfter(plain, end, true)
    if (exponent === 0 && isPlain(written)) {
      mentions.add(canonical(written), mention)
      return true
    }
    for (const reading of readingsOf(written)) {
      for (const number of reading) {
        mentions.add(number, mention)
        if (exponent > 0) mentions.add(shifted(number, exponent), mention)
      }
    }
    if (version.test(written)) {
      // "Requires 18.0.0" lets a piece say "18" and "18.0".
      const [major = "0", minor = "0"] = written.split(".")
      const ofVersion = new Mention(source, plain, start, end, part)
      mentions.add(canonical(major), ofVersion)
      mentions.add(canonical(major, minor), ofVersion)
    }
    return true
  })
}

/** "three plans" lets a piece say "3 plans". */
const addSpelled = ({ source, text }: FactText, mentions: Mentions): void => {
  for (const { number, start, text: words, unit } of spelledNumbersIn(text)) {
    mentions.add(number, new Mention(source, text, start, start + words.length, unit))
  }
}

const gathered = (
  texts: ReadonlyArray<FactText>,
  add: (text: FactText, mentions: Mentions) => void
): Mentions => {
  const mentions = new Mentions()
  for (const text of texts) add(text, mentions)
  return mentions
}

/** Halves and quarters may be given in percent. */
const asPercent = (number: string, unit: Unit): ReadonlyArray<{ number: string; unit: Unit }> =>
  number === "0.5" || number === "0.25" || number === "0.75"
    ? unit === percent ? [] : [{ number: String(Number(number) * 100), unit: percent }]
    : []

/** Looked for when they are first asked. */
export class NumberFacts {
  readonly #texts: ReadonlyArray<FactText>
  #written: Mentions | undefined
  #spelled: Mentions | undefined

  constructor(texts: ReadonlyArray<FactText>) {
    this.#texts = texts
  }

  get #inDigits(): Mentions {
    return this.#written ??= gathered(this.#texts, addWritten)
  }

  /** Seldom asked: only for what does not stand there in digits. */
  get #inWords(): Mentions {
    return this.#spelled ??= gathered(this.#texts, addSpelled)
  }

  #first(number: string, fits: (unit: Unit) => boolean): Place | undefined {
    return this.#inDigits.find(number, fits) ?? this.#inWords.find(number, fits)
  }

  /** Where a canonical number stands in that unit or one that vouches for it; undefined where it does nowhere. */
  find(number: string, unit: Unit): Place | undefined {
    const direct = this.#first(number, (other) => vouches(other, unit))
    if (direct !== undefined) return direct
    for (const same of [...conversions(number, unit), ...asPercent(number, unit)]) {
      const found = this.#first(same.number, (other) => vouches(other, same.unit))
      if (found !== undefined) return found
    }
    return undefined
  }

  /** Where it stands in just that unit. */
  findIn(number: string, unit: Unit): Place | undefined {
    return this.#first(number, (other) => other === unit)
  }

  /** Whether it stands anywhere, whatever it measures there. */
  has(number: string): boolean {
    return this.#inDigits.has(number) || this.#inWords.has(number)
  }
}
