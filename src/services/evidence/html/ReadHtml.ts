// A page of HTML read for what it says: its title, its facts and its main text, without what stands on every page.
//
// The main text is what a landmark of the page (`main`, one `article`) holds; where there is none, what Readability
// finds, unless that leaves most of the page out. Markup that would take long to make a document of is stripped of its
// tags in one pass instead.
import * as Effect from "effect/Effect"
import { cleanText } from "../CleanText.ts"
import { blocksOf, isLinkList } from "./Blocks.ts"
import { isBoilerplate } from "./Boilerplate.ts"
import { attribute, calmMarkup, elementsOf, lowerAttributes, wordsOf } from "./Dom.ts"
import type { DomDocument, DomElement } from "./Dom.ts"
import { hiddenElements } from "./Hidden.ts"
import { htmlToText } from "./HtmlText.ts"
import { structuredOf } from "./Structured.ts"
import type { Structured } from "./Structured.ts"

export interface HtmlReading {
  readonly title: string
  /** Of the first heading of the first order, or empty. */
  readonly heading: string
  readonly canonical: string
  /** As the page declares it: `en`, `de-AT`; or empty. */
  readonly declaredLanguage: string
  readonly text: string
  /** How the main text begins. */
  readonly opening: string
  /** Characters of the main text alone: without title, description and facts. */
  readonly mainChars: number
  /** Texts that readers of the page do not see, left out of `text`: each at most 1,000 characters. */
  readonly hidden: ReadonlyArray<string>
}

const hiddenKeptMax = 50
const openingChars = 600
/** Readability takes seconds on documents that are deep, and too long on those that are large. */
const readability = { elementsMax: 800, depthMax: 60, charsMin: 500, shareMin: 0.6 }

const depthOf = (elements: ReadonlyArray<DomElement>): number => {
  const depths = new Map<unknown, number>()
  let deepest = 0
  for (const element of elements) {
    const depth = (depths.get(element.parentNode) ?? 0) + 1
    depths.set(element, depth)
    deepest = Math.max(deepest, depth)
  }
  return deepest
}

const charsOf = (blocks: ReadonlyArray<string>): number =>
  blocks.reduce((sum, block) => sum + block.length, 0)

/** The one element that the page itself names as its content. */
const landmarkOf = (elements: ReadonlyArray<DomElement>): DomElement | undefined => {
  const mains = elements.filter((element) =>
    element.localName === "main" || attribute(element, "role") === "main"
  )
  if (mains.length >= 1) return mains[0]
  const articles = elements.filter(({ localName }) => localName === "article")
  return articles.length === 1 ? articles[0] : undefined
}

interface Tools {
  readonly parse: (html: string) => DomDocument
  readonly read: (document: DomDocument) => DomElement | undefined
}

const mainOf = (
  document: DomDocument,
  body: DomElement,
  elements: ReadonlyArray<DomElement>,
  tools: Tools
): ReadonlyArray<string> => {
  const whole = blocksOf(body)
  const landmark = landmarkOf(elements)
  if (landmark !== undefined) {
    const inside = blocksOf(landmark)
    // A landmark around nothing is a slip of the page.
    if (charsOf(inside) >= 0.2 * charsOf(whole)) return inside
  }
  const chars = charsOf(whole)
  const isCalm = elements.length <= readability.elementsMax &&
    depthOf(elements) <= readability.depthMax
  if (chars < readability.charsMin || !isCalm) return whole
  const article = tools.read(document)
  const found = article === undefined ? [] : blocksOf(article)
  return charsOf(found) >= readability.shareMin * chars ? found : whole
}

