// The text of a body as its server meant it: which kinds are taken, and in what character set they are.
import * as Option from "effect/Option"

export interface PageText {
  readonly isHtml: boolean
  readonly text: string
}

const isHtml = (type: string): boolean => type === "text/html" || type === "application/xhtml+xml"
const isJson = (type: string): boolean => type === "application/json" || type.endsWith("+json")

const decodeAs = (bytes: Uint8Array, charset: string): string | undefined => {
  try {
    return new TextDecoder(charset, { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}

/** A byte order mark beats what header and page say, as browsers have it. */
const markedCharset = (bytes: Uint8Array): string | undefined => {
  const [a, b, c] = bytes
  if (a === 0xef && b === 0xbb && c === 0xbf) return "utf-8"
  if (a === 0xff && b === 0xfe) return "utf-16le"
  return a === 0xfe && b === 0xff ? "utf-16be" : undefined
}

/** The character set that a page names in its first kilobyte. */
const metaCharset = (bytes: Uint8Array): string | undefined =>
  /<meta[^>]{0,200}?charset\s*=\s*["']?([\w-]{1,40})/i.exec(
    Buffer.from(bytes.subarray(0, 1024)).toString("latin1")
  )?.[1]

const looksHtml = (bytes: Uint8Array): boolean =>
  /^\s*(?:\ufeff)?(?:<!--[\s\S]{0,500}?-->\s*)?<(?:!doctype\s+html|html|head|body)\b/i.test(
    Buffer.from(bytes.subarray(0, 1024)).toString("latin1").replace(/^ï»¿/, "")
  )

/**
 * The text of a body of this content type; none where the kind is no text, or its bytes are none in the character set
 * that it names. Without a named one it is UTF-8, or else windows-1252. A body without a type is taken where it begins
 * as a page of HTML does.
 */
export const pageText = (contentType: string, bytes: Uint8Array): Option.Option<PageText> => {
  const [kind = "", ...parameters] = contentType.toLowerCase().split(";")
  const type = kind.trim() === "" && looksHtml(bytes) ? "text/html" : kind.trim()
  const html = isHtml(type)
  if (!type.startsWith("text/") && !html && !isJson(type)) return Option.none()
  const inHeader = parameters.map((parameter) =>
    /^\s*charset\s*=\s*["']?([\w-]+)/.exec(parameter)?.[1]
  ).find(Boolean)
  const named = markedCharset(bytes) ?? inHeader ?? (html ? metaCharset(bytes) : undefined)
  const text = named === undefined
    ? decodeAs(bytes, "utf-8") ?? decodeAs(bytes, "windows-1252")
    : decodeAs(bytes, named)
  return Option.map(Option.fromUndefinedOr(text), (decoded) => ({ isHtml: html, text: decoded }))
}
