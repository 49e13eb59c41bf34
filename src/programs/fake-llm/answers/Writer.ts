// Texts of a wanted length from the material: facts as they stand, otherwise whole sentences of the evidence. Where that
// has no more to say the text stays shorter.
import { aimAt, type Bounds, isLongEnough, isShortEnough, isWithin, narrowed } from "./Bounds.ts"
import type { Dice } from "./Dice.ts"
import { factPairs } from "./Facts.ts"
import type { Material, Pair } from "./Material.ts"
import { labelKey } from "./Material.ts"
import { clauseOf, forcedInto } from "./shorten.ts"
import { fillers, questions } from "./stock.ts"
import { type Field, makeSupply } from "./Supply.ts"
import { type Vice, withVice, wornOpening } from "./Vices.ts"

/** What a careless model slips in once: a figure from nowhere, or a gap it meant to fill. */
export type Flaw = "number" | "placeholder"

/** A text as it is wanted: what the schema demands, and what is asked for in words. */
export interface Wanted extends Field {
  readonly hard: Bounds
  readonly soft: Bounds
}

export interface Writer {
  readonly text: (wanted: Wanted) => string
  /** So many texts; fewer where there is no more to say and the schema allows it. */
  readonly list: (wanted: Wanted, count: ItemCount) => ReadonlyArray<string>
  /** Texts that have a length together. */
  readonly shared: (wanted: Wanted, count: ItemCount) => ReadonlyArray<string>
  /** Questions with answers, `wanted` being the answer. */
  readonly pairs: (wanted: Wanted, count: ItemCount) => ReadonlyArray<Pair>
  /** The labelled fact of that name, if the prompt has one. */
  readonly fact: (field: string) => string | undefined
  /** What the prompt asks of the field in its own words: `- title: 10 to 80 characters`. */
  readonly asked: (field: string) => string | undefined
  /** Numbers that stand in the material. */
  readonly numbers: ReadonlyArray<number>
}

export interface ItemCount {
  readonly min: number
  readonly max: number
}

export interface Habits {
  /** Worked once into the first text that has room for it. */
  readonly flaw: Flaw | undefined
  /** Worked into every text. */
  readonly vice: Vice | undefined
  /** Whether every page begins alike. */
  readonly isWorn: boolean
}

const flaws: { readonly [kind in Flaw]: string } = {
  number: "It is trusted by 48,713 teams in 94 countries.",
  placeholder: "[Insert a short description here]"
}
/** Room that a flaw takes, or the beginning of a page. */
const roomChars = 90
const roomWords = 40
/** How far texts go from the least length to the most. */
const goodShare = 0.3
const fullShare = 0.7
/** Texts of a list where none of the evidence is its own. */
const usualItemsMore = 2

const isQuestion = (field: string): boolean => /question$/i.test(field)
const isHeading = (field: string): boolean =>
  /^(title|name|heading|headline|label)$|(Title|Name|Heading)$/.test(field)

const isRoomy = ({ maxChars, maxWords }: Bounds): boolean =>
  maxChars >= roomChars && maxWords >= roomWords

