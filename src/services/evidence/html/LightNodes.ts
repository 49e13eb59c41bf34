// The nodes of a document of our own: what extraction looks at, and nothing else.
import type { DomElement, DomNode } from "./Dom.ts"
import { textOf } from "./Dom.ts"

export class LightText implements DomNode {
  readonly nodeType = 3
  readonly firstChild = null
  nextSibling: LightNode | null = null
  previousSibling: LightNode | null = null
  parentNode: LightElement | null = null
  readonly nodeValue: string
  constructor(nodeValue: string) {
    this.nodeValue = nodeValue
  }
}

export class LightElement implements DomElement {
  readonly nodeType = 1
  readonly nodeValue = null
  readonly localName: string
  readonly attributes: ReadonlyMap<string, string>
  firstChild: LightNode | null = null
  lastChild: LightNode | null = null
  nextSibling: LightNode | null = null
  previousSibling: LightNode | null = null
  parentNode: LightElement | null = null

  constructor(localName: string, attributes: ReadonlyMap<string, string>) {
    this.localName = localName
    this.attributes = attributes
  }

  get textContent(): string {
    return textOf(this)
  }

  getAttribute(name: string): string | null {
    return this.attributes.get(name) ?? null
  }

  append(node: LightNode): void {
    node.parentNode = this
    node.previousSibling = this.lastChild
    if (this.lastChild === null) this.firstChild = node
    else this.lastChild.nextSibling = node
    this.lastChild = node
  }

  remove(): void {
    const { nextSibling, parentNode, previousSibling } = this
    if (parentNode === null) return
    if (previousSibling === null) parentNode.firstChild = nextSibling
    else previousSibling.nextSibling = nextSibling
    if (nextSibling === null) parentNode.lastChild = previousSibling
    else nextSibling.previousSibling = previousSibling
    this.parentNode = null
    this.nextSibling = null
    this.previousSibling = null
  }
}

type LightNode = LightElement | LightText

/** Elements that nothing stands in. */
export const childless: ReadonlySet<string> = new Set(
  "area base br col embed hr img input link meta param source track wbr".split(" ")
)

const escaped = (text: string): string =>
  text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/"/g, "&quot;")

/** The element written down again, for a reader that wants a document of its own making. */
export const markupOf = (root: LightElement): string => {
  const out: Array<string> = []
  // What is still to be written, the next one last: nodes, and the end tags of those that are open.
  const waiting: Array<LightNode | string> = [root]
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (typeof node === "string") out.push(node)
    else if (node instanceof LightText) out.push(escaped(node.nodeValue))
    else {
      const attributes = [...node.attributes].map(([name, value]) => ` ${name}="${escaped(value)}"`)
      out.push(`<${node.localName}${attributes.join("")}>`)
      if (childless.has(node.localName)) continue
      waiting.push(`</${node.localName}>`)
      for (let child = node.lastChild; child !== null; child = child.previousSibling) {
        waiting.push(child)
      }
    }
  }
  return out.join("")
}
