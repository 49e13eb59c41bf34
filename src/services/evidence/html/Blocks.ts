// Elements written down as text: headings, paragraphs, lists, tables and questions, each a block of its own.
import { attribute, childrenOf, isElement, textOf } from "./Dom.ts"
import type { DomElement, DomNode } from "./Dom.ts"

const blocks: ReadonlySet<string> = new Set(
  ("address article aside blockquote body center dd details dialog div dl dt fieldset figcaption figure footer form " +
    "h1 h2 h3 h4 h5 h6 header hgroup hr html li main nav ol p pre section summary table ul").split(
      " "
    )
)

const cellsMax = 50
/** Terms and their texts may be grouped, but not for ever. */
const groupsMax = 8
/** What is deeper is text without blocks. */
const depthMax = 150

class Writer {
  readonly blocks: Array<string> = []
  /** How deep in the page it writes. */
  depth: number
  private line = ""

  constructor(depth = 0) {
    this.depth = depth
  }

  say(text: string): void {
    this.line += text
  }

  /** Ends the block that is being written; `as` is put before it. */
  end(as = ""): void {
    const text = this.line.replace(/[^\S\n]+/g, " ").replace(/ ?\n ?/g, "\n").trim()
    this.line = ""
    if (text !== "") this.blocks.push(as + text)
  }
}

const isLink = (node: DomNode): boolean => isElement(node) && node.localName === "a"

/** A list of hardly anything but links leads elsewhere. */
export const isLinkList = (list: DomElement): boolean => {
  const items = childrenOf(list).filter(isElement)
  if (items.length < 4) return false
  const linked = items.filter((item) => {
    const inner = childrenOf(item).filter((node) =>
      isElement(node) || (node.nodeValue ?? "").trim() !== ""
    )
    return inner.length === 1 && isLink(inner[0]!)
  })
  return linked.length / items.length > 0.8
}

const rowsOf = (table: DomElement): ReadonlyArray<DomElement> =>
  childrenOf(table).filter(isElement).flatMap((child) =>
    child.localName === "tr"
      ? [child]
      : /^(?:thead|tbody|tfoot)$/.test(child.localName)
      ? childrenOf(child).filter(isElement).filter(({ localName }) => localName === "tr")
      : []
  )

const cellsOf = (row: DomElement): ReadonlyArray<DomElement> =>
  childrenOf(row).filter(isElement).filter(({ localName }) =>
    localName === "td" || localName === "th"
  )

/** A table of facts, and not one that only lays the page out. */
const isData = (rows: ReadonlyArray<DomElement>): boolean =>
  rows.length > 0 &&
  rows.every((row) =>
    cellsOf(row).every((cell) => cell.textContent.length < 1_000 && !hasTable(cell))
  ) && rows.some((row) => cellsOf(row).length > 1)

const hasTable = (cell: DomElement): boolean =>
  childrenOf(cell).some((child) => isElement(child) && child.localName === "table")

const inline = (node: DomNode, depth: number): string => {
  const inner = new Writer(depth)
  writeChildren(node, inner)
  inner.end()
  return inner.blocks.join(" ").replace(/\n/g, " ")
}

const writeTable = (table: DomElement, out: Writer): void => {
  const rows = rowsOf(table)
  if (!isData(rows)) return writeChildren(table, out)
  const caption = childrenOf(table).filter(isElement).find(({ localName }) =>
    localName === "caption"
  )
  const lines = rows.map((row) => {
    const cells = cellsOf(row).slice(0, cellsMax).map((cell) => inline(cell, out.depth))
    const isPair = cells.length === 2 && cellsOf(row)[0]?.localName === "th"
    return isPair ? `${(cells[0] ?? "").replace(/:$/, "")}: ${cells[1]}` : cells.join(" | ")
  })
  const named = caption === undefined ? [] : [inline(caption, out.depth)]
  out.blocks.push([...named, ...lines].filter((line) => /[^\s|]/.test(line)).join("\n"))
}

