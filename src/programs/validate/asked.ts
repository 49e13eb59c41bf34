// What prompt and schema ask of each field in their own words: "- steps: 3 to 5 steps, each 10 to 20 words".
import type { SchemaField } from "./allowed.ts"
import { type Amount, amountsIn } from "./amounts.ts"
import type { Bound, Unit } from "./bounds.ts"

/** An amount that could not be tied to a field, and so was held against nothing. */
export interface Unplaced {
  readonly text: string
  /** The sentence that it stands in. */
  readonly sentence: string
}

export interface Asked {
  readonly bounds: ReadonlyArray<Bound>
  readonly unplaced: ReadonlyArray<Unplaced>
}

const plainKey = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, "")

/** `howToRedeem` and `how_to_redeem` as a sentence has them. */
const spokenName = (name: string): string =>
  name.replace(/([a-z0-9])([A-Z])/g, "$1 $2").replace(/[_-]+/g, " ").toLowerCase()

const isList = ({ schema }: SchemaField): boolean => schema["type"] === "array"

const singular = (noun: string): string => noun.replace(/ies$/, "y").replace(/s$/, "")

/** Plurals that are no items of a list: "at most four times". */
const noItems = new Set(
  "times minutes hours days weeks months years seconds percent points as is this its lines".split(
    " "
  )
)

const namesItems = (nouns: ReadonlyArray<string>): boolean =>
  nouns.some((noun) => noun.endsWith("s") && !noItems.has(noun))

/** The field of each listed object that the words before an amount name: "each answer 40 to 70 words". */
const innerField = (
  before: string,
  list: SchemaField,
  fields: ReadonlyArray<SchemaField>
): string | undefined =>
  fields.find(({ field, name }) =>
    field.startsWith(`${list.field}/*/`) &&
    new RegExp(
      `\\b(?:each|every|per)(?: \\w+)? ${name}s?\\b[^,;.]{0,20}$|\\b${name}s? (?:of|with|has|have|is|are) $`,
      "i"
    ).test(before)
  )?.field

/** What an amount in a text about the field asks for; undefined where it counts something else. */
const boundOf = (
  own: SchemaField,
  text: string,
  { max, min, nouns, start, unit: named }: Amount,
  fields: ReadonlyArray<SchemaField>,
  by: string
): Bound | undefined => {
  const list = isList(own)
  const unit: Unit | undefined = named ?? (list && namesItems(nouns) ? "items" : undefined)
  if (unit === undefined) return undefined
  const before = text.slice(0, start)
  const clause = before.slice(Math.max(before.lastIndexOf(";"), before.lastIndexOf(",")) + 1)
  const inner = list ? innerField(before, own, fields) : undefined
  const each = /\b(?:each|every|per)\b/i.test(clause)
  if (unit === "items" && (each || inner !== undefined)) return undefined
  const field = inner ?? (list && unit !== "items" && each ? `${own.field}/*` : own.field)
  const together = list && unit !== "items" && inner === undefined && !each
  return { field, unit, together, by, min, max }
}

const boundsOf = (
  own: SchemaField,
  text: string,
  fields: ReadonlyArray<SchemaField>,
  by: string
): ReadonlyArray<Bound> =>
  amountsIn(text).flatMap((amount) => boundOf(own, text, amount, fields, by) ?? [])

