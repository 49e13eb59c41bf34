// What a page states about itself for machines: JSON-LD, OpenGraph and other meta tags, microdata prices.
import * as Predicate from "effect/Predicate"
import { ancestorsOf, attribute, wordsOf } from "./Dom.ts"
import type { DomElement } from "./Dom.ts"
import { htmlToText } from "./HtmlText.ts"
import { JsonLd } from "./JsonLd.ts"
import type { Node } from "./JsonLd.ts"

export interface Question {
  readonly question: string
  readonly answer: string
}

export interface Structured {
  readonly title: string
  /** Of the first heading of the first order, or empty. */
  readonly heading: string
  readonly description: string
  readonly canonical: string
  /** `Price: 49.00 EUR`, one fact a line, of what the page is about. */
  readonly facts: ReadonlyArray<string>
  readonly questions: ReadonlyArray<Question>
}

const factsMax = 60
const questionsMax = 100
const valueCharsMax = 2_000
const nestedMax = 3

const textOf = (value: unknown, depth = 0): string => {
  if (typeof value === "number") return String(value)
  if (typeof value === "string") {
    const text = /[<&]/.test(value) ? htmlToText(value.slice(0, 20_000)) : value
    return text.replace(/\s+/g, " ").trim().slice(0, valueCharsMax)
  }
  if (depth >= nestedMax) return ""
  if (Array.isArray(value)) {
    return value.slice(0, 10).map((each) => textOf(each, depth + 1)).filter(Boolean).join(", ")
  }
  return Predicate.hasProperty(value, "name") ? textOf(value.name, depth + 1) : ""
}

type Fact = readonly [label: string, value: string]

const told = (facts: ReadonlyArray<Fact>): ReadonlyArray<string> =>
  facts.filter(([, value]) => value !== "").map(([label, value]) => `${label}: ${value}`)

const pricedAt = (node: Node): string => {
  const currency = textOf(node["priceCurrency"])
  const price = textOf(node["price"])
  if (price !== "") return `${price} ${currency}`.trim()
  const [low, high] = [textOf(node["lowPrice"]), textOf(node["highPrice"])]
  return low === ""
    ? ""
    : `${low}${high === "" || high === low ? "" : ` to ${high}`} ${currency}`.trim()
}

