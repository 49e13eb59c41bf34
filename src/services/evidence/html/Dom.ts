// The little of a document that extraction looks at, and which markup is calm enough to be made one.

export interface DomNode {
  /** 1 an element, 3 text, 8 a comment. */
  readonly nodeType: number
  readonly nodeValue: string | null
  readonly firstChild: DomNode | null
  readonly nextSibling: DomNode | null
  readonly parentNode: DomNode | null
}

export interface DomElement extends DomNode {
  readonly localName: string
  readonly textContent: string
  readonly attributes: Iterable<{ readonly name: string; readonly value: string }>
  getAttribute(name: string): string | null
  setAttribute(name: string, value: string): void
  remove(): void
}

export interface DomDocument {
  readonly documentElement: DomElement | null
  readonly body: DomElement | null
}

export const isElement = (node: DomNode): node is DomElement => node.nodeType === 1

export const childrenOf = (node: DomNode): ReadonlyArray<DomNode> => {
  const children: Array<DomNode> = []
  for (let child = node.firstChild; child !== null; child = child.nextSibling) children.push(child)
  return children
}

/** Every element under the root in the order of the page, the root first. Iterative: pages nest as they like. */
export const elementsOf = (root: DomElement): ReadonlyArray<DomElement> => {
  const elements: Array<DomElement> = []
  const waiting: Array<DomNode> = [root]
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (!isElement(node)) continue
    elements.push(node)
    const children = childrenOf(node)
    for (let index = children.length - 1; index >= 0; index--) waiting.push(children[index]!)
  }
  return elements
}

export const attribute = (element: DomElement, name: string): string =>
  element.getAttribute(name) ?? ""

/** The parser keeps names as they are written, and HTML knows no case: HIDDEN hides too. */
export const lowerAttributes = (elements: ReadonlyArray<DomElement>): void => {
  for (const element of elements) {
    for (const { name, value } of element.attributes) {
      const lower = name.toLowerCase()
      if (lower !== name && attribute(element, lower) === "") element.setAttribute(lower, value)
    }
  }
}

/** The words inside, on one line. */
export const wordsOf = (node: DomElement): string => node.textContent.replace(/\s+/g, " ").trim()

const tagsMax = 30_000
const depthMax = 200
const tagCharsMax = 20_000
/** Each makes a piece of text of its own. */
const piecesMax = 5_000

const childless =
  /^(?:area|base|br|col|embed|hr|img|input|link|meta|source|track|wbr|p|li|dt|dd|td|th|tr|option|path|circle|rect|use)$/i

/**
 * The markup without what is long and says nothing (embedded data, comments, scripts but JSON-LD), or undefined where
 * a document of it would take too long: too many tags, too deep, or one that does not end. Linear in its length.
 */
export const calmMarkup = (html: string): string | undefined => {
  const light = html
    .replace(/<!--[\s\S]*?(?:-->|$)/g, "")
    .replace(/<script\b(?![^>]{0,200}ld\+json)[\s\S]*?(?:<\/script\s*>|$)/gi, " ")
    .replace(/<svg\b[\s\S]*?(?:<\/svg\s*>|$)/gi, " ")
    .replace(/=\s*(?:"data:[^"]*"|'data:[^']*')/gi, "=\"\"")
  if ((light.match(/&|<(?![a-z/!?])/gi)?.length ?? 0) > piecesMax) return undefined
  let tags = 0
  let depth = 0
  let last = 0
  for (const match of light.matchAll(/<(\/?)([a-z][a-z0-9-]{0,30})/gi)) {
    const [, slash, name = ""] = match
    if (match.index - last > tagCharsMax && light.indexOf(">", last) > last + tagCharsMax) {
      return undefined
    }
    last = match.index
    if (++tags > tagsMax) return undefined
    if (childless.test(name)) continue
    depth = slash === "/" ? Math.max(0, depth - 1) : depth + 1
    if (depth > depthMax) return undefined
  }
  const end = light.indexOf(">", last)
  return end === -1 && light.length - last > tagCharsMax ? undefined : light
}
