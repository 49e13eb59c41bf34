// What may be a slug: text that every file, log line and terminal can carry as it is.
import { nearest } from "../Nearest.ts"
import type { Json } from "./Item.ts"

/** UTF-8 bytes. */
export const slugBytesMax = 512

// Control characters of ASCII and Latin-1, and the two separators that many tools take for a line's end.
const control = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/

const codePoint = (text: string, index: number): string =>
  `U+${text.charCodeAt(index).toString(16).toUpperCase().padStart(4, "0")}`

const lists = (names: ReadonlyArray<string>): string =>
  names.slice(0, 8).map((name) => `"${name}"`).join(", ") + (names.length > 8 ? ", …" : "")

/** Where the key field is missing: the name that was probably meant, or else the names there are. */
export const missingKey = (
  key: string,
  what: "field" | "column",
  names: ReadonlyArray<string>
): string => {
  const near = nearest(key, names)
  if (near !== undefined) return `no ${what} "${key}"; did you mean --key "${near}"?`
  return names.length === 0
    ? `no ${what} "${key}"`
    : `no ${what} "${key}" among ${
      lists(names)
    }; name the ${what} that identifies an item with --key`
}

const notText = (key: string, value: Exclude<Json, string>): string => {
  if (typeof value === "number") {
    return `"${key}" is the number ${value}; slugs are compared byte for byte, so it must be text: "${value}"`
  }
  const kind = value === null || typeof value === "boolean"
    ? String(value)
    : Array.isArray(value)
    ? "a list"
    : "an object"
  return `"${key}" is ${kind}; it must be text`
}

/** Why the text is no slug; undefined when it is one. */
export const slugFault = (key: string, slug: string): string | undefined => {
  if (slug === "") return `"${key}" is empty`
  const bad = control.exec(slug)
  if (bad !== null) {
    return `"${key}" has the control character ${codePoint(slug, bad.index)} at position ${
      bad.index + 1
    }`
  }
  if (!slug.isWellFormed()) return `"${key}" has half of a surrogate pair, which UTF-8 cannot hold`
  // A UTF-16 unit takes at most three bytes, so that short slugs need no count.
  const bytes = slug.length * 3 <= slugBytesMax ? 0 : Buffer.byteLength(slug)
  return bytes > slugBytesMax
    ? `"${key}" has ${bytes} bytes; a slug has at most ${slugBytesMax}`
    : undefined
}

/** Why the row has no usable slug; undefined when it has one. */
export const keyFault = (
  key: string,
  fields: { readonly [field: string]: Json }
): string | undefined => {
  const value = Object.hasOwn(fields, key) ? fields[key] : undefined
  if (typeof value === "string") return slugFault(key, value)
  return value === undefined ? missingKey(key, "field", Object.keys(fields)) : notText(key, value)
}
