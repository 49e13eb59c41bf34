// What the output schema and the rules allow of each field.
import type { Rule } from "../../services/qa/RuleTypes.ts"
import { ruleId } from "../../services/qa/RuleTypes.ts"
import type { Bound } from "./bounds.ts"

type Json = { readonly [key: string]: unknown }

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const numberOf = (value: unknown): number | undefined =>
  typeof value === "number" ? value : undefined

const depthMax = 12

export interface SchemaField {
  readonly field: string
  readonly name: string
  readonly schema: Json
}

/** Every field that the schema spells out: properties by their names, the items of lists as `*`. */
export const schemaFields = (
  schema: unknown,
  field = "",
  name = ""
): ReadonlyArray<SchemaField> => {
  if (!isObject(schema) || field.split("/").length > depthMax) return []
  const properties = isObject(schema["properties"]) ? Object.entries(schema["properties"]) : []
  return [
    ...(field === "" ? [] : [{ field, name, schema }]),
    ...properties.flatMap(([key, inner]) =>
      schemaFields(inner, `${field}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`, key)
    ),
    ...schemaFields(schema["items"], `${field}/*`, name)
  ]
}

const boundOf = (
  field: string,
  unit: Bound["unit"],
  min: number | undefined,
  max: number | undefined,
  by: string,
  together = false
): ReadonlyArray<Bound> =>
  min === undefined && max === undefined
    ? []
    : [{ field, unit, together, min: min ?? 0, max: max ?? Infinity, by }]

export const schemaBounds = (fields: ReadonlyArray<SchemaField>): ReadonlyArray<Bound> =>
  fields.flatMap(({ field, schema }) => [
    ...boundOf(
      field,
      "items",
      numberOf(schema["minItems"]),
      numberOf(schema["maxItems"]),
      "the schema"
    ),
    ...boundOf(
      field,
      "characters",
      numberOf(schema["minLength"]),
      numberOf(schema["maxLength"]),
      "the schema"
    )
  ])

/** A rule on a list measures its texts; said of the list's items it is the same. */
const textField = (field: string, lists: ReadonlySet<string>): string =>
  lists.has(field) ? `${field}/*` : field

export const ruleBounds = (
  rules: ReadonlyArray<Rule>,
  lists: ReadonlySet<string>
): ReadonlyArray<Bound> =>
  rules.flatMap((rule) => {
    if (rule.rule !== "length") return []
    const by = `the rule ${ruleId(rule)}`
    const together = rule.together === true && lists.has(rule.field.replace(/\/\*$/, ""))
    const field = together ? rule.field.replace(/\/\*$/, "") : textField(rule.field, lists)
    return [
      ...boundOf(field, "characters", rule.minChars, rule.maxChars, by, together),
      ...boundOf(field, "words", rule.minWords, rule.maxWords, by, together),
      ...boundOf(field, "sentences", rule.minSentences, rule.maxSentences, by, together),
      ...boundOf(field, "paragraphs", rule.minParagraphs, rule.maxParagraphs, by, together),
      ...boundOf(rule.field, "items", rule.minItems, rule.maxItems, by)
    ]
  })
