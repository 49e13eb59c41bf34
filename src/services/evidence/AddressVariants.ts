// Other spellings of an address that was not found: what a row's author may have meant. Pure; nothing is fetched here.

const variantsMax = 12

/** One change each, in the order in which they are likely to be the remedy; undefined where it changes nothing. */
type Change = (url: URL) => URL | undefined

const changed = (url: URL, change: (copy: URL) => void): URL | undefined => {
  const copy = new URL(url)
  change(copy)
  return copy.href === url.href ? undefined : copy
}

const isIp = (host: string): boolean => host.startsWith("[") || /^[\d.]+$/.test(host)

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** The path's segments rewritten as texts, then encoded again. */
const bySegment = (rewrite: (text: string) => string): Change => (url) =>
  changed(url, (copy) => {
    copy.pathname = copy.pathname.split("/").map((segment) =>
      encodeURIComponent(rewrite(decoded(segment)))
    ).join("/")
  })

const changes: ReadonlyArray<Change> = [
  (url) =>
    changed(url, (copy) => {
      if (copy.pathname === "/") return
      copy.pathname = copy.pathname.endsWith("/")
        ? copy.pathname.replace(/\/+$/, "")
        : `${copy.pathname}/`
    }),
  (url) =>
    changed(url, (copy) => {
      if (copy.protocol === "http:" && copy.port === "") copy.protocol = "https:"
    }),
  (url) =>
    changed(url, (copy) => {
      if (isIp(copy.hostname) || !copy.hostname.includes(".")) return
      copy.hostname = copy.hostname.startsWith("www.")
        ? copy.hostname.slice("www.".length)
        : `www.${copy.hostname}`
    }),
  // Words that ran into the address: a full stop, a bracket or a quote at its end.
  (url) =>
    changed(url, (copy) => {
      copy.pathname = copy.pathname.replace(/(?:[.,;:!)\]'"]|%22|%27|%5D|%29)+$/i, "")
    }),
  // An address that was copied out of HTML.
  (url) =>
    changed(url, (copy) => {
      copy.search = copy.search.replaceAll("&amp;", "&")
    }),
  bySegment((text) => text.toLowerCase()),
  // Encoded twice.
  bySegment(decoded),
  bySegment((text) => text.normalize("NFC")),
  bySegment((text) => text.normalize("NFD")),
  bySegment((text) => text.replaceAll("+", " ")),
  bySegment((text) => text.trim().replace(/[ _]+/g, "-")),
  (url) =>
    changed(url, (copy) => {
      copy.pathname = copy.pathname.replace(/\/(?:index|default)\.(?:html?|php|aspx?)$/i, "/")
    }),
  (url) => changed(url, (copy) => void (copy.search = ""))
]

/** Changes that mend most addresses, so that two of them are tried together as well. */
const pairedMax = 3

/**
 * At most twelve spellings of an http(s) address, none of them the address itself, the likely ones first: slash at the
 * end, https, www, stray punctuation, case, encoded forms, index page, query. Empty for what is no such address.
 */
export const addressVariants = (address: string): ReadonlyArray<string> => {
  const url = URL.parse(address.trim())
  if (url === null || (url.protocol !== "http:" && url.protocol !== "https:")) return []
  url.hash = ""
  const variants = new Set<string>()
  const add = (variant: URL | undefined): void => {
    if (variant !== undefined) variants.add(variant.href)
  }
  for (const change of changes) add(change(url))
  const paired = changes.slice(0, pairedMax)
  for (const [index, first] of paired.entries()) {
    for (const second of paired.slice(index + 1)) {
      const once = first(url)
      add(once === undefined ? undefined : second(once))
    }
  }
  variants.delete(url.href)
  variants.delete(address.trim())
  return [...variants].slice(0, variantsMax)
}
