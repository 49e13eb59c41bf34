// What a page states about itself for machines: JSON-LD, OpenGraph and other meta tags, microdata prices.
import * as Predicate from "effect/Predicate"
import { attribute } from "./Dom.ts"
import type { DomElement } from "./Dom.ts"
import { htmlToText } from "./HtmlText.ts"

export interface Question {
  readonly question: string
  readonly answer: string
}

export interface Structured {
  readonly title: string
  readonly description: string
  readonly canonical: string
  /** `Price: 49.00 EUR`, one fact a line. */
  readonly facts: ReadonlyArray<string>
  readonly questions: ReadonlyArray<Question>
}

const jsonCharsMax = 200_000
const nodesMax = 2_000
const factsMax = 60
const valueCharsMax = 2_000

const parsed = (text: string): unknown => {
  if (text.length > jsonCharsMax) return undefined
  try {
    return JSON.parse(text.trim().replace(/^<!\[CDATA\[|\]\]>$/g, ""))
  } catch {
    return undefined
  }
}

type Node = { readonly [key: string]: unknown }

/** All objects of a JSON-LD value. A stack of its own: it may be nested as deep as its author likes. */
const nodesOf = (root: unknown): ReadonlyArray<Node> => {
  const nodes: Array<Node> = []
  const waiting: Array<unknown> = [root]
  while (waiting.length > 0 && nodes.length < nodesMax) {
    const value = waiting.shift()
    if (Array.isArray(value)) waiting.push(...value.slice(0, nodesMax))
    else if (Predicate.isObject(value)) {
      nodes.push(value)
      for (const inner of Object.values(value)) {
        if (typeof inner === "object" && inner !== null) waiting.push(inner)
      }
    }
  }
  return nodes
}

const textOf = (value: unknown): string => {
  if (typeof value === "number") return String(value)
  if (typeof value === "string") {
    const text = /[<&]/.test(value) ? htmlToText(value.slice(0, 20_000)) : value
    return text.replace(/\s+/g, " ").trim().slice(0, valueCharsMax)
  }
  if (Array.isArray(value)) return value.slice(0, 10).map(textOf).filter(Boolean).join(", ")
  return Predicate.hasProperty(value, "name") ? textOf(value.name) : ""
}