// A field's name at the beginning of a line, in a list or not, however it is marked, and what is said of it.
const fieldLine =
  /^[ \t]{0,8}(?:(?:[-*+•]|\d{1,2}[.)])[ \t]+)?[`*"_']{0,3}([\w.$[\]-]{1,60}?)[`*"_']{0,3} ?(?:\([^()\n]{0,60}\) ?)?(?::|=|–|—|->)[`*"_']{0,3}[ \t]+(\S.*)$/

/** The field that a line names: one of the piece, by its path, or by its name where no other has that name. */
const namedField = (
  name: string,
  fields: ReadonlyArray<SchemaField>
): SchemaField | undefined => {
  const path = `/${name.replaceAll("[]", "/*").replace(/[./]+/g, "/")}`
  const wanted = plainKey(name)
  if (wanted === "") return undefined
  const top = fields.find(({ field }) => field.lastIndexOf("/") === 0 && plainKey(field) === wanted)
  const exact = top ?? fields.find(({ field }) => field === path)
  if (exact !== undefined) return exact
  const named = fields.filter(({ field, name: own }) =>
    plainKey(own) === wanted && !field.endsWith("/*")
  )
  return named.length === 1 ? named[0] : undefined
}

/** The field that a free sentence speaks of before the amount: the one named last. */
const spokenField = (
  before: string,
  fields: ReadonlyArray<SchemaField>
): SchemaField | undefined => {
  let found: SchemaField | undefined
  let last = -1
  const text = before.toLowerCase()
  for (const field of fields) {
    if (field.field.endsWith("/*")) continue
    for (const name of new Set([field.name.toLowerCase(), spokenName(field.name)])) {
      const at = Math.max(text.lastIndexOf(` ${name} `), text.lastIndexOf(` ${name}s `))
      // "about 120 words" names no field of that name.
      const isNear = at !== -1 && at + name.length + 3 >= text.length && name === "about"
      if (at > last && !isNear) {
        last = at
        found = field
      }
    }
  }
  return found
}

const inSentence = (
  sentence: string,
  fields: ReadonlyArray<SchemaField>
): Asked => {
  const bounds: Array<Bound> = []
  const unplaced: Array<Unplaced> = []
  for (const amount of amountsIn(sentence)) {
    const before = ` ${sentence.slice(0, amount.start).replace(/[`*"'_,:()]/g, " ")}`
    const counted = amount.unit !== undefined ?
      undefined :
      fields.find((field) =>
        isList(field) &&
        amount.nouns.some((noun) => singular(noun) === singular(spokenName(field.name)))
      )
    const own = counted ?? (amount.unit === undefined ? undefined : spokenField(before, fields))
    if (own !== undefined) {
      const bound = boundOf(own, sentence, amount, fields, "the prompt")
      if (bound !== undefined) bounds.push(bound)
    } else if (
      amount.unit !== undefined || (namesItems(amount.nouns) && amount.min !== amount.max)
    ) {
      unplaced.push({ text: amount.text, sentence: sentence.trim() })
    }
  }
  return { bounds, unplaced }
}

const sentencesOf = (text: string): ReadonlyArray<string> => text.split(/\n|(?<=[.!?;])\s+/)

/**
 * `rendered` is the prompt as one item would have it, `own` its words without what its template puts there: lines that
 * begin with a field's name are read in the one, sentences about a field in the other.
 */
export const promptAsks = (
  rendered: string,
  own: string,
  fields: ReadonlyArray<SchemaField>
): Asked => {
  const lineOf = (line: string) => {
    const [, name = "", text = ""] = fieldLine.exec(line) ?? []
    const field = name === "" ? undefined : namedField(name, fields)
    return field === undefined ? undefined : { field, text }
  }
  const lines = rendered.split("\n").flatMap((line) => {
    const found = lineOf(line)
    return found === undefined ? [] : boundsOf(found.field, found.text, fields, "the prompt")
  })
  const free = own.split("\n").filter((line) => lineOf(line) === undefined)
    .flatMap(sentencesOf).map((sentence) => inSentence(sentence, fields))
  return {
    bounds: [...lines, ...free.flatMap(({ bounds }) => bounds)],
    unplaced: free.flatMap(({ unplaced }) => unplaced)
  }
}

/** What the schema's own descriptions ask for: a model reads them as it reads the prompt. */
export const describedBounds = (fields: ReadonlyArray<SchemaField>): ReadonlyArray<Bound> =>
  fields.flatMap((own) => {
    const description = own.schema["description"]
    return typeof description === "string"
      ? boundsOf(own, description, fields, `the schema's description of ${own.field}`)
      : []
  })
