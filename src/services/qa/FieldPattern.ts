// Which texts of a piece a rule is about: JSON pointers with `*` for any one key or index.

/** What is wrong with a pattern, as a sentence; undefined when it can be used. */
export const fieldPatternFault = (pattern: string): string | undefined => {
  if (pattern === "*" || pattern.startsWith("/")) return undefined
  return `"${pattern}" is not a field; write "/${
    pattern.replaceAll(".", "/")
  }", or "*" for every text`
}

const decode = (segment: string): string => segment.replaceAll("~1", "/").replaceAll("~0", "~")

const encode = (segment: string): string =>
  /[~/]/.test(segment) ? segment.replaceAll("~", "~0").replaceAll("/", "~1") : segment

export const pointerOf = (segments: ReadonlyArray<string>): string => {
  let pointer = ""
  for (const segment of segments) pointer += `/${encode(segment)}`
  return pointer
}

/** True for a path at the pattern or below it. */
export type FieldMatch = (segments: ReadonlyArray<string>) => boolean

export const compileFieldPattern = (pattern: string): FieldMatch => {
  if (pattern === "*") return () => true
  const wanted = pattern.split("/").slice(1).map(decode)
  return (segments) => {
    if (segments.length < wanted.length) return false
    for (let at = 0; at < wanted.length; at++) {
      if (wanted[at] !== "*" && wanted[at] !== segments[at]) return false
    }
    return true
  }
}

/** A value of the piece and its place. */
export interface PlacedValue {
  readonly pointer: string
  readonly value: unknown
}

/** The values that stand exactly at the pattern, in document order; of `*` the piece itself. */
export const valuesAt = (content: unknown, pattern: string): ReadonlyArray<PlacedValue> => {
  let found: ReadonlyArray<{ readonly path: ReadonlyArray<string>; readonly value: unknown }> = [
    { path: [], value: content }
  ]
  for (const want of pattern === "*" ? [] : pattern.split("/").slice(1).map(decode)) {
    found = found.flatMap(({ path, value }) =>
      typeof value !== "object" || value === null ? [] : Object.entries(value)
        .filter(([key]) => want === "*" || key === want)
        .map(([key, inner]) => ({ path: [...path, key], value: inner as unknown }))
    )
  }
  return found.map(({ path, value }) => ({ pointer: pointerOf(path), value }))
}
