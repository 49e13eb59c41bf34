// Where a link leads, as a browser would take it: entities decoded, controls and white space dropped.
import { decodeHTMLAttribute } from "entities/decode"

export type LinkTarget =
  /** A page of that host, or mail to it. */
  | { readonly _tag: "Host"; readonly host: string }
  /** A place on the page's own site, or a telephone. */
  | { readonly _tag: "Own" }
  /** A scheme that runs something, or that cannot be told. */
  | { readonly _tag: "Scheme"; readonly scheme: string }

const ownHost = "own.invalid"
// `http:evil.com` is a path only on a page of its own scheme.
const bases = [`https://${ownHost}/`, `http://${ownHost}/`]

const mailHost = (url: URL): string => url.pathname.slice(url.pathname.lastIndexOf("@") + 1)

/** `written` as it stands behind `href=`, or in a text. */
export const targetOf = (written: string): LinkTarget => {
  const plain = decodeHTMLAttribute(written)
  let own: LinkTarget = { _tag: "Scheme", scheme: "" }
  for (const base of bases) {
    const url = URL.parse(plain, base)
    if (url === null) return { _tag: "Scheme", scheme: "" }
    if (url.protocol === "mailto:") return { _tag: "Host", host: mailHost(url).toLowerCase() }
    if (url.protocol === "tel:") return { _tag: "Own" }
    if (url.protocol !== "https:" && url.protocol !== "http:") {
      return { _tag: "Scheme", scheme: url.protocol.slice(0, -1) }
    }
    if (url.hostname !== ownHost) return { _tag: "Host", host: url.hostname.toLowerCase() }
    own = { _tag: "Own" }
  }
  return own
}
