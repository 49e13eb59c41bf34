// Content hashes as Inkfast writes them everywhere: SHA-256, lower-case hex, first 32 digits.
import { hash } from "node:crypto"

export const digest = (content: string | Uint8Array): string =>
  hash("sha256", content, "hex").slice(0, 32)

/** JSON with object keys sorted, so that equal values have equal digests. */
export const canonicalJson = (value: unknown): string =>
  JSON.stringify(
    value,
    (_key, inner: unknown) =>
      inner !== null && typeof inner === "object" && !Array.isArray(inner)
        ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
        : inner
  )
