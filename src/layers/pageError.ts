// What went wrong in an exchange, as the error of `PageFetcher`.
import { PageError } from "../services/evidence/PageFetcher.ts"
import { PrivateAddress } from "./AddressGuard.ts"

export const pageError = (url: string, reason: PageError["reason"], detail: string) =>
  new PageError({ url, reason, detail })

/** The innermost error: undici and the socket wrap one another's. */
const rootOf = (cause: unknown): unknown => {
  let at = cause
  for (let depth = 0; depth < 8; depth++) {
    if (at instanceof AggregateError && at.errors.length > 0) at = at.errors[0]
    else if (at instanceof Error && at.cause !== undefined) at = at.cause
    else break
  }
  return at
}

export const toPageError = (url: string, cause: unknown): PageError => {
  const root = rootOf(cause)
  if (root instanceof PrivateAddress) return pageError(url, "Refused", root.message)
  // Some of undici's have the field and nothing in it.
  const code = root instanceof Error && "code" in root ? root.code : undefined
  const message = root instanceof Error ? root.message : String(root)
  return pageError(
    url,
    "Network",
    `it cannot be fetched: ${[code, message].filter(Boolean).map(String).join(": ")}`
  )
}
