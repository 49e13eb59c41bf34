// What a prompt asks of each field in its own words: "- steps: 3 to 5 steps, each 10 to 20 words".
import type { SchemaField } from "./allowed.ts"
import type { Bound, Unit } from "./bounds.ts"

const words: { readonly [word: string]: number } = {
  one: 1,
  two: 2,
  three: 3,
  four: 4,
  five: 5,
  six: 6,
  seven: 7,
  eight: 8,
  nine: 9,
  ten: 10,
  eleven: 11,
  twelve: 12
}
const count = `\\d{1,5}|${Object.keys(words).join("|")}`
const amount = new RegExp(
  `\\b(?:(?:(?:between )?(${count})(?: ?(?:to|-|–|or|and) ?)(${count})` +
    `|(at least|over|at most|up to|no more than|under) (${count})|(?:exactly )?(${count})))` +
    "(?: (?:short|distinct|plain|numbered|long))? ([a-z]{4,20})\\b",
  "gi"
)
const units: { readonly [word: string]: Unit } = {
  characters: "characters",
  words: "words",
  sentences: "sentences",
  paragraphs: "paragraphs"
}

const numberOf = (text: string): number => words[text.toLowerCase()] ?? Number(text)

const fieldLine = /^[ \t]{0,8}[-*] +[`*"]{0,3}([\w.$-]{1,60})[`*"]{0,3} *: +(\S.*)$/gm

const camelKey = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, "")

/** The field of each listed object that the words before an amount name: "each answer 40 to 70 words". */
const innerField = (
  before: string,
  list: SchemaField,
  fields: ReadonlyArray<SchemaField>
): string | undefined =>
  fields.find(({ field, name }) =>
    field.startsWith(`${list.field}/*/`) &&
    new RegExp(`\\beach(?: \\w+)? ${name}s?\\b[^,;.]{0,20}$|\\b${name}s? (?:of|with) $`, "i").test(
      before
    )
  )?.field

const boundsOf = (
  own: SchemaField,
  text: string,
  fields: ReadonlyArray<SchemaField>,
  by: string
): ReadonlyArray<Bound> => {
  const isList = own.schema["type"] === "array"
  return [...text.matchAll(amount)].flatMap((found): ReadonlyArray<Bound> => {
    const [, low, high, side, limit, exact, noun = ""] = found
    const unit = units[noun.toLowerCase()] ?? (isList && noun.endsWith("s") ? "items" : undefined)
    if (unit === undefined) return []
    const before = text.slice(0, found.index)
    const clause = before.slice(Math.max(before.lastIndexOf(";"), before.lastIndexOf(",")) + 1)
    const inner = isList ? innerField(before, own, fields) : undefined
    const each = /\beach\b|\bper\b/i.test(clause)
    if (unit === "items" && (each || inner !== undefined)) return []
    const isUpper = /most|up to|no more|under/i.test(side ?? "")
    const fixed = exact === undefined ? undefined : numberOf(exact)
    const range = {
      min: low !== undefined ? numberOf(low) : fixed ?? (isUpper ? 0 : numberOf(limit ?? "0")),
      max: high !== undefined
        ? numberOf(high)
        : fixed ?? (isUpper ? numberOf(limit ?? "0") : Infinity)
    }
    const field = inner ?? (isList && unit !== "items" && each ? `${own.field}/*` : own.field)
    const together = isList && unit !== "items" && inner === undefined && !each
    return [{ field, unit, together, by, ...range }]
  })
}

/** Of the fields at the top of the piece, which a prompt lists by name. */
export const promptBounds = (
  prompt: string,
  fields: ReadonlyArray<SchemaField>
): ReadonlyArray<Bound> =>
  [...prompt.matchAll(fieldLine)].flatMap(([, name = "", text = ""]) => {
    const own = fields.find(({ field }) =>
      field.lastIndexOf("/") === 0 && camelKey(field) === camelKey(name)
    )
    return own === undefined ? [] : boundsOf(own, text, fields, "the prompt")
  })

/** What the schema's own descriptions ask for: a model reads them as it reads the prompt. */
export const describedBounds = (fields: ReadonlyArray<SchemaField>): ReadonlyArray<Bound> =>
  fields.flatMap((own) => {
    const description = own.schema["description"]
    return typeof description === "string"
      ? boundsOf(own, description, fields, `the schema's description of ${own.field}`)
      : []
  })
