// Texts of a wanted length from the material: labelled facts as they stand, otherwise whole sentences of the evidence.
import type { Dice } from "./Dice.ts"
import type { Material } from "./Material.ts"
import { labelKey } from "./Material.ts"
import { fillers, padding, questions } from "./stock.ts"

/** Bounds of a text in characters. */
export interface Length {
  readonly min: number
  readonly max: number
}

/** What a careless model slips in once: a figure from nowhere, or a gap it meant to fill. */
export type Flaw = "number" | "placeholder"

/** What a bad model does in every text: says the same again, invents figures, or pads to reach a length. */
export type Vice = "repeats" | "invents" | "pads"

export interface Writer {
  /** A text for a field of this name; `index` counts the items of a list. */
  readonly text: (field: string, length: Length, index: number) => string
  /** The labelled fact of that name, if the prompt has one. */
  readonly fact: (field: string) => string | undefined
  /** What the prompt asks of the field in its own words: `- title: 10 to 80 characters`. */
  readonly asked: (field: string) => string | undefined
  /** Numbers that stand in the material. */
  readonly numbers: ReadonlyArray<number>
}

/** What a bad model invents, another figure every time. */
const inventedFigure = (dice: Dice): string =>
  `It is trusted by ${11_000 + dice.below(80_000)} customers in ${31 + dice.below(60)} countries.`

const flaws: { readonly [kind in Flaw]: string } = {
  number: "It is trusted by 48,713 teams in 94 countries.",
  placeholder: "[Insert a short description here]"
}
const flawRoomChars = 90

/** Cut at the last whole word within `max`; a text that would then be too short is cut where it stands. */
const cut = (text: string, { min, max }: Length): string => {
  if (text.length <= max) return text
  const whole = text.slice(0, max + 1).replace(/\s+\S*$/, "").replace(/[\s,;:(–—-]+$/, "")
  return whole.length >= min && whole.length <= max && whole !== "" ? whole : text.slice(0, max)
}

const isQuestion = (field: string): boolean => /question$/i.test(field)
const isHeading = (field: string): boolean =>
  /^(title|name|heading|headline|label)$|(Title|Name|Heading)$/.test(field)

const lengthWanted = ({ min, max }: Length): number =>
  Math.min(max, Math.max(min, max === Infinity ? 160 : Math.floor(min + (max - min) * 0.25)))

/** The next piece of text, where the text has `taken` of them, lacks `need` characters and has room for `room`. */
type NextSentence = (taken: number, need: number, room: number) => string

/** What one more short sentence takes. */
const roomOfOne = 40

/**
 * Whole sentences of the evidence, then fillers, each once in an answer, the ones that fit first; when all are used up
 * they come again.
 */
const inOrder = (sentences: ReadonlyArray<string>, name: string, dice: Dice): NextSentence => {
  const rotated = (texts: ReadonlyArray<string>, by: number) => [
    ...texts.slice(by),
    ...texts.slice(0, by)
  ]
  const all = [
    ...rotated(sentences, sentences.length === 0 ? 0 : dice.below(Math.min(3, sentences.length))),
    ...rotated(fillers.map((filler) => filler(name)), dice.below(fillers.length))
  ]
  let unused = [...all]
  return (_taken, need, room) => {
    if (unused.length === 0) unused = [...all]
    const fitting = unused.findIndex(({ length }) => length >= need && length <= room)
    const shorter = unused.findIndex(({ length }) => length <= room - roomOfOne)
    return unused.splice(Math.max(0, fitting === -1 ? shorter : fitting), 1)[0]!
  }
}

const withVice = (
  vice: Vice,
  sentences: ReadonlyArray<string>,
  good: NextSentence,
  dice: Dice
): NextSentence => {
  switch (vice) {
    case "repeats":
      return (taken) => sentences[taken % 2] ?? padding[0]!
    case "invents":
      return (taken, need, room) => taken === 0 ? inventedFigure(dice) : good(taken, need, room)
    case "pads":
      return (taken, need, room) =>
        taken === 0 ? good(taken, need, room) : padding[taken % padding.length]!
  }
}

/** `flaw` is worked once into the first text that has room for it, `vice` into every text. */
export const makeWriter = (
  material: Material,
  dice: Dice,
  flaw: Flaw | undefined,
  vice?: Vice
): Writer => {
  const { asked, avoid, labels, name } = material
  const allowed = (text: string): boolean => {
    const lower = text.toLowerCase()
    return !avoid.some((phrase) => lower.includes(phrase))
  }
  const sentences = material.sentences.filter(allowed)
  const good = inOrder(sentences, name, dice)
  const sentence = vice === undefined ? good : withVice(vice, sentences, good, dice)
  let pending = flaw

  const paragraph = (length: Length, opening: string): string => {
    const wanted = lengthWanted(length)
    let text = opening
    // Every filler has at least ten characters, so the bound is never what ends this.
    for (let taken = 0; text.length < wanted && taken < wanted; taken++) {
      const spent = text === "" ? 0 : text.length + 1
      const piece = sentence(taken, length.min - spent, length.max - spent)
      const longer = text === "" ? piece : `${text} ${piece}`
      if (longer.length > length.max && text.length >= length.min && text !== "") break
      text = longer
    }
    return cut(text, length)
  }

  const opening = (length: Length): string => {
    if (pending === undefined || length.max < flawRoomChars) return ""
    const text = flaws[pending]
    pending = undefined
    return text
  }

  const fits = (text: string | undefined, { min, max }: Length): text is string =>
    text !== undefined && [...text].length >= min && [...text].length <= max

  const text = (field: string, length: Length, index: number): string => {
    const fact = labels.get(labelKey(field))
    if (fits(fact, length) && allowed(fact)) return fact
    if (isQuestion(field)) {
      const question = questions[index % questions.length]!(name)
      return fits(question, length) ? question : paragraph(length, question)
    }
    if (isHeading(field)) {
      const about = labels.get("description") ?? sentences[0] ?? fillers[0]!(name)
      const heading = cut(`${name}: ${about}`, length).replace(/\.$/, "")
      if (fits(heading, length) && allowed(heading)) return heading
    }
    return paragraph(length, opening(length))
  }

  return {
    text,
    fact: (field) => labels.get(labelKey(field)),
    asked: (field) => asked.get(labelKey(field)),
    numbers: numbersOf(material)
  }
}

const numbersOf = (material: Material): ReadonlyArray<number> =>
  [...material.sentences.join(" ").matchAll(/(?<![\d.,])\d{1,12}(?:\.\d{1,6})?(?![\d.,]\d)/g)]
    .slice(0, 20).map((match) => Number(match[0]))
