// Sentences, and questions with their answers, made of single facts that an item's fields state.
import type { Material, Pair } from "./Material.ts"

interface FactForm {
  /** It tells something of what an item is for, and not only what it is. */
  readonly isOfUse?: true
  readonly says: (value: string) => string
  readonly asks?: (name: string) => string
  readonly answers?: (name: string, value: string) => string
}

const listedMax = 4

/** `a, b and c`; of a longer list the first few. */
const listed = (value: string): string => {
  const all = value.split(/,\s*/).filter((each) => each !== "")
  const shown = all.slice(0, listedMax)
  const rest = all.length > shown.length ? [...shown, "others"] : shown
  return rest.length < 2 ? rest.join("") : `${rest.slice(0, -1).join(", ")} and ${rest.at(-1)!}`
}

const isList = (value: string): boolean => /,\s/.test(value)
const article = (word: string): string => /^[aeiou]/i.test(word) ? `an ${word}` : `a ${word}`

/** By label; what an item most differs in comes first. */
const forms: { readonly [label: string]: FactForm } = {
  noderange: {
    says: (value) => `It asks for Node.js ${value}.`,
    asks: (name) => `Which version of Node.js does ${name} need?`,
    answers: (name, value) => `The package.json of ${name} asks for Node.js ${value}.`
  },
  commands: {
    isOfUse: true,
    says: (value) =>
      isList(value)
        ? `Installing it brings the commands ${listed(value)}.`
        : `Installing it brings the command ${value}.`,
    asks: (name) => `Does ${name} come with a command line?`,
    answers: (name, value) =>
      isList(value)
        ? `Yes, ${name} installs the commands ${listed(value)}.`
        : `Yes, ${name} installs the command ${value}.`
  },
  dependencies: {
    isOfUse: true,
    says: (value) => `At run time it depends on ${listed(value)}.`,
    asks: (name) => `Which other packages does ${name} bring along?`,
    answers: (name, value) => `At run time ${name} depends on ${listed(value)}.`
  },
  modulekind: {
    says: (value) => `It is published as ${value}.`,
    asks: (name) => `How is ${name} loaded?`,
    answers: (name, value) => `The package.json of ${name} declares it as ${value}.`
  },
  licence: {
    says: (value) => `It is published under the ${value} licence.`,
    asks: (name) => `May I use ${name} in my own product?`,
    answers: (name, value) =>
      `Its authors publish ${name} under the ${value} licence, whose terms say what is allowed.`
  },
  version: {
    says: (value) => `The version described on this page is ${value}.`,
    asks: (name) => `Which version of ${name} is described?`,
    answers: (name, value) => `This page describes ${name} as it is in version ${value}.`
  },
  keywords: { isOfUse: true, says: (value) => `Its authors file it under ${listed(value)}.` },
  price: {
    says: (value) => `The price is ${value}.`,
    asks: (name) => `What does ${name} cost?`,
    answers: (name, value) => `The price of ${name} is ${value}, as its seller states it.`
  },
  category: { says: (value) => `It is listed as ${article(value.toLowerCase())}.` },
  seller: {
    says: (value) => `It is sold by ${value}.`,
    asks: (name) => `Who sells ${name}?`,
    answers: (name, value) => `The seller of ${name} is ${value}.`
  }
}

const valueCharsMax = 160
const unstated = new Set(["", "*", "none", "not stated"])
const isStated = (value: string | undefined): value is string =>
  value !== undefined && value.length <= valueCharsMax && !unstated.has(value)

/** Of the labels that state something and have a form, in the order of the forms. */
const stated = ({ labels }: Material): ReadonlyArray<readonly [FactForm, string]> =>
  Object.entries(forms).flatMap(([label, form]) => {
    const value = labels.get(label)
    return isStated(value) ? [[form, value] as const] : []
  })

/** All of them, or those alone that tell what the item is for. */
export const factSentences = (material: Material, isOfUse = false): ReadonlyArray<string> =>
  stated(material).filter(([form]) => !isOfUse || form.isOfUse === true)
    .map(([form, value]) => form.says(value))

export const factPairs = (material: Material): ReadonlyArray<Pair> =>
  stated(material).flatMap(([{ answers, asks }, value]) =>
    asks === undefined || answers === undefined
      ? []
      : [{ question: asks(material.name), answer: answers(material.name, value) }]
  )
