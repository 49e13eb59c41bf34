// What of a page its readers do not see: hidden by an attribute, a style of its own, or a rule of the page's styles.
import { attribute, elementsOf } from "./Dom.ts"
import type { DomElement } from "./Dom.ts"

const hidingStyle =
  /(?:^|[;\s])(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|opacity\s*:\s*0*\.?0+(?![.\d])|font-size\s*:\s*0*\.?[01]?(?:px|pt|em|rem|%)?\s*(?:;|!|$)|(?:left|top|right|margin-left|margin-top|text-indent)\s*:\s*-\d{3,}|clip\s*:\s*rect\(\s*[01]|clip-path\s*:\s*inset\(\s*(?:50|100)%|transform\s*:\s*scale\(\s*0\s*\)|color\s*:\s*transparent)/i

const zeroBox = (style: string): boolean =>
  /(?:^|[;\s])(?:max-)?(?:height|width)\s*:\s*[01](?:px)?\s*(?:;|!|$)/i.test(style) &&
  /overflow\s*:\s*(?:hidden|clip)/i.test(style)

const colorOf = (style: string, property: string): string =>
  new RegExp(`(?:^|[;\\s])${property}\\s*:\\s*([^;!]+)`, "i").exec(style)?.[1]?.trim().toLowerCase()
    .replace(/\s+/g, "").replace(/^white$/, "#fff").replace(/^#ffffff$/, "#fff")
    .replace(/^black$/, "#000").replace(/^#000000$/, "#000").replace(
      /^rgb\(255,255,255\)$/,
      "#fff"
    ) ?? ""

/** Text in the colour of what is behind it. */
const camouflaged = (style: string): boolean => {
  const color = colorOf(style, "color")
  if (color === "") return false
  const behind = colorOf(style, "background(?:-color)?")
  // White on nothing said is white on white: pages with a dark ground say so in a rule, not at a piece of text.
  return behind === "" ? color === "#fff" : behind === color
}

const hides = (style: string): boolean =>
  style !== "" && (hidingStyle.test(style) || zeroBox(style) || camouflaged(style))

const screenReaderOnly =
  /(?:^|\s)(?:sr-only|screen-reader-text|visually-hidden|visuallyhidden|a11y-hidden|d-none|is-hidden|u-hidden)(?:\s|$)/i

const rulesMax = 5_000

/** Classes and ids that a rule of the page hides whatever the screen: `.x { display: none }`. */
const hiddenNames = (styles: ReadonlyArray<string>): ReadonlySet<string> => {
  const names = new Set<string>()
  let rules = 0
  for (const style of styles) {
    // Rules for a kind of screen hide on that one only.
    const plain = style.replace(/\/\*[\s\S]*?(?:\*\/|$)/g, "").replace(
      /@[a-z-]+[^{};]{0,500}\{(?:[^{}]{0,2000}\{[^{}]{0,2000}\}){0,200}\s*\}/gi,
      ""
    )
    for (
      const [, selectors = "", body = ""] of plain.matchAll(/([^{}]{1,500})\{([^{}]{0,2000})\}/g)
    ) {
      if (++rules > rulesMax) return names
      if (!hides(body)) continue
      for (const selector of selectors.split(",")) {
        const simple = /^\s*(?:[a-z]+)?([.#][\w-]+)\s*$/i.exec(selector)?.[1]
        if (simple !== undefined) names.add(simple)
      }
    }
  }
  return names
}

/**
 * The outermost elements of the page that readers do not see. What a control on the page shows (`aria-controls`), such
 * as the answer under a question, is not hidden: a reader gets at it.
 */
export const hiddenElements = (elements: ReadonlyArray<DomElement>): ReadonlyArray<DomElement> => {
  const styles = elements.filter(({ localName }) => localName === "style").map(({ textContent }) =>
    textContent.slice(0, 200_000)
  )
  const names = hiddenNames(styles)
  const shown = new Set(
    elements.flatMap((element) => attribute(element, "aria-controls").split(/\s+/)).filter(Boolean)
  )
  const isHidden = (element: DomElement): boolean => {
    if (element.localName === "body" || element.localName === "html") return false
    const id = attribute(element, "id")
    if (id !== "" && shown.has(id)) return false
    const classes = attribute(element, "class")
    return element.getAttribute("hidden") !== null ||
      attribute(element, "aria-hidden") === "true" ||
      hides(attribute(element, "style")) ||
      screenReaderOnly.test(classes) ||
      (names.size > 0 &&
        (names.has(`#${id}`) || classes.split(/\s+/).some((name) => names.has(`.${name}`))))
  }
  const hidden: Array<DomElement> = []
  const inside = new Set<DomElement>()
  for (const element of elements) {
    if (inside.has(element) || !isHidden(element)) continue
    hidden.push(element)
    for (const inner of elementsOf(element)) inside.add(inner)
  }
  return hidden
}
