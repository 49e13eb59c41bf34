// A page of HTML read for what it says: its title, its facts and its main text, without what stands on every page.
//
// The main text is what a landmark of the page (`main`, one `article`) holds; where there is none, what Readability
// finds in a page of running text, unless that leaves most of it out. All of it takes time in proportion to the markup.
import * as Effect from "effect/Effect"
import type { Tokenizer } from "htmlparser2"
import { cleanText } from "../CleanText.ts"
import { articleOf } from "./Article.ts"
import type { ReadArticle } from "./Article.ts"
import { blocksOf, isLinkList } from "./Blocks.ts"
import { isBoilerplate, sectionsElsewhere } from "./Boilerplate.ts"
import { attribute, elementsOf, wordsOf } from "./Dom.ts"
import type { DomElement } from "./Dom.ts"
import { hiddenElements } from "./Hidden.ts"
import { lightDocument } from "./LightDocument.ts"
import type { LightElement } from "./LightNodes.ts"
import { measureOf, measuresOf } from "./Measures.ts"
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
/** A landmark around less of the text is a slip of the page. */
const landmarkShareMin = 0.2
/** An article that is less of it leaves too much out. */
const articleShareMin = 0.6

interface Tools {
  readonly Tokenizer: typeof Tokenizer
  readonly read: ReadArticle
}

const charsOf = (blocks: ReadonlyArray<string>): number =>
  blocks.reduce((sum, block) => sum + block.length, 0)

/** The one element that the page itself names as its content. */
const landmarkOf = (elements: ReadonlyArray<DomElement>): DomElement | undefined => {
  const main = elements.find((element) =>
    element.localName === "main" || attribute(element, "role") === "main"
  )
  if (main !== undefined) return main
  const articles = elements.filter(({ localName }) => localName === "article")
  return articles.length === 1 ? articles[0] : undefined
}

const mainOf = (root: LightElement, { read }: Tools): ReadonlyArray<string> => {
  const elements = elementsOf(root)
  const whole = blocksOf(root)
  const landmark = landmarkOf(elements)
  if (landmark !== undefined) {
    const inside = blocksOf(landmark)
    if (charsOf(inside) >= landmarkShareMin * charsOf(whole)) return inside
  }
  const article = articleOf(root, read)
  const found = article === undefined ? [] : [
    ...(article.byline === "" ? [] : [article.byline]),
    ...blocksOf(article.content)
  ]
  return charsOf(found) >= articleShareMin * charsOf(whole) && found.length > 0 ? found : whole
}

/** Takes out what readers do not see; its texts. */
const removeHidden = (elements: ReadonlyArray<LightElement>): ReadonlyArray<string> => {
  const hidden = hiddenElements(elements)
  const texts = hidden.map((element) => wordsOf(element).slice(0, 1_000)).filter(Boolean)
  for (const element of hidden) element.remove()
  return texts.slice(0, hiddenKeptMax)
}

const removeBoilerplate = (root: LightElement): void => {
  const elements = elementsOf(root)
  const measures = measuresOf(elements)
  const page = measureOf(measures, root)
  for (const element of sectionsElsewhere(elements, measures, page)) element.remove()
  for (const element of elements) {
    const isList = element.localName === "ul" || element.localName === "ol"
    if ((isList && isLinkList(element)) || isBoilerplate(element, measures, page)) element.remove()
  }
}

/** Everything of one page in one text, nothing twice. */
const composed = (
  { description, facts, heading, questions, title }: Structured,
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

const readWith = (html: string, tools: Tools): HtmlReading => {
  const root = lightDocument(html, tools.Tokenizer)
  const hidden = removeHidden(elementsOf(root))
  const structured = structuredOf(elementsOf(root))
  removeBoilerplate(root)
  const main = mainOf(root, tools)
    // The first heading is the page's name as a rule, and that stands at the top.
    .filter((block, index) => index > 2 || block !== `## ${structured.title}`)
  const { canonical, heading, title } = structured
  return {
    title,
    heading,
    canonical,
    declaredLanguage: attribute(root, "lang"),
    text: cleanText(composed(structured, main)),
    opening: cleanText(main.join("\n").slice(0, openingChars)),
    mainChars: charsOf(main),
    hidden
  }
}

/** Loaded with the first page: most commands read none. */
const tools: Effect.Effect<Tools> = Effect.promise(() =>
  Promise.all([import("htmlparser2"), import("linkedom"), import("@mozilla/readability")])
).pipe(Effect.map(([{ Tokenizer }, { parseHTML }, { Readability }]) => ({
  Tokenizer,
  read: (markup) => {
    try {
      const { document } = parseHTML(markup) as { readonly document: unknown }
      const article = new Readability(document, {
        serializer: (node) => node,
        disableJSONLD: true
      }).parse()
      const content = article?.content as DomElement | null | undefined
      return content ? { content, byline: cleanText(article?.byline ?? "") } : undefined
    } catch {
      // What it cannot read is read without it.
      return undefined
    }
  }
})))

/** Never fails. */
export const readHtml = (html: string): Effect.Effect<HtmlReading> =>
  Effect.map(tools, (loaded) => readWith(html, loaded))
