// What of a page its readers do not see: hidden by an attribute, a style of its own, or a rule of the page's styles.
//
// What sighted readers see is seen, whatever screen readers are told of it. What a control of the page shows, such as
// the answer under a question, is not hidden either: a reader gets at it.
import type { Colour } from "./Colour.ts"
import {
  ancestorsOf,
  attribute,
  elementsOf,
  isElement,
  nextElement,
  previousElement
} from "./Dom.ts"
import type { DomElement } from "./Dom.ts"
import { isCamouflaged, lookOf, plainLook } from "./HidingStyle.ts"
import type { Look } from "./HidingStyle.ts"
import { both, StyleRules } from "./StyleRules.ts"

const screenReaderOnly =
  /(?:^|\s)(?:sr-only|screen-reader-text|visually-hidden|visuallyhidden|a11y-hidden|a-offscreen)(?:\s|$)/i
/** Classes by which common style sheets take an element away, and those that give it back on a larger screen. */
const takenAway = /(?:^|\s)(?:d-none|is-hidden|u-hidden|hidden)(?:\s|$)/i
const givenBack =
  /(?:^|\s)(?:d-(?:sm|md|lg|xl|xxl)-\S+|(?:sm|md|lg|xl|2xl):(?:block|flex|grid|inline\S*|table\S*))(?:\s|$)/i

/** Marked as not for screen readers, and not seen either unless a control opens it; or no text at all. */
const overlay =
  /(?:^|[\s_-])(?:modal|dialog|drawer|off-?canvas|popup|popover|overlay|tooltip|lightbox|dropdown|slick-cloned|clone|icons?|material-icons|material-symbols\S*|glyphicon|fa[srb]?)(?:[\s_-]|$)/i
const overlayRoles: ReadonlySet<string> = new Set(["dialog", "alertdialog", "menu", "tooltip"])

const folding =
  /(?:^|[\s_-])(?:accordion|collaps\w*|panel|tab-?(?:pane|panel|content)|toggle\w*|expand\w*|faq|answer|read-?more|show-?more|more-?(?:text|content)|details|spoiler)(?:[\s_-]|$)/i

/** Pages with a dark ground say so in a style sheet that is not read here; a class of what is around it may tell. */
const darkGround =
  /(?:^|[\s_-])(?:hero|cover|banner|overlay|dark|jumbotron|slide|slider|bg|background|inverse|promo)(?:[\s_-]|$)/i

const isControl = (element: DomElement | undefined): boolean => {
  if (element === undefined) return false
  const { localName } = element
  return /^(?:button|summary|dt|label|h[1-6])$/.test(localName) ||
    /^(?:button|tab)$/.test(attribute(element, "role")) ||
    attribute(element, "aria-expanded") !== "" || attribute(element, "aria-controls") !== "" ||
    element.getAttribute("onclick") !== null ||
    (localName === "a" && attribute(element, "href").startsWith("#"))
}

const within = (element: DomElement): DomElement | undefined =>
  element.firstChild !== null && isElement(element.firstChild) ? element.firstChild : undefined

const isMadeToFold = (element: DomElement): boolean =>
  attribute(element, "role") === "tabpanel" ||
  folding.test(attribute(element, "class").slice(0, 500))

/** Something beside it opens it: a heading or button before it, in a part of the page that is made to fold. */
const isOpenedBeside = (element: DomElement): boolean => {
  const parent = element.parentNode
  const isInFolding = parent !== null && isElement(parent) && isMadeToFold(parent)
  if (!isMadeToFold(element) && !isInFolding) return false
  const before = previousElement(element)
  return [before, before === undefined ? undefined : within(before), nextElement(element)].some(
    isControl
  )
}