export const makeWriter = (
  material: Material,
  fieldNames: ReadonlySet<string>,
  dice: Dice,
  { flaw, isWorn, vice }: Habits
): Writer => {
  const { asked, avoid, labels, name } = material
  const honest = makeSupply(material, fieldNames)
  // A bad model fills what it is given; one with little to say keeps to the least.
  const usualShare = vice !== undefined ? fullShare : honest.isScarce ? 0 : goodShare
  const supply = vice === undefined ? honest : withVice(vice, honest, name, dice)
  const openings = [
    ...(flaw === undefined ? [] : [flaws[flaw]]),
    ...(isWorn ? [wornOpening(name)] : [])
  ]
  const isAllowed = (text: string): boolean => {
    const lower = text.toLowerCase()
    return !avoid.some((phrase) => lower.includes(phrase))
  }

  /** Sentences up to a length, as far as there are any; facts where it would else be too short. */
  const gather = (
    field: Field,
    bounds: Bounds,
    begun: ReadonlyArray<string>,
    aim = aimAt(usualShare, bounds)
  ) => {
    const taken = [...begun]
    const whole = (): string => taken.join(" ")
    const fits = (sentence: string) => isShortEnough([...taken, sentence].join(" "), bounds)
    // Every sentence is taken out of the supply, or takes room: this ends.
    while (taken.length === 0 || !isLongEnough(whole(), aim)) {
      const next = supply.next(field, fits, taken.length === begun.length) ??
        (isLongEnough(whole(), bounds) && taken.length > 0
          ? undefined
          : supply.nextFact(field, fits))
      if (next === undefined) break
      taken.push(next)
    }
    return taken
  }

  const opening = (bounds: Bounds): ReadonlyArray<string> =>
    isRoomy(bounds) ? openings.splice(0, 1) : []

  const compose = (wanted: Wanted, begun: ReadonlyArray<string>, aim?: Bounds): string => {
    const bounds = narrowed(wanted.hard, wanted.soft)
    const text = gather(wanted, bounds, begun, aim).join(" ")
    if (text !== "") return text
    // Nothing is short enough as it stands.
    const long = supply.next(wanted, () => true, true)
    return long === undefined ? "" : clauseOf(long, bounds) ?? ""
  }

  const forced = (text: string, { hard }: Wanted): string =>
    forcedInto(text, hard, fillers.map((filler) => filler(name)))

  const heading = ({ hard, soft }: Wanted): string | undefined => {
    const bounds = narrowed(hard, soft)
    const about = labels.get("category") ?? labels.get("description")
    const whole = about === undefined ? name : `${name}: ${about.replace(/\.$/, "")}`
    const shorter = clauseOf(whole, bounds)?.replace(/\.$/, "")
    const version = labels.get("version")
    return [whole, shorter, name, ...(version === undefined ? [] : [`${name} ${version}`])].find(
      (each) => each !== undefined && isWithin(each, bounds) && isAllowed(each)
    )
  }

  const text = (wanted: Wanted): string => {
    const fact = labels.get(labelKey(wanted.name))
    const bounds = narrowed(wanted.hard, wanted.soft)
    if (fact !== undefined && isWithin(fact, bounds) && isAllowed(fact)) return fact
    if (isQuestion(wanted.name)) return forced(questions[0]!(name), wanted)
    const title = isHeading(wanted.name) ? heading(wanted) : undefined
    return title ?? forced(compose(wanted, opening(bounds)), wanted)
  }

  const list: Writer["list"] = (wanted, { max, min }) => {
    const texts: Array<string> = []
    const count = supply.hasOwnPart(wanted) ? max : Math.min(max, min + usualItemsMore)
    // An item says one thing: no more than its least length is aimed at.
    const bounds = narrowed(wanted.hard, wanted.soft)
    const aim = vice === undefined ? bounds : aimAt(fullShare, bounds)
    while (texts.length < count) {
      const next = compose(wanted, [], aim)
      if (next === "" || !isWithin(next, wanted.hard)) break
      texts.push(next)
    }
    // The schema's demand alone: what it asks for beyond the evidence is filled as well as may be.
    while (texts.length < min) texts.push(forced("", wanted))
    return texts
  }

  const shared: Writer["shared"] = (wanted, { max, min }) => {
    const sentences = gather(wanted, wanted.soft, [])
    const count = Math.max(min, Math.min(max, sentences.length))
    return Array.from({ length: count }, (_, at) => {
      const from = Math.floor(at * sentences.length / count)
      const to = Math.floor((at + 1) * sentences.length / count)
      return forced(sentences.slice(from, to).join(" "), wanted)
    })
  }

  const pairs: Writer["pairs"] = (wanted, { max, min }) => {
    const bounds = narrowed(wanted.hard, wanted.soft)
    const known = vice === undefined ? [...supply.pairs(wanted), ...factPairs(material)] : []
    const found = known.filter(({ answer, question }) =>
      isWithin(answer, bounds) && isAllowed(answer) && isAllowed(question)
    ).slice(0, max)
    for (let at = 0; found.length < min; at++) {
      const question = questions[at % questions.length]!(name)
      found.push({ question, answer: forced(compose(wanted, []), wanted) })
    }
    return found
  }

  return {
    text,
    list,
    shared,
    pairs,
    fact: (field) => labels.get(labelKey(field)),
    asked: (field) => asked.get(labelKey(field)),
    numbers: numbersOf(material)
  }
}

const numbersOf = ({ parts }: Material): ReadonlyArray<number> => {
  const text = parts.flatMap(({ sentences }) => sentences).join(" ")
  return [...text.matchAll(/(?<![\d.,])\d{1,12}(?:\.\d{1,6})?(?![\d.,]\d)/g)]
    .slice(0, 20).map((match) => Number(match[0]))
}
