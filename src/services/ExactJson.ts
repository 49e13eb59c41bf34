// JSON read so that it is written again with the digits it had: 1.10 stays 1.10, and a long id keeps its end.
//
// A number that JavaScript would write otherwise becomes an object that JSON.stringify writes as it was spelled; all
// others are plain numbers. Where such a value is looked at and not only written, it is no number: parse it plainly.

/** What the engine offers and the library of types does not know yet. */
interface Engine {
  readonly parse: (
    text: string,
    reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown
  ) => unknown
  readonly rawJSON: (text: string) => unknown
}

const engine = JSON as unknown as Engine

/** Every number that is a value follows one of these; what stands so in a string costs the slower way, and no more. */
const numberLike = /[:[,]\s*(-?\d[\d.eE+-]*)/g

const isPlain = (digits: string): boolean => {
  const value = Number(digits)
  return String(value) === digits && !Object.is(value, -0)
}

const keepDigits = (
  _key: string,
  value: unknown,
  { source }: { readonly source?: string }
): unknown =>
  typeof value === "number" && source !== undefined && !isPlain(source)
    ? engine.rawJSON(source)
    : value

const parseExactly = (text: string): unknown => {
  for (const [, digits = ""] of text.matchAll(numberLike)) {
    if (!isPlain(digits)) return engine.parse(text, keepDigits)
  }
  return JSON.parse(text)
}

/** The object that the text is; undefined where it is no JSON object. */
export const exactObject = (text: string): { readonly [key: string]: unknown } | undefined => {
  try {
    const value = parseExactly(text)
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? value as { readonly [key: string]: unknown }
      : undefined
  } catch {
    return undefined
  }
}