const writeList = (list: DomElement, out: Writer): void => {
  if (isLinkList(list)) return
  const isOrdered = list.localName === "ol"
  let number = Number(attribute(list, "start")) || 1
  const lines: Array<string> = []
  for (const item of childrenOf(list)) {
    if (!isElement(item)) continue
    const inner = new Writer(out.depth)
    writeChildren(item, inner)
    inner.end()
    if (inner.blocks.length === 0) continue
    const body = inner.blocks.join("\n").replace(/\n/g, "\n  ")
    lines.push(`${isOrdered ? `${number++}.` : "-"} ${body}`)
  }
  if (lines.length > 0) out.blocks.push(lines.join("\n"))
}

const writeTerms = (list: DomElement, out: Writer): void => {
  const lines: Array<string> = []
  const visit = (node: DomNode, depth: number): void => {
    for (const child of childrenOf(node)) {
      if (!isElement(child)) continue
      const isGroup = child.localName === "div" && depth < groupsMax
      const text = isGroup ? "" : inline(child, out.depth)
      if (isGroup) visit(child, depth + 1)
      else if (child.localName === "dt") lines.push(`${text.replace(/:$/, "")}:`)
      else if (lines.length > 0 && lines.at(-1)!.endsWith(":")) lines.push(`${lines.pop()} ${text}`)
      else if (text !== "") lines.push(text)
    }
  }
  visit(list, 0)
  if (lines.length > 0) out.blocks.push(lines.join("\n"))
}

const writeElement = (element: DomElement, out: Writer): void => {
  const { localName } = element
  if (localName === "br") return out.say("\n")
  if (localName === "img" || localName === "input" || localName === "title") return
  const heading = /^h([1-6])$/.exec(localName)
  if (!blocks.has(localName)) return writeChildren(element, out)
  out.end()
  if (heading !== null) {
    const text = inline(element, out.depth)
    if (text !== "") out.blocks.push(`${"#".repeat(Math.max(2, Number(heading[1])))} ${text}`)
  } else if (localName === "table") writeTable(element, out)
  else if (localName === "ul" || localName === "ol") writeList(element, out)
  else if (localName === "dl") writeTerms(element, out)
  else if (localName === "pre") {
    const text = element.textContent.replace(/^\n+|\s+$/g, "")
    if (text !== "") out.blocks.push(text)
  } else {
    writeChildren(element, out)
    out.end(localName === "summary" ? "### " : "")
  }
}

const writeChildren = (node: DomNode, out: Writer): void => {
  if (++out.depth > depthMax) out.say(textOf(node).replace(/\s+/g, " "))
  else writeNodes(node, out)
  out.depth--
}

const writeNodes = (node: DomNode, out: Writer): void => {
  for (let child = node.firstChild; child !== null; child = child.nextSibling) {
    if (child.nodeType === 3) out.say((child.nodeValue ?? "").replace(/\s+/g, " "))
    else if (isElement(child)) writeElement(child, out)
  }
}

/** Headings whose section has nothing in it say nothing. */
const withoutEmptySections = (texts: ReadonlyArray<string>): ReadonlyArray<string> => {
  const levelOf = (text: string | undefined): number =>
    /^(#{2,6}) /.exec(text ?? "")?.[1]?.length ?? 0
  return texts.filter((text, index) => {
    const level = levelOf(text)
    if (level === 0) return true
    const next = texts[index + 1]
    return next !== undefined && (levelOf(next) === 0 || levelOf(next) > level)
  })
}

/** The blocks inside the element, in order. */
export const blocksOf = (root: DomElement): ReadonlyArray<string> => {
  const out = new Writer()
  writeChildren(root, out)
  out.end()
  return withoutEmptySections(out.blocks.filter((block, index) => block !== out.blocks[index - 1]))
}
