// The text of a fetched page: which kinds are taken, in what character set they are, what of them is text.
import * as Option from "effect/Option"
import { htmlToText } from "./HtmlText.ts"

const isHtml = (type: string): boolean => type === "text/html" || type === "application/xhtml+xml"
const isJson = (type: string): boolean => type === "application/json" || type.endsWith("+json")

const decodeAs = (bytes: Uint8Array, charset: string): string | undefined => {
  try {
    return new TextDecoder(charset, { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}

/** The character set that a page names in its first kilobyte. */
const metaCharset = (bytes: Uint8Array): string | undefined =>
  /<meta[^>]{0,200}?charset\s*=\s*["']?([\w-]{1,40})/i.exec(
    Buffer.from(bytes.subarray(0, 1024)).toString("latin1")
  )?.[1]

/**
 * The text of a body of this content type; none where the kind is no text, or its bytes are none in the character set
 * that it names. Without a named one it is UTF-8, or else windows-1252, as browsers have it.
 */
export const pageText = (contentType: string, bytes: Uint8Array): Option.Option<string> => {
  const [kind = "", ...parameters] = contentType.toLowerCase().split(";")
  const type = kind.trim()
  if (!type.startsWith("text/") && !isHtml(type) && !isJson(type)) return Option.none()
  const inHeader = parameters.map((parameter) =>
    /^\s*charset\s*=\s*"?([\w-]+)/.exec(parameter)?.[1]
  ).find(Boolean)
  const named = inHeader ?? (isHtml(type) ? metaCharset(bytes) : undefined)
  const text = named === undefined
    ? decodeAs(bytes, "utf-8") ?? decodeAs(bytes, "windows-1252")
    : decodeAs(bytes, named)
  return Option.map(
    Option.fromUndefinedOr(text),
    (decoded) => isHtml(type) ? htmlToText(decoded) : decoded
  )
}
