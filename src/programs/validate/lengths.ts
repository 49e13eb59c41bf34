// Lengths that are asked for and allowed, held against each other.
import { type Bound, isSameMeasure, rangeText, type Unit } from "./bounds.ts"
import { type Contradiction, pairs } from "./Contradiction.ts"
import { covers, narrower, overlap } from "./scopes.ts"

const said = (bound: Bound): string => `${bound.by} allows ${rangeText(bound)}`

/** Whether both measure the same text: of a field as a whole only the same field does. */
const shareText = (a: Bound, b: Bound): boolean =>
  a.together || b.together || a.unit === "items" || b.unit === "items"
    ? a.field === b.field && a.together === b.together && a.unit === b.unit
    : overlap(a.field, b.field)

/** Two limits that no text meets. */
export const apart = (limits: ReadonlyArray<Bound>): ReadonlyArray<Contradiction> =>
  pairs(limits).flatMap(([a, b]) =>
    a.unit === b.unit && shareText(a, b) && (a.min > b.max || b.min > a.max)
      ? [{
        field: narrower(a.field, b.field),
        message: `${said(a)}, and ${said(b)}: nothing satisfies both`
      }]
      : []
  )

/** Items of so many words each that cannot add up to what they must have together. */
export const sums = (limits: ReadonlyArray<Bound>): ReadonlyArray<Contradiction> =>
  limits.filter(({ together }) => together).flatMap((whole) => {
    const items = limits.filter(({ field, unit }) => field === whole.field && unit === "items")
    const each = limits.filter(({ field, together, unit }) =>
      field === `${whole.field}/*` && unit === whole.unit && !together
    )
    const least = Math.max(0, ...items.map(({ min }) => min)) *
      Math.max(0, ...each.map(({ min }) => min))
    const most = Math.min(Infinity, ...items.map(({ max }) => max)) *
      Math.min(Infinity, ...each.map(({ max }) => max))
    return least > whole.max || most < whole.min
      ? [{
        field: whole.field,
        message: `${whole.by} wants ${rangeText(whole)}, and its items have ` +
          (least > whole.max ? `at least ${least}` : `at most ${most}`)
      }]
      : []
  })

/** How many of the second one the first has, at least and at most: a word has two letters or more on average. */
const sizes: ReadonlyArray<readonly [Unit, Unit, number, number]> = [
  ["words", "characters", 3, 30],
  ["sentences", "characters", 2, Infinity],
  ["sentences", "words", 1, Infinity],
  ["paragraphs", "words", 1, Infinity],
  ["paragraphs", "sentences", 1, Infinity]
]

/** A hundred words in two hundred characters, two sentences in one word. `isSpaced`: words stand apart in the language. */
export const misfits = (
  limits: ReadonlyArray<Bound>,
  isSpaced: boolean
): ReadonlyArray<Contradiction> =>
  sizes.flatMap(([whole, piece, least, most]) => {
    const perWhole = isSpaced ? least : 1
    return limits.filter(({ unit }) => unit === whole).flatMap((a) =>
      limits.filter((b) =>
        b.unit === piece && a.together === b.together &&
        (a.together ? a.field === b.field : overlap(a.field, b.field)) &&
        (a.min * perWhole > b.max || b.min > a.max * most)
      ).map((b) => ({
        field: narrower(a.field, b.field),
        message: `${said(a)}, and ${said(b)}: ` + (a.min * perWhole > b.max
          ? `${a.min} ${whole} do not fit into ${b.max} ${piece}`
          : `${a.max} ${whole} do not make ${b.min} ${piece}`)
      }))
    )
  })

/** Something that is asked for and would be rejected. A side that is left open asks for nothing there. */
export const beyond = (
  asked: ReadonlyArray<Bound>,
  limits: ReadonlyArray<Bound>
): ReadonlyArray<Contradiction> =>
  asked.flatMap((wish) =>
    limits.filter((limit) =>
      isSameMeasure(wish, limit) ||
      (limit.unit === wish.unit && !wish.together && !limit.together && wish.unit !== "items" &&
        covers(limit.field, wish.field))
    ).flatMap((limit) => {
      const never = wish.min > limit.max || wish.max < limit.min
      const maybe = (wish.min > 0 && wish.min < limit.min) ||
        (wish.max < Infinity && wish.max > limit.max)
      return never || maybe
        ? [{
          field: wish.field,
          message: `${wish.by} asks for ${rangeText(wish)}, ${said(limit)}: an answer that does ` +
            `as it is told ${never ? "fails" : "can fail"}`
        }]
        : []
    })
  )