/** Ids of what the controls of the page show. */
const controlledIds = (elements: ReadonlyArray<DomElement>): ReadonlySet<string> =>
  new Set(
    elements.flatMap((element) => [
      ...attribute(element, "aria-controls").split(/\s+/),
      ...["data-target", "data-bs-target"].map((name) =>
        attribute(element, name).replace(/^#/, "")
      ),
      ...(attribute(element, "data-toggle") === "" && attribute(element, "data-bs-toggle") === ""
        ? []
        : [attribute(element, "href").replace(/^#/, "")])
    ]).filter(Boolean)
  )

/** Ids of parts of the page that links lead to, such as the heads of tabs. */
const linkedIds = (elements: ReadonlyArray<DomElement>): ReadonlySet<string> =>
  new Set(
    elements.flatMap((element) => {
      const href = element.localName === "a" ? attribute(element, "href") : ""
      return href.length > 1 && href.startsWith("#") ? [href.slice(1)] : []
    })
  )

const white: Colour = [255, 255, 255, 1]

class Page {
  readonly #rules: StyleRules
  readonly #controlled: ReadonlySet<string>
  readonly #linked: ReadonlySet<string>
  readonly #looks = new Map<DomElement, Look>()

  constructor(elements: ReadonlyArray<DomElement>) {
    const sheets = elements.filter((element) => {
      const parent = element.parentNode
      // Of a page without scripts, which nobody sees.
      const isForNoScript = parent !== null && isElement(parent) && parent.localName === "noscript"
      return element.localName === "style" && !isForNoScript
    }).map(({ textContent }) => textContent)
    this.#rules = new StyleRules(sheets)
    this.#controlled = controlledIds(elements)
    this.#linked = linkedIds(elements)
  }

  /** By its own style and by what the page's rules say of it. */
  #lookOf(element: DomElement): Look {
    const known = this.#looks.get(element)
    if (known !== undefined) return known
    const style = attribute(element, "style")
    const own = style === "" ? plainLook : lookOf(style)
    const look = both(own, this.#rules.lookOf(element))
    this.#looks.set(element, look)
    return look
  }

  /** What is behind the text of an element: a colour of its own, or that of what it stands in. White where nobody says. */
  #groundOf(element: DomElement): Colour | "unknown" {
    for (const at of [element, ...ancestorsOf(element)]) {
      const { ground } = this.#lookOf(at)
      if (ground !== undefined) return ground
      const painted = attribute(at, "bgcolor")
      if (painted !== "") return lookOf(`background: ${painted}`).ground ?? white
      if (at !== element && darkGround.test(attribute(at, "class").slice(0, 500))) return "unknown"
    }
    return white
  }

  #isOpened(element: DomElement): boolean {
    const id = attribute(element, "id")
    if (
      id !== "" && (this.#controlled.has(id) || (this.#linked.has(id) && isMadeToFold(element)))
    ) {
      return true
    }
    return isOpenedBeside(element)
  }

  #isFolded(element: DomElement, look: Look): boolean {
    const hidden = element.getAttribute("hidden")
    const classes = attribute(element, "class")
    return (hidden !== null && hidden !== "until-found") || look.isFolded ||
      (takenAway.test(classes) && !givenBack.test(classes)) ||
      (attribute(element, "aria-hidden") === "true" &&
        (overlay.test(classes.slice(0, 500)) || overlayRoles.has(attribute(element, "role"))))
  }

  isHidden(element: DomElement): boolean {
    if (element.localName === "body" || element.localName === "html") return false
    const look = this.#lookOf(element)
    if (look.isUnseen || screenReaderOnly.test(attribute(element, "class"))) return true
    if (this.#isFolded(element, look)) return !this.#isOpened(element)
    // Of a rule's colour the other half may be in a rule that is not read.
    return look.colour !== undefined && isCamouflaged(look.colour, this.#groundOf(element))
  }
}

/** The outermost elements of the page that readers do not see; `elements` in the order of the page. */
export const hiddenElements = <E extends DomElement>(
  elements: ReadonlyArray<E>
): ReadonlyArray<E> => {
  const page = new Page(elements)
  const hidden: Array<E> = []
  const inside = new Set<DomElement>()
  for (const element of elements) {
    if (inside.has(element) || !page.isHidden(element)) continue
    hidden.push(element)
    for (const inner of elementsOf(element)) inside.add(inner)
  }
  return hidden
}