const offerFacts = (offer: Node, label: string): ReadonlyArray<string> => {
  const price = pricedAt(offer)
  const of = label === "" || price === "" ? "" : ` (${label})`
  const availability = textOf(offer["availability"]).replace(/^.*schema\.org\//, "")
  return told([
    ["Price", `${price}${of}`],
    ["Availability", availability === "" ? "" : `${availability}${of}`],
    ["Price valid until", textOf(offer["priceValidUntil"])]
  ])
}

const ratingFacts = (rating: Node): ReadonlyArray<string> => {
  const count = textOf(rating["reviewCount"] ?? rating["ratingCount"])
  const value = textOf(rating["ratingValue"])
  return value === "" ? [] : [`Rating: ${value}${count === "" ? "" : ` (${count} ratings)`}`]
}

const propertyFacts = (property: Node): ReadonlyArray<string> => {
  const [name, value] = [textOf(property["name"]), textOf(property["value"])]
  return name === "" || value === ""
    ? []
    : [`${name}: ${value} ${textOf(property["unitText"])}`.trim()]
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

const variantsMax = 20

/** Of the entity itself, its offers and its variants; what it only refers to is not of it. */
const entityFacts = (entity: Node, ld: JsonLd): ReadonlyArray<string> => {
  const offers = ld.inside(entity, "offers")
  const variants = ld.inside(entity, "hasVariant", variantsMax)
  return [
    ...told(
      plainFacts.map(([label, key]) =>
        [label, textOf([entity[key]].flat().map((value) => ld.resolved(value)))] as const
      )
    ),
    ...offers.flatMap((offer) =>
      offerFacts(offer, offers.length > 1 ? textOf(offer["name"] ?? offer["sku"]) : "")
    ),
    ...ld.inside(entity, "aggregateRating", 1).flatMap(ratingFacts),
    ...ld.inside(entity, "additionalProperty").flatMap(propertyFacts),
    ...variants.flatMap((variant) =>
      ld.inside(variant, "offers").flatMap((offer) =>
        offerFacts(offer, textOf(variant["name"] ?? variant["sku"]))
      )
    )
  ]
}

const questionOf = (node: Node): ReadonlyArray<Question> => {
  const accepted = [node["acceptedAnswer"]].flat()[0]
  if (!Predicate.isObject(accepted)) return []
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

/** The outermost thing that a mark-up says the element is a part of. */
const scopeOf = (element: DomElement): DomElement | undefined =>
  ancestorsOf(element).findLast((up) =>
    /schema\.org\/(?:Product|SoftwareApplication|Book|Event|Course|Service|Hotel)\b/i
      .test(attribute(up, "itemtype"))
  )

/** Prices of microdata: of the thing that the page's heading stands in, or of the only one. */
const microPrices = (
  elements: ReadonlyArray<DomElement>,
  heading: DomElement | undefined
): ReadonlyArray<string> => {
  const prices = elements.filter((element) => attribute(element, "itemprop") === "price")
  if (prices.length === 0) return []
  const scopes = new Map(prices.map((price) => [price, scopeOf(price)]))
  const around = heading === undefined ? undefined : scopeOf(heading)
  const isOne = new Set(scopes.values()).size === 1
  const own = prices.find((price) =>
    isOne || (around !== undefined && scopes.get(price) === around)
  )
  if (own === undefined) return []
  const currency = elements.find((element) =>
    attribute(element, "itemprop") === "priceCurrency" && scopeOf(element) === scopes.get(own)
  )
  const valueOf = (element: DomElement | undefined): string =>
    element === undefined ? "" : attribute(element, "content") || textOf(element.textContent)
  const price = valueOf(own)
  return price === "" ? [] : [`Price: ${price} ${valueOf(currency)}`.trim()]
}

export const structuredOf = (elements: ReadonlyArray<DomElement>): Structured => {
  const meta = metaOf(elements)
  const named = (...names: ReadonlyArray<string>): string =>
    names.map((name) => meta.get(name) ?? "").find((value) => value !== "") ?? ""
  const titleElement = elements.find(({ localName }) => localName === "title")
  const title = titleElement === undefined ? "" : wordsOf(titleElement)
  const headingElement = elements.find(({ localName }) => localName === "h1")
  const link = elements.find((element) =>
    element.localName === "link" && attribute(element, "rel").toLowerCase() === "canonical"
  )
  const names = {
    title: title === "" ? named("og:title", "twitter:title") : title,
    heading: headingElement === undefined ? "" : wordsOf(headingElement).slice(0, 500),
    canonical: link === undefined ? named("og:url") : attribute(link, "href")
  }
  const ld = new JsonLd(
    elements.filter((element) =>
      element.localName === "script" && /ld\+json/i.test(attribute(element, "type"))
    ).map(({ textContent }) => textContent)
  )
  const amount = named("product:price:amount", "og:price:amount")
  const currency = amount === "" ? "" : named("product:price:currency", "og:price:currency")
  const facts = new Set([
    ...told([
      ["Site", named("og:site_name")],
      ["Author", named("author", "article:author")],
      ["Published", named("article:published_time", "date")],
      ["Price", `${amount} ${currency}`.trim()]
    ]),
    ...ld.mainEntities(names).flatMap((entity) => entityFacts(entity, ld)),
    ...microPrices(elements, headingElement)
  ])
  return {
    ...names,
    description: named("description", "og:description", "twitter:description"),
    facts: [...facts].slice(0, factsMax),
    questions: ld.questions().slice(0, questionsMax).flatMap(questionOf)
  }
}
