// The main text of a page that names none itself, where it is one of running text: what Readability finds, or in pages
// that it would take long for the smallest part that holds nearly all paragraphs.
//
// Shops are made of tables, prices and lists, which both would leave out: their pages are taken whole.
import { ancestorsOf, elementsOf } from "./Dom.ts"
import type { DomElement } from "./Dom.ts"
import { markupOf } from "./LightNodes.ts"
import type { LightElement } from "./LightNodes.ts"
import { measureOf, measuresOf } from "./Measures.ts"
import type { Measures } from "./Measures.ts"

export interface Article {
  readonly content: DomElement
  /** Who wrote it, which is taken out of its text; or empty. */
  readonly byline: string
}

export type ReadArticle = (markup: string) => Article | undefined

/** Readability is quadratic in the depth of a document, and slow in its length. */
const readable = { elementsMax: 300, depthMax: 60 }
const charsMin = 500
/** Of the text, what stands in paragraphs where a page is one of running text. */
const proseMin = 0.6
/** Of the paragraphs, what a part of the page has to hold to stand for it. */
const holdsMin = 0.85

const isReadable = (elements: ReadonlyArray<DomElement>): boolean =>
  elements.length <= readable.elementsMax &&
  // Of an element that is deeper no more ancestors are told.
  elements.every((element) => ancestorsOf(element).length < readable.depthMax)

/** The last of the elements that hold so much is the innermost, as one is in the other. */
const holderOf = (
  elements: ReadonlyArray<DomElement>,
  measures: Measures,
  prose: number
): Article | undefined => {
  const content = elements.findLast((element) =>
    element.localName !== "p" && measureOf(measures, element).prose >= holdsMin * prose
  )
  return content === undefined ? undefined : { content, byline: "" }
}

/** Undefined where the page is none of running text, or nothing is found in it. */
export const articleOf = (root: LightElement, read: ReadArticle): Article | undefined => {
  const elements = elementsOf(root)
  const measures = measuresOf(elements)
  const { chars, prose } = measureOf(measures, root)
  if (chars < charsMin || prose < proseMin * chars) return undefined
  return isReadable(elements) ? read(markupOf(root)) : holderOf(elements, measures, prose)
}
