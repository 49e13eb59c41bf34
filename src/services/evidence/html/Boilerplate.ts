// What stands on every page of a site and says nothing of this one: navigation, cookie banners, footers, sharing, and
// what leads to other pages.
//
// A name proves little: a restaurant has a `menu`, and a report a `market-share`. Names that pages give to text as well
// count only where what they name leads elsewhere.
import { ancestorsOf, attribute, isElement } from "./Dom.ts"
import type { DomElement } from "./Dom.ts"
import { linkShare, measureOf } from "./Measures.ts"
import type { Measure, Measures } from "./Measures.ts"

const wordsOf = (list: string): ReadonlySet<string> => new Set(list.split(" "))

const tags = wordsOf(
  "nav noscript noframes noembed template iframe object embed canvas audio video svg math style script select datalist textarea progress meter dialog menu"
)
const roles = wordsOf("navigation banner contentinfo search dialog alertdialog menu menubar")

/** Parts of a class or an id that only boilerplate has. */
const telling =
  /(?:^|[\s_-])(?:navbar|navigation|breadcrumbs?|masthead|cookies?(?:[\s_-]?(?:banner|bar|consent|notice|popup|modal|wall|policy-banner|law|overlay|message|dialog))|(?:cookie|privacy|gdpr)[\s_-]?consent|gdpr|cmp|onetrust|usercentrics|cookiebot|didomi|truste|newsletter|subscribe|advert|advertisement|banner-ad|promo-bar|sponsored|popup|modal|skip-link|back-to-top|language-switcher|login-form|search-form|(?:site|page|main|global)-(?:header|footer)|comments?-(?:form|area|list)|disqus|related-(?:products?|posts?|articles?|items?|content|links|stories|searches)|recommended|recommendations?|also-like|upsells?|cross-sells?|(?:share|social)-(?:buttons?|links?|icons?|bar|this|media|share)|sharing)(?:[\s_-]|$)/i
/** The same, where it is the whole name. */
const tellingWhole =
  /(?:^|\s)(?:footer|ads?|adsbygoogle|ad-(?:slot|unit|container|wrapper|banner|box)|skip|pager|pagination|consent)(?:\s|$)/i
/** Parts that both have. */
const ambiguous =
  /(?:^|[\s_-])(?:nav|menu|share|socials?|related|links|topbar|signup|sign-up|toolbar|tags|categories|sidebar|side-bar|widgets?)(?:[\s_-]|$)/i
const besides = /(?:^|[\s_-])(?:sidebar|side-bar)(?:[\s_-]|$)/i

/** A name such as `menu` on something that holds most of the page is a mistake of the page, not a menu. */
const shareMax = 0.5

const isContent = ({ localName }: DomElement): boolean => /^(?:article|main)$/.test(localName)

const isHead = (element: DomElement): boolean => {
  const { localName } = element
  if (localName !== "header" && localName !== "footer") return false
  // The head and foot of an article are part of it.
  const around = ancestorsOf(element).find((up) =>
    isContent(up) || up.localName === "section" || up.localName === "blockquote"
  )
  return around === undefined || (localName === "footer" && around.localName === "section")
}

const leadsElsewhere = (measure: Measure): boolean =>
  linkShare(measure) >= 0.5 || (measure.links + measure.inputs > 0 && measure.chars <= 40)

/** Facts beside the text, such as a table of key data, belong to the page. */
const hasFacts = (measure: Measure): boolean => measure.facts > 0 && linkShare(measure) < 0.3

const isAside = (element: DomElement, measure: Measure): boolean => {
  const isBeside = element.localName === "aside" ||
    attribute(element, "role") === "complementary" ||
    besides.test(attribute(element, "class"))
  if (!isBeside || hasFacts(measure)) return false
  const isInside = element.localName === "aside" && ancestorsOf(element).some(isContent)
  return !isInside || leadsElsewhere(measure) || measure.inputs > 0
}

const containers = wordsOf("div section ul ol td header p")
const linksMin = 4
const linkCharsMax = 60

/** Menus without a name: hardly anything but short links. */
const isLinkBlock = (element: DomElement, measure: Measure): boolean =>
  containers.has(element.localName) && measure.links >= linksMin && linkShare(measure) >= 0.75 &&
  measure.linkChars / measure.links <= linkCharsMax

const isLabelled = (element: DomElement): boolean =>
  ancestorsOf(element).some(({ localName }) => /^(?:h[1-6]|dt|summary)$/.test(localName))

