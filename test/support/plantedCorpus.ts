// A catalogue of made-up pieces with near-duplicates planted among them, the same for the same seed.
import { hashText } from "../../src/services/corpus/Hash.ts"

export interface PlantedPiece {
  readonly slug: string
  readonly content: { readonly text: string }
  /** The piece that it was made from, where it was planted. */
  readonly twinOf: string | undefined
}

interface Dice {
  readonly below: (bound: number) => number
}

/** sfc32: with less state the streams of many seeds overlap, and texts that should differ have long runs in common. */
const makeDice = (seed: string): Dice => {
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
const wordOf = (dice: Dice): string => {
  const share = (dice.below(1_000_000) + 1) / 1_000_000
  return `w${Math.floor(vocabulary ** share).toString(36)}`
}

/** Turns of phrase that many pieces have in common. */
const stock = [
  "made for people who work at home",
  "it comes with a guide and a list of parts",
  "you can cancel at any time before the next month begins"
]

const textOf = (seed: string, sentences: number): ReadonlyArray<string> => {
  const dice = makeDice(seed)
  return Array.from({ length: sentences }, (_, at) => {
    const words = Array.from({ length: sentenceWords }, () => wordOf(dice))
    if (at % 5 === 4) words.push(stock[dice.below(stock.length)]!)
    const sentence = words.join(" ")
    return `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}.`
  })
}

/** Some sentences written anew, some words replaced: most of the word runs stay. */
const variantOf = (sentences: ReadonlyArray<string>, seed: string): ReadonlyArray<string> => {
  const dice = makeDice(seed)
  const fresh = textOf(`${seed}:fresh`, sentences.length)
  const at = dice.below(sentences.length)
  return sentences.map((sentence, index) =>
    index === at
      ? fresh[index]!
      : dice.below(4) === 0
      ? sentence.replace(/ \S+/, ` ${wordOf(dice)}`)
      : sentence
  )
}

/** `planted` of the pieces, spread evenly, are variants of a piece that came before. */
export function* plantedCorpus(options: {
  readonly pieces: number
  readonly planted: number
  readonly sentences: number
  readonly seed: string
}): Iterable<PlantedPiece> {
  const { pieces, planted, seed, sentences } = options
  const every = Math.floor(pieces / planted)
  for (let n = 0; n < pieces; n++) {
    const isPlanted = n % every === every - 1 && n > 1
    const from = isPlanted ? (n * 7919) % (n - 1) : n
    // A variant of a variant would have two twins.
    const base = isPlanted && from % every === every - 1 ? from - 1 : from
    const own = textOf(`${seed}:${base}`, sentences)
    const text = isPlanted ? variantOf(own, `${seed}:variant:${n}`) : own
    yield {
      slug: `piece-${n}`,
      content: { text: text.join(" ") },
      twinOf: isPlanted ? `piece-${base}` : undefined
    }
  }
}
