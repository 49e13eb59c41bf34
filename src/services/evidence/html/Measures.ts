// How much text is in each element, and how much of it leads elsewhere: counted once, for all of a page.
import { isElement } from "./Dom.ts"
import type { DomElement } from "./Dom.ts"

export interface Measure {
  /** Of its text, white space at the ends of pieces left out. */
  chars: number
  linkChars: number
  links: number
  /** In paragraphs. */
  prose: number
  /** Fields and buttons. */
  inputs: number
  /** Rows of tables and terms of lists. */
  facts: number
}

const none: Measure = { chars: 0, linkChars: 0, links: 0, prose: 0, inputs: 0, facts: 0 }

const silent: ReadonlySet<string> = new Set(["script", "style", "title", "template", "noscript"])

export type Measures = ReadonlyMap<DomElement, Measure>

/** `elements` in the order of the page. */
export const measuresOf = (elements: ReadonlyArray<DomElement>): Measures => {
  const measures = new Map<DomElement, Measure>()
  // From the end: what is inside is counted before what it is in.
  for (let index = elements.length - 1; index >= 0; index--) {
    const element = elements[index]!
    const { localName } = element
    const sum: Measure = { ...none }
    for (let child = element.firstChild; child !== null; child = child.nextSibling) {
      if (child.nodeType === 3) sum.chars += (child.nodeValue ?? "").trim().length
      else if (isElement(child)) {
        const inner = measures.get(child) ?? none
        sum.chars += inner.chars
        sum.linkChars += inner.linkChars
        sum.links += inner.links
        sum.prose += inner.prose
        sum.inputs += inner.inputs
        sum.facts += inner.facts
      }
    }
    if (silent.has(localName)) sum.chars = 0
    if (localName === "a") {
      sum.links++
      sum.linkChars = sum.chars
    }
    if (localName === "p") sum.prose = sum.chars
    if (/^(?:input|select|textarea|button)$/.test(localName)) sum.inputs++
    if (localName === "dt" || localName === "tr") sum.facts++
    measures.set(element, sum)
  }
  return measures
}

export const measureOf = (measures: Measures, element: DomElement): Measure =>
  measures.get(element) ?? none

/** Of its text, what is in links. */
export const linkShare = ({ chars, linkChars }: Measure): number =>
  chars === 0 ? 0 : linkChars / chars
