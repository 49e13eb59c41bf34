// Which texts of a piece a rule is about: JSON pointers with `*` for any one key or index.

/** What is wrong with a pattern, as a sentence; undefined when it can be used. */
export const fieldPatternFault = (pattern: string): string | undefined => {
  if (pattern === "*" || pattern.startsWith("/")) return undefined
  return `"${pattern}" is not a field; write "/${
    pattern.replaceAll(".", "/")
  }", or "*" for every text`
}

const decode = (segment: string): string => segment.replaceAll("~1", "/").replaceAll("~0", "~")

const encode = (segment: string): string => segment.replaceAll("~", "~0").replaceAll("/", "~1")

export const pointerOf = (segments: ReadonlyArray<string>): string =>
  segments.map((s) => `/${encode(s)}`).join("")

/** True for a path at the pattern or below it. */
export type FieldMatch = (segments: ReadonlyArray<string>) => boolean

export const compileFieldPattern = (pattern: string): FieldMatch => {
  if (pattern === "*") return () => true
  const wanted = pattern.split("/").slice(1).map(decode)
  return (segments) =>
    segments.length >= wanted.length &&
    wanted.every((want, index) => want === "*" || want === segments[index])
}