/** Everything of one page in one text, nothing twice. */
const composed = (
  { description, facts, questions, title }: Structured,
  heading: string,
  main: ReadonlyArray<string>
): string => {
  const body = main.join("\n\n")
  const known = body.replace(/\s+/g, " ").toLowerCase()
  const isNew = (text: string): boolean =>
    text !== "" && !known.includes(text.replace(/\s+/g, " ").trim().toLowerCase())
  const stated = facts.filter((fact) =>
    isNew(fact) && isNew(fact.replace(/^[^:]+: /, "")) || fact.startsWith("Price")
  )
  const asked = questions.filter(({ answer }) => isNew(answer.slice(0, 200)))
  const name = title === "" ? heading : title
  return [
    ...(name === "" ? [] : [`# ${name}`]),
    ...(isNew(description) ? [description] : []),
    ...(stated.length === 0 ? [] : [stated.join("\n")]),
    ...(body === "" ? [] : [body]),
    ...(asked.length === 0
      ? []
      : ["## FAQ", ...asked.map(({ answer, question }) => `### ${question}\n\n${answer}`)])
  ].join("\n\n")
}

const readDocument = (html: string, tools: Tools): HtmlReading | undefined => {
  const document = tools.parse(html)
  const { body, documentElement } = document
  if (documentElement === null || body === null) return undefined
  const all = elementsOf(documentElement)
  lowerAttributes(all)
  const structured = structuredOf(all)
  const hidden = hiddenElements(all)
  const hiddenTexts = hidden.map((element) => wordsOf(element).slice(0, 1_000)).filter(Boolean)
  for (const element of hidden) element.remove()
  const pageChars = body.textContent.length
  const heading = elementsOf(body).find(({ localName }) => localName === "h1")
  const headingText = heading === undefined ? "" : wordsOf(heading).slice(0, 500)
  for (const element of elementsOf(body)) {
    const leadsAway = (element.localName === "ul" || element.localName === "ol") &&
      isLinkList(element)
    if (leadsAway || isBoilerplate(element, pageChars)) element.remove()
  }
  const main = mainOf(document, body, elementsOf(body), tools)
    // The first heading is the page's name as a rule, and that stands at the top.
    .filter((block, index) => index > 2 || block !== `## ${structured.title}`)
  const { canonical, title } = structured
  return {
    title,
    heading: headingText,
    canonical,
    declaredLanguage: attribute(documentElement, "lang"),
    text: cleanText(composed(structured, headingText, main)),
    opening: cleanText(main.join("\n").slice(0, openingChars)),
    mainChars: charsOf(main),
    hidden: hiddenTexts.slice(0, hiddenKeptMax)
  }
}

const stripped = (html: string): HtmlReading => {
  const text = cleanText(htmlToText(html))
  const title = cleanText(htmlToText(/<title[^>]{0,200}>([^<]{0,500})/i.exec(html)?.[1] ?? ""))
  return {
    title,
    heading: "",
    canonical: "",
    declaredLanguage: "",
    text,
    opening: text.slice(0, openingChars),
    mainChars: text.length,
    hidden: []
  }
}

/** Loaded with the first page: most commands read none. */
const tools: Effect.Effect<Tools> = Effect.promise(() =>
  Promise.all([import("linkedom"), import("@mozilla/readability")])
).pipe(Effect.map(([{ parseHTML }, { Readability }]) => ({
  parse: (html) => (parseHTML(html) as { readonly document: unknown }).document as DomDocument,
  read: (document) =>
    (new Readability(document, { serializer: (node) => node, disableJSONLD: true })
      .parse()?.content ?? undefined) as DomElement | undefined
})))

const readWith = (html: string, tools: Tools): HtmlReading => {
  const calm = calmMarkup(html)
  if (calm === undefined) return stripped(html)
  // A fragment has no body of its own, and a document has one place for everything.
  const whole = /<body[\s>]/i.test(calm) ? calm : `<!doctype html><html><body>${calm}</body></html>`
  try {
    return readDocument(whole, tools) ?? stripped(html)
  } catch {
    return stripped(html)
  }
}

/** Never fails: what cannot be made a document of is stripped of its tags. */
export const readHtml = (html: string): Effect.Effect<HtmlReading> =>
  Effect.map(tools, (loaded) => readWith(html, loaded))
