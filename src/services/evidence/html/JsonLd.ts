// What a page states of itself as JSON-LD, and which of its objects the page is about.
//
// Pages state their neighbours too: products that go with this one, articles to read next. A price of one of those is
// none of this page, so only the main entity counts, and where none can be told from the others, none.
import * as Predicate from "effect/Predicate"
import { entityNames, isNamedWhole, Named } from "../verdict/EntityNames.ts"
import { titleParts } from "../verdict/PageNames.ts"

export type Node = { readonly [key: string]: unknown }

export interface PageNames {
  readonly title: string
  readonly heading: string
  readonly canonical: string
}

const jsonCharsMax = 200_000
const scriptsMax = 20
const nodesMax = 500

const parsed = (text: string): unknown => {
  if (text.length > jsonCharsMax) return undefined
  try {
    return JSON.parse(text.trim().replace(/^<!\[CDATA\[|\]\]>$/g, ""))
  } catch {
    return undefined
  }
}

const isA = (node: Node, ...types: ReadonlyArray<string>): boolean =>
  [node["@type"]].flat().some((type) =>
    types.includes(String(type).replace(/^https?:\/\/schema\.org\//, ""))
  )

const entity = [
  "Product",
  "ProductGroup",
  "IndividualProduct",
  "ProductModel",
  "Vehicle",
  "Car",
  "Article",
  "NewsArticle",
  "BlogPosting",
  "TechArticle",
  "SoftwareApplication",
  "MobileApplication",
  "WebApplication",
  "SoftwareSourceCode",
  "Book",
  "Movie",
  "Event",
  "Course",
  "Recipe",
  "LocalBusiness",
  "Hotel",
  "Restaurant",
  "Service",
  "HowTo",
  "JobPosting",
  "Place"
]

const pageTypes = ["WebPage", "ItemPage", "ProductPage", "FAQPage", "QAPage", "AboutPage"]

/** The objects that stand for themselves: at the top, in lists of them, and in graphs. */
const rootsOf = (scripts: ReadonlyArray<string>): ReadonlyArray<Node> =>
  scripts.slice(0, scriptsMax).flatMap((script) => [parsed(script)].flat(3))
    .flatMap((value) =>
      Predicate.isObject(value) && Array.isArray(value["@graph"])
        ? [value, ...(value["@graph"] as ReadonlyArray<unknown>).flat(2)]
        : [value]
    )
    .filter((value): value is Node => Predicate.isObject(value) && !Array.isArray(value))
    .slice(0, nodesMax)

const nameIn = (node: Node): string => {
  const name = node["name"] ?? node["headline"] ?? node["title"]
  return typeof name === "string" ? name.slice(0, 500) : ""
}

const pathIn = (address: unknown): string => {
  const text = Predicate.hasProperty(address, "@id") ? address["@id"] : address
  return typeof text === "string" ? text.replace(/[?#].*$/, "").replace(/\/+$/, "") : ""
}

export class JsonLd {
  readonly roots: ReadonlyArray<Node>
  readonly #byId = new Map<string, Node>()

  constructor(scripts: ReadonlyArray<string>) {
    this.roots = rootsOf(scripts)
    for (const root of this.roots) {
      const id = root["@id"]
      if (typeof id === "string" && !this.#byId.has(id)) this.#byId.set(id, root)
    }
  }

  /** The object that a reference is to; at most one step, whatever is referred to in turn. */
  resolved(value: unknown): unknown {
    if (!Predicate.hasProperty(value, "@id") || Object.keys(value).length > 2) return value
    return this.#byId.get(String(value["@id"])) ?? value
  }

  /** Objects under the key, references resolved. */
  inside(node: Node, key: string, max = 50): ReadonlyArray<Node> {
    return [node[key]].flat(2).slice(0, max).map((value) => this.resolved(value))
      .filter((value): value is Node => Predicate.isObject(value))
  }

  /** What the page is about; empty where it does not say, or says it of several things. */
  mainEntities(page: PageNames): ReadonlyArray<Node> {
    const stated = this.roots.filter((root) => isA(root, ...pageTypes))
      .flatMap((root) => this.inside(root, "mainEntity")).filter((node) => isA(node, ...entity))
    if (stated.length === 1) return stated
    const all = [...new Set(this.roots.filter((root) => isA(root, ...entity)))]
    if (all.length <= 1) return all
    const own = page.canonical.replace(/[?#].*$/, "").replace(/\/+$/, "")
    const atHome = all.filter((node) =>
      own !== "" &&
      [node["url"], node["mainEntityOfPage"], node["@id"]].some((url) => pathIn(url) === own)
    )
    if (atHome.length === 1) return atHome
    const called = new Named([...titleParts(page.title), page.heading])
    const named = all.filter((node) => isNamedWhole(entityNames([nameIn(node)]), called))
    const exact = named.filter((node) =>
      isNamedWhole(entityNames([page.heading]), new Named([nameIn(node)]))
    )
    // Variants of one thing have one name.
    if (exact.length > 0 && new Set(exact.map(nameIn)).size === 1) return exact
    if (named.length === 1) return named
    const longer = all.filter((node) =>
      isNamedWhole(entityNames([page.heading]), new Named([nameIn(node)]))
    )
    return longer.length === 1 ? longer : []
  }

  /** Questions of the page with their answers. */
  questions(): ReadonlyArray<Node> {
    return this.roots.flatMap((root) =>
      isA(root, "Question")
        ? [root]
        : isA(root, ...pageTypes)
        ? [...this.inside(root, "mainEntity"), ...this.inside(root, "hasPart")]
        : []
    ).filter((node) => isA(node, "Question"))
  }
}
