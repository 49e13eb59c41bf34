// What stands on every page of a site and says nothing of this one: navigation, cookie banners, footers, sharing.
import { attribute } from "./Dom.ts"
import type { DomElement } from "./Dom.ts"

const tags: ReadonlySet<string> = new Set([
  "nav",
  "aside",
  "noscript",
  "template",
  "iframe",
  "object",
  "embed",
  "canvas",
  "svg",
  "math",
  "style",
  "script",
  "button",
  "select",
  "textarea",
  "dialog",
  "menu"
])

const roles: ReadonlySet<string> = new Set([
  "navigation",
  "banner",
  "contentinfo",
  "search",
  "dialog",
  "alertdialog",
  "complementary",
  "menu",
  "menubar"
])

// Words of a class or an id, as whole words: "cookie-recipe" is caught by the words about consent only.
const names =
  /(?:^|[\s_-])(?:nav|navbar|navigation|menu|breadcrumbs?|footer|sidebar|side-bar|masthead|cookies?(?:[\s_-]?(?:banner|bar|consent|notice|popup|modal|wall|policy-banner|law|overlay|message|dialog))|consent|gdpr|cmp|onetrust|usercentrics|cookiebot|didomi|truste|newsletter|subscribe|signup|sign-up|share|sharing|social|socials|related|recommended|recommendations|also-like|upsell|advert|advertisement|ads?|banner-ad|promo-bar|sponsored|popup|modal|skip-link|skip|toolbar|pagination|pager|back-to-top|language-switcher|login-form|search-form|site-header|site-footer|comments?-(?:form|area|list)|disqus)(?:[\s_-]|$)/i

/** A name such as `menu` on something that holds most of the page is a mistake of the page, not a menu. */
const shareMax = 0.5

const isHead = (element: DomElement): boolean => {
  const { localName } = element
  if (localName !== "header" && localName !== "footer") return false
  // The head and foot of an article are part of it.
  for (let up = element.parentNode; up !== null; up = up.parentNode) {
    const name = "localName" in up ? up.localName : ""
    if (name === "article" || name === "main" || name === "section" || name === "blockquote") {
      return localName === "footer" && name === "section"
    }
  }
  return true
}

/** Whether the element is boilerplate; `pageChars` are those of the whole page. */
export const isBoilerplate = (element: DomElement, pageChars: number): boolean => {
  const { localName } = element
  if (localName === "body" || localName === "html" || localName === "main") return false
  if (tags.has(localName)) return true
  if (roles.has(attribute(element, "role").toLowerCase()) || isHead(element)) return true
  if (localName === "form") return wordsShare(element, pageChars) < 0.3
  const named = `${attribute(element, "class")} ${attribute(element, "id")}`
  return localName !== "article" && named.length > 1 && names.test(named.slice(0, 500)) &&
    wordsShare(element, pageChars) < shareMax
}

const wordsShare = (element: DomElement, pageChars: number): number =>
  pageChars === 0 ? 0 : element.textContent.length / pageChars
