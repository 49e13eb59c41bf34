// The rules of a page's own style sheets, by the elements that they are for: `.wrap .x`, `p#y`, `div > .z`.
//
// Selectors that say more than that are left out, and rules for a kind of screen or a state hide on that one only.
import { ancestorsOf, attribute } from "./Dom.ts"
import type { DomElement } from "./Dom.ts"
import { isTelling, lookOf, plainLook } from "./HidingStyle.ts"
import type { Look } from "./HidingStyle.ts"

/** One element's part of a selector. */
interface Compound {
  readonly tag: string
  readonly id: string
  readonly classes: ReadonlyArray<string>
}

interface Rule {
  readonly last: Compound
  /** What it stands in, the nearest first. */
  readonly within: ReadonlyArray<Compound>
  readonly look: Look
}

const rulesMax = 5_000
const sheetCharsMax = 200_000
const compoundsMax = 6

const compoundOf = (text: string): Compound | undefined => {
  const [, tag = "", rest = ""] = /^([a-z][a-z0-9]*|\*)?((?:[.#][\w-]+)*)$/i.exec(text) ?? []
  if (tag === "" && rest === "") return undefined
  const parts = rest.match(/[.#][\w-]+/g) ?? []
  return {
    tag: tag === "*" ? "" : tag.toLowerCase(),
    id: parts.find((part) => part.startsWith("#"))?.slice(1) ?? "",
    classes: parts.filter((part) => part.startsWith(".")).map((part) => part.slice(1))
  }
}

const ruleOf = (selector: string, look: Look): Rule | undefined => {
  const compounds = selector.trim().split(/\s*>\s*|\s+/).map(compoundOf)
  const last = compounds.pop()
  const within = compounds.filter((compound) => compound !== undefined)
  return last === undefined || within.length !== compounds.length || within.length >= compoundsMax
    ? undefined
    : { last, within: within.reverse(), look }
}

/** Rules that stand in no other, such as one for a kind of screen. */
const outermost = (sheet: string): string =>
  sheet.slice(0, sheetCharsMax).replace(/\/\*[\s\S]*?(?:\*\/|$)/g, "").replace(
    /@[a-z-]+[^{};]{0,500}\{(?:[^{}]{0,2000}\{[^{}]{0,2000}\}){0,200}\s*\}/gi,
    ""
  )

/** An element as selectors look at it. */
interface Subject {
  readonly tag: string
  readonly id: string
  readonly classes: ReadonlyArray<string>
}

const subjectOf = (element: DomElement): Subject => ({
  tag: element.localName,
  id: attribute(element, "id"),
  classes: attribute(element, "class").split(/\s+/)
})

const fits = (subject: Subject, { classes, id, tag }: Compound): boolean =>
  (tag === "" || tag === subject.tag) && (id === "" || id === subject.id) &&
  classes.every((name) => subject.classes.includes(name))

/** A class of `html` or `body` is a state of the page: without scripts, before they have run, with a menu open. */
const isState = ({ tag }: Subject, { classes, id }: Compound): boolean =>
  (tag === "html" || tag === "body") && (classes.length > 0 || id !== "")

/** By what an element is found to have a rule: its most telling part. */
const keyOf = ({ classes, id, tag }: Compound): string =>
  id !== "" ? `#${id}` : classes[0] !== undefined ? `.${classes[0]}` : tag

/** So many rules and ancestors are looked at; of a page that asks for more only the ends of selectors count. */
const looksMax = 1_000_000

/** What the rules of a page say of its elements, as far as that hides them or their text. */
export class StyleRules {
  readonly #byKey = new Map<string, Array<Rule>>()
  #looks = 0

  constructor(sheets: ReadonlyArray<string>) {
    let rules = 0
    for (const sheet of sheets) {
      const plain = outermost(sheet)
      for (
        const [, selectors = "", body = ""] of plain.matchAll(/([^{}]{1,500})\{([^{}]{0,2000})\}/g)
      ) {
        if (++rules > rulesMax) return
        const look = lookOf(body)
        if (isTelling(look)) this.#add(selectors, look)
      }
    }
  }

  #add(selectors: string, look: Look): void {
    for (const selector of selectors.split(",")) {
      const rule = ruleOf(selector, look)
      if (rule === undefined) continue
      const key = keyOf(rule.last)
      const before = this.#byKey.get(key)
      if (before === undefined) this.#byKey.set(key, [rule])
      else before.push(rule)
    }
  }

  #standsIn(element: DomElement, within: ReadonlyArray<Compound>): boolean {
    if (within.length === 0 || this.#looks > looksMax) return true
    let nth = 0
    for (const ancestor of ancestorsOf(element)) {
      this.#looks++
      const compound = within[nth]!
      const subject = subjectOf(ancestor)
      if (!fits(subject, compound) || isState(subject, compound)) continue
      if (++nth === within.length) return true
    }
    return false
  }

  /** All that the rules say of the element, put together. */
  lookOf(element: DomElement): Look {
    if (this.#byKey.size === 0) return plainLook
    const subject = subjectOf(element)
    let look = plainLook
    for (
      const key of [subject.tag, `#${subject.id}`, ...subject.classes.map((name) => `.${name}`)]
    ) {
      for (const rule of this.#byKey.get(key) ?? []) {
        this.#looks++
        if (!fits(subject, rule.last) || !this.#standsIn(element, rule.within)) continue
        look = both(look, rule.look)
        if (look.isUnseen || look.isFolded) return look
      }
    }
    return look
  }
}

/** What one says beside the other; of two grounds the later one. */
export const both = (one: Look, other: Look): Look => ({
  isUnseen: one.isUnseen || other.isUnseen,
  isFolded: one.isFolded || other.isFolded,
  colour: one.colour,
  ground: other.ground ?? one.ground
})
