// Texts of a wanted length from the material: labelled facts as they stand, otherwise whole sentences of the evidence.
import type { Dice } from "./Dice.ts"
import type { Material } from "./Material.ts"
import { labelKey } from "./Material.ts"

/** Bounds of a text in characters. */
export interface Length {
  readonly min: number
  readonly max: number
}

/** What a careless model slips in: a figure from nowhere, or a gap it meant to fill. */
export type Flaw = "number" | "placeholder"

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

/** No digit in any of these: thin evidence is no reason to invent a figure. */
const fillers: ReadonlyArray<(name: string) => string> = [
  (name) => `The sources at hand describe ${name} only briefly.`,
  (name) => `More about ${name} stands in its own documents.`,
  (name) => `This page keeps to what is known about ${name}.`,
  (name) => `Nothing beyond the sources is claimed for ${name} here.`,
  (name) => `Readers who need details find them where ${name} is published.`,
  (name) => `The makers of ${name} say the rest in their own words.`
]

const questions: ReadonlyArray<(name: string) => string> = [
  (name) => `What is ${name}?`,
  (name) => `What should I know about ${name}?`,
  (name) => `How is ${name} described by its own documents?`,
  (name) => `What else do the sources say about ${name}?`,
  (name) => `Where can I read more about ${name}?`
]

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

/** `flaw` is worked once into the first text that has room for it. */
export const makeWriter = (material: Material, dice: Dice, flaw: Flaw | undefined): Writer => {
  const { asked, avoid, labels, name } = material
  const allowed = (text: string): boolean => {
    const lower = text.toLowerCase()
    return !avoid.some((phrase) => lower.includes(phrase))
  }
  const sentences = material.sentences.filter(allowed)
  let next = sentences.length === 0 ? 0 : dice.below(Math.min(3, sentences.length))
  let filler = dice.below(fillers.length)
  let pending = flaw

  /** The next sentence, and again from the first; but none twice in one text. */
  const sentence = (taken: number): string =>
    taken < sentences.length
      ? sentences[next++ % sentences.length]!
      : fillers[filler++ % fillers.length]!(name)

  const paragraph = (length: Length, opening: string): string => {
    const wanted = lengthWanted(length)
    let text = opening
    // Every filler has at least ten characters, so the bound is never what ends this.
    for (let taken = 0; text.length < wanted && taken < wanted; taken++) {
      const piece = sentence(taken)
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
