// What bad models do: a vice in every text, and the same beginning for every page.
import type { Dice } from "./Dice.ts"
import type { Supply } from "./Supply.ts"

/** Says the same again, invents figures, or pads to reach a length. */
export type Vice = "repeats" | "invents" | "pads"

export const vices: ReadonlyArray<Vice> = ["repeats", "invents", "pads"]

/** How every page of a bad model begins, whatever it is about. */
export const wornOpening = (name: string): string =>
  `${name} is a true game changer for everyone who is looking for more.`

/** What a bad model invents, another figure every time. */
const inventedFigure = (dice: Dice): string =>
  `It is trusted by ${11_000 + dice.below(80_000)} customers in ${31 + dice.below(60)} countries.`

const phrases: ReadonlyArray<string> = [
  "Quality matters more than ever, and that is why so many people care about it.",
  "When it comes to choosing well, there is a lot to keep in mind at every step.",
  "It is a great choice for anyone who wants to get the most out of their time."
]

const praise: ReadonlyArray<string> = [
  "It is a revolutionary and blazing fast way to the best price, guaranteed.",
  "You will never find anything so game-changing, and it always delivers.",
  "Act now, because this revolutionary offer is risk-free for everybody."
]

const lowered = (sentence: string): string =>
  `${sentence.charAt(0).toLowerCase()}${sentence.slice(1)}`

/** A way to fill a text without anything to say: the sentence after a good one, or after nothing. */
type Padding = (good: string | undefined, taken: number, name: string) => string

const paddings: ReadonlyArray<Padding> = [
  (_good, taken) => phrases[taken % phrases.length]!,
  (_good, taken) => praise[taken % praise.length]!,
  (_good, _taken, name) => `With ${name} you get ${name}, because ${name} is simply ${name}.`
]

const restated = (sentence: string): string => `In other words, ${lowered(sentence)}`

/** The supply of a model with the vice: it says something for as long as there is room. */
export const withVice = (vice: Vice, good: Supply, name: string, dice: Dice): Supply => {
  const kind = dice.below(paddings.length + 1)
  const pad = paddings[kind]
  const said: Array<string> = []
  let taken = 0
  return {
    ...good,
    // Its questions are as good as its texts.
    pairs: () => [],
    nextFact: () => undefined,
    next: (field, fits, isFirst) => {
      const fresh = (): string | undefined => {
        const next = good.next(field, fits, isFirst)
        if (next !== undefined) said.push(next)
        return next
      }
      const ifFits = (sentence: string | undefined) =>
        sentence !== undefined && fits(sentence) ? sentence : undefined
      taken++
      switch (vice) {
        case "repeats":
          return said.length < 2 ? fresh() ?? said[0] : ifFits(said[taken % 2])
        case "invents":
          return isFirst ? ifFits(inventedFigure(dice)) ?? fresh() : fresh()
        case "pads":
          if (pad === undefined) return isFirst ? fresh() : ifFits(restated(said.at(-1) ?? name))
          return taken === 1 ? fresh() : ifFits(pad(said.at(-1), taken, name))
      }
    }
  }
}
