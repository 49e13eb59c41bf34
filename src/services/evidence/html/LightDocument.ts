// A page's elements and texts, read in one pass: in time that follows the length of the markup, however it is nested.
//
// Of what HTML says about markup that is not well-formed, as much is heeded as extraction needs: elements that close one
// another, elements without content, and end tags that nothing began.
import type { Tokenizer, TokenizerCallbacks } from "htmlparser2"
import { childless, LightElement, LightText } from "./LightNodes.ts"

const wordsOf = (list: string): ReadonlySet<string> => new Set(list.split(" "))

/** Beginning these ends a paragraph that is open. */
const blocks = wordsOf(
  "address article aside blockquote center details dialog dir div dl fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr main menu nav ol p pre section summary table ul"
)

/** What ends which of its like, and where it stops looking for one. */
const closing: { readonly [name: string]: readonly [ReadonlySet<string>, ReadonlySet<string>] } = {
  li: [wordsOf("li"), wordsOf("ul ol menu")],
  dt: [wordsOf("dt dd"), wordsOf("dl")],
  dd: [wordsOf("dt dd"), wordsOf("dl")],
  tr: [wordsOf("tr td th"), wordsOf("table")],
  td: [wordsOf("td th"), wordsOf("tr table")],
  th: [wordsOf("td th"), wordsOf("tr table")],
  thead: [wordsOf("tr td th"), wordsOf("table")],
  tbody: [wordsOf("thead tr td th"), wordsOf("table")],
  tfoot: [wordsOf("tbody tr td th"), wordsOf("table")],
  option: [wordsOf("option"), wordsOf("select")],
  body: [wordsOf("head"), wordsOf("html")]
}

/** How far up it is looked for what a beginning closes. */
const closedWithin = 16
/** What follows so many elements is not read: neither their beginnings, which may hide something, nor their texts. */
const elementsMax = 200_000

class Builder implements TokenizerCallbacks {
  readonly root = new LightElement("html", new Map())
  readonly #html: string
  readonly #open: Array<LightElement> = [this.root]
  readonly #openByName = new Map<string, number>()
  #texts: Array<string> = []
  #elements = 0
  #name = ""
  #attributes = new Map<string, string>()
  #attribute = ""
  #value = ""

  constructor(html: string) {
    this.#html = html
  }

  get isFull(): boolean {
    return this.#elements >= elementsMax
  }

  #flush(): void {
    if (this.#texts.length === 0 || this.isFull) return
    this.#open.at(-1)!.append(new LightText(this.#texts.join("")))
    this.#texts = []
  }

  #pop(): void {
    const { localName } = this.#open.pop()!
    this.#openByName.set(localName, (this.#openByName.get(localName) ?? 1) - 1)
  }

  #isOpen(name: string): boolean {
    return (this.#openByName.get(name) ?? 0) > 0
  }

  /** Ends the nearest of these elements and what is open in it, unless one of `stops` is nearer. */
  #close(names: ReadonlySet<string>, stops: ReadonlySet<string>): void {
    for (let up = 1; up <= closedWithin && up < this.#open.length; up++) {
      const { localName } = this.#open.at(-up)!
      if (stops.has(localName)) return
      if (!names.has(localName)) continue
      for (let n = 0; n < up; n++) this.#pop()
      // A cell in a row in a head: each of them ends.
      return this.#close(names, stops)
    }
  }

  #begin(): void {
    const name = this.#name
    if (this.isFull) return
    this.#flush()
    // The page has one of each: what another says of itself goes to the first.
    if (name === "html") return this.#claim(this.root)
    if (blocks.has(name) && this.#isOpen("p")) this.#close(paragraph, paragraphStops)
    const ends = closing[name]
    if (ends !== undefined) this.#close(...ends)
    const element = new LightElement(name, this.#attributes)
    this.#elements++
    this.#open.at(-1)!.append(element)
    if (childless.has(name)) return
    this.#open.push(element)
    this.#openByName.set(name, (this.#openByName.get(name) ?? 0) + 1)
  }

  #claim(element: LightElement): void {
    const known = element.attributes as Map<string, string>
    for (const [name, value] of this.#attributes) if (!known.has(name)) known.set(name, value)
  }

  onopentagname(start: number, end: number): void {
    this.#name = this.#html.slice(start, end).toLowerCase()
    this.#attributes = new Map()
  }

  onattribname(start: number, end: number): void {
    this.#attribute = this.#html.slice(start, end).toLowerCase()
    this.#value = ""
  }

  onattribdata(start: number, end: number): void {
    this.#value += this.#html.slice(start, end)
  }

  onattribentity(code: number): void {
    this.#value += String.fromCodePoint(code)
  }

  onattribend(): void {
    if (!this.#attributes.has(this.#attribute)) this.#attributes.set(this.#attribute, this.#value)
  }

  onopentagend(): void {
    this.#begin()
  }

  onselfclosingtag(): void {
    this.#begin()
  }

  onclosetag(start: number, end: number): void {
    const name = this.#html.slice(start, end).toLowerCase()
    this.#flush()
    if (!this.#isOpen(name)) return
    while (this.#open.at(-1)!.localName !== name) this.#pop()
    this.#pop()
  }

  ontext(start: number, end: number): void {
    this.#texts.push(this.#html.slice(start, end))
  }

  ontextentity(code: number): void {
    this.#texts.push(String.fromCodePoint(code))
  }

  onend(): void {
    this.#flush()
  }

  oncdata(): void {}
  oncomment(): void {}
  ondeclaration(): void {}
  onprocessinginstruction(): void {}
}

const paragraph = wordsOf("p")
const paragraphStops = wordsOf("table td th button object")

/** Always a document, whose root is an element `html`. */
export const lightDocument = (
  html: string,
  Tokenize: new(options: object, callbacks: TokenizerCallbacks) => Tokenizer
): LightElement => {
  const builder = new Builder(html)
  const tokenizer = new Tokenize({}, builder)
  tokenizer.write(html)
  tokenizer.end()
  return builder.root
}
