// Keeps the API key out of everything that is read, shown or stored.

const mark = "[key]"
/** This many characters of the key in a row give it away. */
const windowChars = 12

/** Looks like a key of some vendor, or like what carries one. */
const keyLike =
  /\b(?:sk|pk|rk|gsk|xai|hf|AIza|api[_-]?key)[-_][A-Za-z0-9_*-]{8,200}|\bBearer\s+[^\s"'\\]{8,500}/gi

/** Replaces the key wherever it stands whole. Cheap: for every answer. */
export const withoutKey = (key: string | undefined): (text: string) => string =>
  key === undefined || key.length === 0
    ? (text) => text
    : (text) => text.includes(key) ? text.replaceAll(key, mark) : text

/** Replaces the key, parts of it and what looks like one, then bounds the text. For errors, which are shown. */
export const boundedDetail = (key: string | undefined, text: string, charsMax = 500): string => {
  let clean = withoutKey(key)(text.slice(0, 20_000))
  if (key !== undefined) {
    for (let at = 0; at + windowChars <= key.length; at++) {
      const part = key.slice(at, at + windowChars)
      if (clean.includes(part)) clean = clean.replaceAll(part, mark)
    }
  }
  clean = clean.replace(keyLike, mark).replace(/\s+/g, " ").trim()
  return clean.length > charsMax ? clean.slice(0, charsMax - 1) + "…" : clean
}
