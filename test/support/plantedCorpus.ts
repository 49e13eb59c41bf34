// A catalogue of made-up pieces with near-duplicates planted among them, the same for the same seed.
import { hashText } from "../../src/services/corpus/Hash.ts"

export interface PlantedPiece {
  readonly slug: string
  readonly content: { readonly text: string }
  /** The piece that it was made from, where it was planted. */
  readonly twinOf: string | undefined
}

export interface Dice {
  readonly below: (bound: number) => number
}

/** Makes the sentences of one text out of chance. */
export type Voice = (dice: Dice) => () => string

/** sfc32: with less state the streams of many seeds overlap, and texts that should differ have long runs in common. */
export const makeDice = (seed: string): Dice => {
  let a = hashText(seed, 1) | 0
  let b = hashText(seed, 2) | 0
  let c = hashText(seed, 3) | 0
  let d = 1
  const next = (): number => {
    const sum = (a + b + d) | 0
    d = (d + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + sum | 0
    return sum >>> 0
  }
  for (let i = 0; i < 12; i++) next()
  return { below: (bound) => Math.floor(next() / 2 ** 32 * bound) }
}

const vocabulary = 20_000
const sentenceWords = 12

/** Few words are common and most are rare, as in any language. */
export const wordOf = (dice: Dice): string => {
  const share = (dice.below(1_000_000) + 1) / 1_000_000
  return `w${Math.floor(vocabulary ** share).toString(36)}`
}

/** Turns of phrase that many pieces have in common. */
const stock = [
  "made for people who work at home",
  "it comes with a guide and a list of parts",
  "you can cancel at any time before the next month begins"
]

const inventedVoice: Voice = (dice) => () => {
  const words = Array.from({ length: sentenceWords }, () => wordOf(dice))
  if (dice.below(5) === 0) words.push(stock[dice.below(stock.length)]!)
  const sentence = words.join(" ")
  return `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}.`
}

interface Options {
  readonly pieces: number
  /** So many of the pieces, spread evenly, are variants of a piece that came before. */
  readonly planted: number
  readonly sentences: number
  readonly seed: string
  /** Of the sentences so many are the same in every piece: what a template adds (default 0). */
  readonly common?: number
  readonly voice?: Voice
}

/** Some sentences written anew, up to so many, and a word replaced in every fourth. */
const variantOf = (
  own: ReadonlyArray<string>,
  fresh: ReadonlyArray<string>,
  anewMax: number,
  dice: Dice
): ReadonlyArray<string> => {
  const anew = 1 + dice.below(anewMax)
  const from = dice.below(own.length)
  return own.map((sentence, index) =>
    (index - from + own.length) % own.length < anew
      ? fresh[index]!
      : dice.below(4) === 0
      ? sentence.replace(/ \S+/, ` ${wordOf(dice)}`)
      : sentence
  )
}

/** What is common and what was kept of a variant is two thirds of it at least: alike to about a half. */
const anewShare = 1 / 3

export function* plantedCorpus(options: Options): Generator<PlantedPiece, undefined> {
  const { common = 0, pieces, planted, seed, sentences, voice = inventedVoice } = options
  const textOf = (name: string, length: number): ReadonlyArray<string> => {
    const say = voice(makeDice(`${seed}:${name}`))
    return Array.from({ length }, say)
  }
  const template = textOf("template", common)
  const every = Math.floor(pieces / planted)
  const anewMax = Math.max(1, Math.floor(sentences * anewShare))
  for (let n = 0; n < pieces; n++) {
    const isPlanted = n % every === every - 1 && n > 1
    const from = isPlanted ? (n * 7919) % (n - 1) : n
    // A variant of a variant would have two twins.
    const base = isPlanted && from % every === every - 1 ? from - 1 : from
    const own = textOf(`${base}`, sentences - common)
    const text = isPlanted
      ? variantOf(
        own,
        textOf(`fresh:${n}`, own.length),
        anewMax,
        makeDice(`${seed}:variant:${n}`)
      )
      : own
    yield {
      slug: `piece-${n}`,
      content: { text: [...text, ...template].join(" ") },
      twinOf: isPlanted ? `piece-${base}` : undefined
    }
  }
}
