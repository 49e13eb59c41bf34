// Whether a schema lies in the subset that servers accept with `strict: true`.

type Json = { readonly [key: string]: unknown }

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const annotations = ["$schema", "$id", "$comment", "title", "description"]
const plain = new Set([...annotations, "type", "enum", "const", "$ref"])
const number = new Set([
  ...plain,
  "minimum",
  "maximum",
  "exclusiveMinimum",
  "exclusiveMaximum",
  "multipleOf"
])
const string = new Set([...plain, "pattern"])
const array = new Set([...plain, "items", "minItems", "maxItems"])
const object = new Set([...plain, "properties", "required", "additionalProperties", "$defs"])

const keysFor = (schema: Json): ReadonlySet<string> => {
  const types = Array.isArray(schema["type"])
    ? schema["type"].filter((t) => t !== "null")
    : [schema["type"]]
  if (types.length !== 1) return plain
  switch (types[0]) {
    case "object":
      return object
    case "array":
      return array
    case "string":
      return string
    case "number":
    case "integer":
      return number
    default:
      return plain
  }
}

const closed = (schema: Json): boolean => {
  const properties = schema["properties"]
  const required = schema["required"]
  return schema["additionalProperties"] === false && isObject(properties) &&
    Array.isArray(required) &&
    Object.keys(properties).every((key) => required.includes(key))
}

const fits = (schema: unknown, depth: number): boolean => {
  // Strict servers allow ten levels of nesting or fewer.
  if (!isObject(schema) || depth > 10) return false
  if (Array.isArray(schema["anyOf"]) && depth > 0) {
    return Object.keys(schema).every((key) => key === "anyOf" || annotations.includes(key)) &&
      schema["anyOf"].every((branch) => fits(branch, depth + 1))
  }
  const allowed = keysFor(schema)
  if (!Object.keys(schema).every((key) => allowed.has(key))) return false
  if (allowed === object && !closed(schema)) return false
  if (allowed === array && !isObject(schema["items"])) return false
  const below = [schema["properties"], schema["$defs"]].filter(isObject).flatMap((map) =>
    Object.values(map)
  )
  if (isObject(schema["items"])) below.push(schema["items"])
  return below.every((inner) => fits(inner, depth + 1))
}

const known = new WeakMap<object, boolean>()

/**
 * Conservative: every object closed with all its properties required, known keywords only, an object at the root. A
 * schema outside it is still sent, without `strict`, and every answer is checked here in both cases.
 */
export const allowsStrict = (schema: Json): boolean => {
  let answer = known.get(schema)
  if (answer === undefined) {
    answer = schema["type"] === "object" && fits(schema, 0)
    known.set(schema, answer)
  }
  return answer
}