const isA = (node: Node, ...types: ReadonlyArray<string>): boolean =>
  [node["@type"]].flat().some((type) =>
    types.includes(String(type).replace(/^https?:\/\/schema\.org\//, ""))
  )

const priced = (node: Node): string => {
  const currency = textOf(node["priceCurrency"])
  const price = textOf(node["price"])
  if (price !== "") return `${price} ${currency}`.trim()
  const [low, high] = [textOf(node["lowPrice"]), textOf(node["highPrice"])]
  return low === ""
    ? ""
    : `${low}${high === "" || high === low ? "" : ` to ${high}`} ${currency}`.trim()
}

const plainFacts: ReadonlyArray<readonly [string, string]> = [
  ["Name", "name"],
  ["Headline", "headline"],
  ["Brand", "brand"],
  ["Author", "author"],
  ["Published", "datePublished"],
  ["Modified", "dateModified"],
  ["SKU", "sku"],
  ["GTIN", "gtin13"],
  ["Material", "material"],
  ["Colour", "color"],
  ["Version", "softwareVersion"],
  ["Operating system", "operatingSystem"],
  ["Start", "startDate"],
  ["End", "endDate"],
  ["Location", "location"],
  ["Telephone", "telephone"],
  ["Description", "description"]
]

const entity = [
  "Product",
  "IndividualProduct",
  "ProductModel",
  "Article",
  "NewsArticle",
  "BlogPosting",
  "TechArticle",
  "SoftwareApplication",
  "SoftwareSourceCode",
  "Book",
  "Event",
  "Course",
  "Recipe",
  "LocalBusiness",
  "Hotel",
  "Restaurant",
  "Service",
  "HowTo"
]

const factsOf = (node: Node): ReadonlyArray<string> => {
  if (isA(node, "Offer", "AggregateOffer")) {
    const availability = textOf(node["availability"]).replace(/^.*schema\.org\//, "")
    return [["Price", priced(node)], ["Availability", availability], [
      "Price valid until",
      textOf(node["priceValidUntil"])
    ]].filter(([, value]) => value !== "").map(([name, value]) => `${name}: ${value}`)
  }
  if (isA(node, "AggregateRating")) {
    const count = textOf(node["reviewCount"] ?? node["ratingCount"])
    const value = textOf(node["ratingValue"])
    return value === "" ? [] : [`Rating: ${value}${count === "" ? "" : ` (${count} ratings)`}`]
  }
  if (isA(node, "PropertyValue")) {
    const [name, value] = [textOf(node["name"]), textOf(node["value"])]
    return name === "" || value === ""
      ? []
      : [`${name}: ${value} ${textOf(node["unitText"])}`.trim()]
  }
  if (!isA(node, ...entity)) return []
  return plainFacts.map(([label, key]) => [label, textOf(node[key])] as const)
    .filter(([, value]) => value !== "").map(([label, value]) => `${label}: ${value}`)
}

const questionOf = (node: Node): ReadonlyArray<Question> => {
  const accepted = [node["acceptedAnswer"]].flat()[0]
  if (!isA(node, "Question") || !Predicate.isObject(accepted)) return []
  const question = textOf(node["name"])
  const answer = textOf(accepted["text"])
  return question === "" || answer === "" ? [] : [{ question, answer }]
}

const metaOf = (elements: ReadonlyArray<DomElement>): ReadonlyMap<string, string> => {
  const meta = new Map<string, string>()
  for (const element of elements) {
    if (element.localName !== "meta") continue
    const name = (attribute(element, "property") || attribute(element, "name")).toLowerCase()
    const content = attribute(element, "content").replace(/\s+/g, " ").trim()
    if (name !== "" && content !== "" && !meta.has(name)) {
      meta.set(name, content.slice(0, valueCharsMax))
    }
  }
  return meta
}

const microPrices = (elements: ReadonlyArray<DomElement>): ReadonlyArray<string> => {
  const valueOf = (name: string): string => {
    const found = elements.find((element) => attribute(element, "itemprop") === name)
    return found === undefined ? "" : attribute(found, "content") || textOf(found.textContent)
  }
  const price = valueOf("price")
  return price === "" ? [] : [`Price: ${price} ${valueOf("priceCurrency")}`.trim()]
}

export const structuredOf = (elements: ReadonlyArray<DomElement>): Structured => {
  const meta = metaOf(elements)
  const named = (...names: ReadonlyArray<string>): string =>
    names.map((name) => meta.get(name) ?? "").find((value) => value !== "") ?? ""
  const nodes = elements
    .filter((element) =>
      element.localName === "script" && /ld\+json/i.test(attribute(element, "type"))
    )
    .slice(0, 20)
    .flatMap((element) => nodesOf(parsed(element.textContent)))
  const amount = named("product:price:amount", "og:price:amount")
  const metaFacts = [
    ["Site", named("og:site_name")],
    ["Author", named("author", "article:author")],
    ["Published", named("article:published_time", "date")],
    [
      "Price",
      `${amount} ${amount === "" ? "" : named("product:price:currency", "og:price:currency")}`
        .trim()
    ]
  ].filter(([, value]) => value !== "").map(([label, value]) => `${label}: ${value}`)
  const facts = new Set([...metaFacts, ...nodes.flatMap(factsOf), ...microPrices(elements)])
  const title = elements.find(({ localName }) => localName === "title")?.textContent ?? ""
  const canonical = elements.find((element) =>
    element.localName === "link" && attribute(element, "rel").toLowerCase() === "canonical"
  )
  return {
    title: title.replace(/\s+/g, " ").trim() || named("og:title", "twitter:title"),
    description: named("description", "og:description", "twitter:description"),
    canonical: canonical === undefined ? named("og:url") : attribute(canonical, "href"),
    facts: [...facts].slice(0, factsMax),
    questions: nodes.flatMap(questionOf)
  }
}