/** Whether the element is boilerplate; `page` measures all of the page. */
export const isBoilerplate = (element: DomElement, measures: Measures, page: Measure): boolean => {
  const { localName } = element
  if (localName === "body" || localName === "html" || localName === "main") return false
  if (tags.has(localName)) return true
  // The question that an answer is folded under.
  if (localName === "button") return !isLabelled(element)
  const measure = measureOf(measures, element)
  const share = page.chars === 0 ? 0 : measure.chars / page.chars
  if (roles.has(attribute(element, "role").toLowerCase()) || isHead(element)) return true
  if (localName === "form") return share < 0.3
  if (localName === "article" || share >= shareMax) return false
  if (isAside(element, measure) || isLinkBlock(element, measure)) return true
  const names = `${attribute(element, "class")} ${attribute(element, "id")}`.slice(0, 500)
  if (names.length <= 1) return false
  if (telling.test(names) || tellingWhole.test(names)) return !hasFacts(measure) || share < 0.1
  return ambiguous.test(names) && leadsElsewhere(measure)
}

const elsewhere =
  /^(?:you (?:may|might) (?:also|be interested)|(?:people|customers|others) (?:also|who)|(?:related|similar|recommended|suggested|featured|other) (?:products?|articles?|posts?|items?|stories|reading|links|topics|recipes)|recommended(?: for you)?|recently viewed|more (?:from|like this|articles|posts|stories|products)|(?:frequently |often )?bought (?:together|with)|complete the (?:look|set)|popular right now|trending(?: now)?|top sellers|best ?sellers|what others|das könnte (?:ihnen|dir|sie|dich)|ähnliche (?:produkte|artikel|beiträge)|(?:andere )?kunden (?:kauften|haben|sahen)|zuletzt (?:angesehen|gesehen)|vous aimerez|produits (?:similaires|associés)|articles (?:similaires|liés)|también te|productos (?:relacionados|similares)|share this|follow us|leave a (?:comment|reply)|subscribe(?: to)?\b|(?:sign up for|join) our newsletter|newsletter$)/i

const levelOf = (node: DomElement): number => Number(/^h([1-6])$/.exec(node.localName)?.[1] ?? 7)

/**
 * Elements under a heading that says that they lead elsewhere ("You may also like"), the heading among them: the part of
 * the page that it heads, or what follows it up to the next heading.
 */
export const sectionsElsewhere = <E extends DomElement>(
  elements: ReadonlyArray<E>,
  measures: Measures,
  page: Measure
): ReadonlyArray<E> =>
  elements.filter((element) => levelOf(element) < 7 && elsewhere.test(headingOf(element, measures)))
    .flatMap((heading) => sectionOf(heading, measures, page) as ReadonlyArray<E>)

const headingCharsMax = 80

const headingOf = (element: DomElement, measures: Measures): string => {
  const { chars } = measureOf(measures, element)
  return chars === 0 || chars > headingCharsMax
    ? ""
    : element.textContent.replace(/\s+/g, " ").trim()
}

const sectionOf = (
  heading: DomElement,
  measures: Measures,
  page: Measure
): ReadonlyArray<DomElement> => {
  const own = measureOf(measures, heading).chars
  const isSmall = (element: DomElement): boolean =>
    measureOf(measures, element).chars < shareMax * page.chars
  // Wrappers around nothing but the heading head what the heading heads.
  let head = heading
  let parent = heading.parentNode
  while (parent !== null && isElement(parent) && measureOf(measures, parent).chars === own) {
    head = parent
    parent = parent.parentNode
  }
  const isFirst = !hasTextBefore(head, measures)
  if (isFirst && parent !== null && isElement(parent) && !isContent(parent) && isSmall(parent)) {
    return [parent]
  }
  const section: Array<DomElement> = [head]
  for (let node = head.nextSibling; node !== null; node = node.nextSibling) {
    if (!isElement(node)) continue
    if (levelOf(node) <= levelOf(heading) || !isSmall(node)) break
    section.push(node)
  }
  return section
}

const hasTextBefore = (element: DomElement, measures: Measures): boolean => {
  for (let node = element.previousSibling; node !== null; node = node.previousSibling) {
    const chars = isElement(node)
      ? measureOf(measures, node).chars
      : (node.nodeValue ?? "").trim().length
    if (chars > 0) return true
  }
  return false
}
