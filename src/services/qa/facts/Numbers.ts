// The numbers in a text in canonical form, so that 1,000 and 1 000 and 1000.0 are one number.

const isDigit = (code: number): boolean => code >= 48 && code <= 57

const space = "[ \\u00a0\\u2009\\u202f]"
const written = new RegExp(
  `(?<![.,])\\d{1,3}(?:${space}\\d{3})+(?!\\d)(?:[.,]\\d+)?|\\d+(?:[.,'’_]\\d+)*`,
  "y"
)

/** Without leading zeros, and without trailing ones behind the point. */
export const canonical = (whole: string, fraction = ""): string => {
  // Most numbers are as they should be.
  if (fraction === "" && whole.charCodeAt(0) !== 48) return whole
  const digits = whole.replace(/^0+(?=\d)/, "")
  const rest = fraction.replace(/0+$/, "")
  return rest === "" ? digits : `${digits}.${rest}`
}

const fromPoint = (text: string): string => {
  const [whole = "0", fraction = ""] = text.split(".")
  return canonical(whole, fraction)
}

/** `1.2.0` and `1.2` are one version. */
const canonicalVersion = (text: string): string => {
  const parts = text.split(".").map((part) => canonical(part))
  while (parts.length > 2 && parts.at(-1) === "0") parts.pop()
  return parts.length > 2 ? parts.join(".") : fromPoint(parts.join("."))
}

const unmark = (text: string, mark: RegExp): string => fromPoint(text.replace(mark, ""))

const readingsOfDots = (text: string): ReadonlyArray<ReadonlyArray<string>> => {
  const parts = text.split(".")
  if (parts.length === 1) return [[canonical(text)]]
  const thousands = /^[1-9]\d{0,2}(?:\.\d{3})+$/.test(text) ? [[canonical(parts.join(""))]] : []
  return parts.length === 2
    ? [[fromPoint(text)], ...thousands]
    : [[canonicalVersion(text)], ...thousands]
}

/** A run of digits and nothing else, which can be meant in one way only: `canonical` is all there is to it. */
export const isPlain = (written: string): boolean => {
  for (let at = 0; at < written.length; at++) if (!isDigit(written.charCodeAt(at))) return false
  return true
}

/**
 * How a written number may be meant. It may have several readings (`1.000` is 1 or 1000; `2,5` is 2.5 or 2 and 5); a
 * reading is the numbers that it consists of, canonical. The first one is the likeliest.
 */
export const readingsOf = (text: string): ReadonlyArray<ReadonlyArray<string>> => {
  if (isPlain(text)) return [[canonical(text)]]
  if (/[ \u00a0\u2009\u202f]/.test(text)) {
    const groups = text.split(/[ \u00a0\u2009\u202f]/)
    const last = groups.pop() ?? ""
    return [
      [unmark(groups.join("") + last.replace(",", "."), /\s/g)],
      [...groups.map((group) => canonical(group)), fromPoint(last.replace(",", "."))]
    ]
  }
  if (/['’_]/.test(text)) {
    return /^\d{1,3}(?:['’_]\d{3})+(?:\.\d+)?$/.test(text)
      ? [[unmark(text, /['’_]/g)]]
      : [text.split(/['’_]/).flatMap((part) => readingsOf(part)[0] ?? [])]
  }
  if (!text.includes(",")) return readingsOfDots(text)
  if (
    /^[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?$/.test(text) ||
    /^[1-9]\d?(?:,\d{2})+,\d{3}(?:\.\d+)?$/.test(text)
  ) {
    return [[unmark(text, /,/g)]]
  }
  if (/^\d{1,3}(?:\.\d{3})+,\d+$/.test(text)) {
    return [[fromPoint(text.replaceAll(".", "").replace(",", "."))]]
  }
  const separate = text.split(",").flatMap((part) => readingsOfDots(part)[0] ?? [])
  return /^\d+,\d+$/.test(text) ? [[fromPoint(text.replace(",", "."))], separate] : [separate]
}

/** Every block with decimal digits lies in these ranges. */
const foreignDigit = /[\u0660-\u1fff\ua620-\uabff\uff10-\uff19\ud800-\udfff]/
const decimalDigit = /[\p{Nd}--[0-9]]/gv
/** The one block in which several runs of ten digits follow each other without a gap. */
const mathematicalZero = 0x1d7ce

const digitValue = (digit: string): string => {
  const code = digit.codePointAt(0) ?? 0
  if (code >= mathematicalZero) return String((code - mathematicalZero) % 10)
  let zero = code
  while (code - zero < 9 && /\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero--
  return String(code - zero)
}

/** The text with the digits of all scripts as 0 to 9. */
export const plainDigits = (text: string): string =>
  foreignDigit.test(text) ? text.replace(decimalDigit, digitValue) : text

const joiners = new Set(Array.from(".,'’_ \u00a0\u2009\u202f", (sign) => sign.charCodeAt(0)))

/** Where the number that begins here ends. Only signs between digits need the pattern, and few numbers have any. */
const endOf = (text: string, start: number): number => {
  let end = start + 1
  while (isDigit(text.charCodeAt(end))) end++
  if (!joiners.has(text.charCodeAt(end)) || !isDigit(text.charCodeAt(end + 1))) return end
  written.lastIndex = start
  return written.test(text) ? written.lastIndex : end
}

const digit = /[0-9]/g

/** Where the next digit stands, at `from` or behind it; -1 where none does. Numbers are few, and far between. */
export const nextDigit = (text: string, from: number): number => {
  digit.lastIndex = from
  return digit.test(text) ? digit.lastIndex - 1 : -1
}

/** Calls back for each number of the text, in order, until told to stop. Expects `plainDigits`. */
export const eachWritten = (
  text: string,
  visit: (written: string, start: number) => boolean
): void => {
  for (let at = nextDigit(text, 0); at !== -1;) {
    const end = endOf(text, at)
    if (!visit(text.slice(at, end), at)) return
    at = nextDigit(text, end)
  }
}

/** The canonical number with its point moved to the right. */
export const shifted = (number: string, places: number): string => {
  const [whole = "0", fraction = ""] = number.split(".")
  const padded = fraction.padEnd(places, "0")
  return canonical(whole + padded.slice(0, places), padded.slice(places))
}
