// JSON Schemas as values: looked up by a local reference, and two of them merged into one that asks for both.

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
