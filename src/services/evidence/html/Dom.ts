// The little of a document that extraction looks at.

export interface DomNode {
  /** 1 an element, 3 text. */
  readonly nodeType: number
  readonly nodeValue: string | null
  readonly firstChild: DomNode | null
  readonly nextSibling: DomNode | null
  readonly previousSibling: DomNode | null
  readonly parentNode: DomNode | null
}

export interface DomElement extends DomNode {
  readonly localName: string
  readonly textContent: string
  /** Names in lower case. */
  getAttribute(name: string): string | null
}

export const isElement = (node: DomNode): node is DomElement => node.nodeType === 1

export const childrenOf = (node: DomNode): ReadonlyArray<DomNode> => {
  const children: Array<DomNode> = []
  for (let child = node.firstChild; child !== null; child = child.nextSibling) children.push(child)
  return children
}

/** Every node under the root in the order of the page, the root first. Iterative: pages nest as they like. */
const nodesOf = (root: DomNode): ReadonlyArray<DomNode> => {
  const nodes: Array<DomNode> = []
  for (let node: DomNode | null = root; node !== null;) {
    nodes.push(node)
    if (node.firstChild !== null) {
      node = node.firstChild
      continue
    }
    while (node !== root && node.nextSibling === null && node.parentNode !== null) {
      node = node.parentNode
    }
    node = node === root ? null : node.nextSibling
  }
  return nodes
}

export const elementsOf = <E extends DomElement>(root: E): ReadonlyArray<E> =>
  nodesOf(root).filter((node): node is E => isElement(node))

/** All text inside, as it is written. */
export const textOf = (root: DomNode): string =>
  nodesOf(root).map((node) => node.nodeType === 3 ? node.nodeValue ?? "" : "").join("")

export const attribute = (element: DomElement, name: string): string =>
  element.getAttribute(name) ?? ""

/** The words inside, on one line. */
export const wordsOf = (node: DomElement): string => node.textContent.replace(/\s+/g, " ").trim()

const ancestorsMax = 64

/** What an element stands in, the nearest first; of deep ones not all of it. */
export const ancestorsOf = <E extends DomElement>(element: E): ReadonlyArray<E> => {
  const ancestors: Array<E> = []
  for (let up = element.parentNode; up !== null && isElement(up); up = up.parentNode) {
    ancestors.push(up as E)
    if (ancestors.length === ancestorsMax) break
  }
  return ancestors
}

export const nextElement = (element: DomElement): DomElement | undefined => {
  let node = element.nextSibling
  while (node !== null && !isElement(node)) node = node.nextSibling
  return node ?? undefined
}

export const previousElement = (element: DomElement): DomElement | undefined => {
  let node = element.previousSibling
  while (node !== null && !isElement(node)) node = node.previousSibling
  return node ?? undefined
}
