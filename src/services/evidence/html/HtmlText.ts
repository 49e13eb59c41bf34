// The words of an HTML page, by one pass over its tags: no scripts, styles or comments, blocks on lines of their own.
//
// This is a plain stripper and no judge of what matters on a page: menus and footers stay. It takes time in proportion
// to the length of the page, however broken that is.

const dropped = new Set([
  "script",
  "style",
  "noscript",
  "template",
  "svg",
  "math",
  "iframe",
  "object",
  "canvas",
  "select",
  "textarea"
])
const paragraphs = new Set([
  "p",
  "h1",
  "h2",
  "h3",
  "h4",
  "h5",
  "h6",
  "ul",
  "ol",
  "dl",
  "table",
  "blockquote",
  "pre",
  "title"
])
const lines = new Set([
  "br",
  "hr",
  "div",
  "tr",
  "dt",
  "dd",
  "li",
  "section",
  "article",
  "header",
  "footer",
  "main",
  "nav",
  "aside",
  "figure",
  "figcaption",
  "form",
  "option"
])

const entities: { readonly [name: string]: string } = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: "\"",
  apos: "'",
  nbsp: " ",
  copy: "©",
  reg: "®",
  trade: "™",
  hellip: "…",
  mdash: "—",
  ndash: "–",
  lsquo: "‘",
  rsquo: "’",
  ldquo: "“",
  rdquo: "”",
  laquo: "«",
  raquo: "»",
  bull: "•",
  middot: "·",
  deg: "°",
  times: "×",
  euro: "€",
  pound: "£",
  yen: "¥",
  cent: "¢"
}

const numeric = (code: number): string =>
  Number.isInteger(code) && code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff)
    ? String.fromCodePoint(code)
    : "\ufffd"

const decodeEntities = (text: string): string =>
  text.replace(
    /&(?:#[xX]([0-9a-fA-F]{1,8})|#(\d{1,8})|([a-zA-Z]{2,8}));/g,
    (whole, hex: string | undefined, decimal: string | undefined, name: string | undefined) =>
      hex !== undefined
        ? numeric(Number.parseInt(hex, 16))
        : decimal !== undefined
        ? numeric(Number(decimal))
        : entities[name ?? ""] ?? whole
  )

/** The position after the `>` that ends a tag, quotes respected; the end of the page where there is none. */
const tagEnd = (html: string, from: number): number => {
  let quote = ""
  for (let at = from; at < html.length; at++) {
    const char = html.charAt(at)
    if (quote === "") {
      if (char === ">") return at + 1
      // A quote opens a value only after `=`: elsewhere it is dirt, and must not swallow the page.
      if ((char === "\"" || char === "'") && /=\s?$/.test(html.slice(at - 2, at))) quote = char
    } else if (char === quote) quote = ""
  }
  return html.length
}

/** Where the element that began before `from` is closed; the end of the page where it is not. */
const elementEnd = (html: string, name: string, from: number): number => {
  const close = new RegExp(`</${name}`, "gi")
  close.lastIndex = from
  const found = close.exec(html)
  return found === null ? html.length : tagEnd(html, found.index + found[0].length)
}

const separatorOf = (name: string, closing: boolean): string =>
  paragraphs.has(name)
    ? "\n\n"
    : name === "li" && !closing
    ? "\n- "
    : lines.has(name)
    ? "\n"
    : name === "td" || name === "th"
    ? " "
    : ""

/** A tag, comment or declaration at `at`: what stands for it in the text and where to go on. */
const skipMarkup = (html: string, at: number): { readonly text: string; readonly next: number } => {
  if (html.startsWith("<!--", at)) {
    const end = html.indexOf("-->", at + 4)
    return { text: "", next: end === -1 ? html.length : end + 3 }
  }
  const tag = /^<(\/?)([a-zA-Z][a-zA-Z0-9-]{0,30})/.exec(html.slice(at, at + 33))
  if (tag === null) {
    const isDeclaration = html.charAt(at + 1) === "!" || html.charAt(at + 1) === "?"
    return isDeclaration ? { text: "", next: tagEnd(html, at + 1) } : { text: "<", next: at + 1 }
  }
  const [opening, slash, written = ""] = tag
  const name = written.toLowerCase()
  const end = tagEnd(html, at + opening.length)
  return slash === "" && dropped.has(name)
    ? { text: " ", next: elementEnd(html, name, end) }
    : { text: separatorOf(name, slash === "/"), next: end }
}

/** The readable text of a page. Entities are decoded once, after the tags are gone: they never become tags. */
export const htmlToText = (html: string): string => {
  const out: Array<string> = []
  let at = 0
  while (at < html.length) {
    const open = html.indexOf("<", at)
    const words = html.slice(at, open === -1 ? html.length : open)
    if (words !== "") out.push(decodeEntities(words.replace(/\s+/g, " ")))
    if (open === -1) break
    const { next, text } = skipMarkup(html, open)
    if (text !== "") out.push(text)
    at = next
  }
  return out.join("").split("\n").map((line) => line.replace(/ {2,}/g, " ").trim()).join("\n")
    .replace(/\n{3,}/g, "\n\n").trim()
}
