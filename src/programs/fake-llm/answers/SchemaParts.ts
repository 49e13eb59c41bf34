// JSON Schemas as values: looked up by a local reference, two of them merged into one that asks for both, and what they
// are about.

export type Schema = { readonly [key: string]: unknown }

export const isSchema = (value: unknown): value is Schema =>
  value !== null && typeof value === "object" && !Array.isArray(value)

/** What a reference of the form `#/$defs/name` points to; none where it leads nowhere, or out of the document. */
export const lookUp = (root: Schema, ref: string): Schema | undefined => {
  if (!ref.startsWith("#")) return undefined
  let at: unknown = root
  for (const part of ref.slice(1).split("/").slice(1)) {
    let key = part
    try {
      key = decodeURIComponent(part)
    } catch {
      // Taken as it stands.
    }
    at = isSchema(at) || Array.isArray(at)
      ? (at as Schema)[key.replaceAll("~1", "/").replaceAll("~0", "~")]
      : undefined
  }
  return isSchema(at) ? at : undefined
}

const tighter = (pick: (a: number, b: number) => number) => (a: unknown, b: unknown): unknown =>
  typeof a === "number" && typeof b === "number" ? pick(a, b) : b
const mergers: { readonly [keyword: string]: (a: unknown, b: unknown) => unknown } = {
  properties: (a, b) => ({ ...(a as Schema), ...(b as Schema) }),
  required: (a, b) => [...new Set([...(a as Array<unknown>), ...(b as Array<unknown>)])],
  minimum: tighter(Math.max),
  maximum: tighter(Math.min),
  minLength: tighter(Math.max),
  maxLength: tighter(Math.min),
  minItems: tighter(Math.max),
  maxItems: tighter(Math.min)
}

export const merge = (a: Schema, b: Schema): Schema => {
  const merged: { [key: string]: unknown } = { ...a }
  for (const [key, value] of Object.entries(b)) {
    merged[key] = key in merged && key in mergers ? mergers[key]!(merged[key], value) : value
  }
  return merged
}

export const numberOf = (value: unknown): number | undefined =>
  typeof value === "number" ? value : undefined

const namesMax = 500

/** The names of all properties that the schema has anywhere. */
export const propertyNames = (
  schema: unknown,
  into: Set<string> = new Set()
): ReadonlySet<string> => {
  if (into.size >= namesMax || typeof schema !== "object" || schema === null) return into
  for (const [key, value] of Object.entries(schema)) {
    if (key === "properties" && isSchema(value)) {
      for (const name of Object.keys(value)) into.add(name)
    }
    if (key !== "const" && key !== "enum") propertyNames(value, into)
  }
  return into
}

export const toSchema = (value: unknown): Schema => isSchema(value) ? value : {}

export const typeOf = (schema: Schema): string => {
  const { type } = schema
  if (typeof type === "string") return type
  if (Array.isArray(type)) return String(type.find((each) => each !== "null") ?? "null")
  if ("properties" in schema || "required" in schema) return "object"
  if ("items" in schema || "prefixItems" in schema || "minItems" in schema) return "array"
  if ("minimum" in schema || "maximum" in schema || "multipleOf" in schema) return "number"
  return "string"
}

/** A text that nothing but its length is asked of. */
export const isFreeText = (schema: Schema): boolean =>
  typeOf(schema) === "string" &&
  !["const", "enum", "pattern", "format", "$ref", "anyOf", "oneOf", "allOf"].some((key) =>
    key in schema
  )
