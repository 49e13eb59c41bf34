// The content of a master's line, or of any line of pieces: the object without what Inkfast writes beside it.
import type { Buffer } from "node:buffer"

const lineKeys = new Set(["slug", "_meta", "_crc"])

export const withoutLineKeys = (
  fields: { readonly [key: string]: unknown }
): { readonly [field: string]: unknown } =>
  Object.fromEntries(Object.entries(fields).filter(([key]) => !lineKeys.has(key)))

/** Of a line that was read as a record; undefined where it is no JSON after all. */
export const contentOf = (line: Buffer): { readonly [field: string]: unknown } | undefined => {
  try {
    const fields: { readonly [key: string]: unknown } = JSON.parse(line.toString("utf8"))
    return withoutLineKeys(fields)
  } catch {
    return undefined
  }
}
