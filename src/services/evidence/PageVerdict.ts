// What came for a URL, judged: a page, one that says there is none, a shell with nothing in it, or another's page.
//
// Each verdict needs two signs: what the page calls itself, and how little else it says. An article about error 404 is
// none, and a short page is no missing one.
import type { EvidenceMiss } from "./Evidence.ts"

type Miss = Pick<EvidenceMiss, "cause" | "reason">

export interface PageSigns {
  /** Where it was asked for. */
  readonly asked: string
  /** Where it was after redirects. */
  readonly url: string
  readonly canonical: string
  readonly title: string
  readonly heading: string
  readonly text: string
  /** Characters of its main text. */
  readonly mainChars: number
}

const saysNone =
  /^(?:(?:error|fehler|erreur)\s*)?404\b|\b404(?: error)?(?:\s*[-|–:·]|$)|\b(?:page|item|product|article|content|site|listing|offer)\s+(?:was\s+|is\s+|could\s+not\s+be\s+|cannot\s+be\s+|can't\s+be\s+)?(?:not\s+found|no longer available|found|unavailable|gone|does(?:n't| not) exist)|^(?:nothing|not) found\b|\bdoes(?:n't| not) exist\b|\bseite (?:wurde )?nicht gefunden|\bnicht (?:mehr )?(?:gefunden|verfügbar)|\bpage (?:introuvable|non trouvée)|\bpágina no encontrada|\bno se ha encontrado|\bpagina (?:non trovata|niet gevonden)|\bpágina não encontrada|ページが見つかりません|页面不存在|страница не найдена|sidan hittades inte/i

const says404 = (text: string): boolean =>
  saysNone.test(text) && !/\?$|^how\b|\bhow to\b|\bfix(?:ing)?\b/i.test(text)

/** Beyond this a page has something to say, whatever its title. */
const emptyCharsMax = 1_500
const openingChars = 300
const shortCharsMax = 600
const nonePath = /\/(?:404|not-?found|page-?not-?found|error)(?:\.\w+)?(?:[/?#]|$)/i

const softNotFound = (signs: PageSigns): Miss | undefined => {
  const { heading, mainChars, text, title, url } = signs
  if (mainChars > emptyCharsMax) return undefined
  const named = [title, heading].find((name) => says404(name))
  if (named !== undefined) {
    return {
      cause: "SoftNotFound",
      reason: `the server answered 200 with a page named "${named.slice(0, 100)}"`
    }
  }
  if (signs.asked !== url && nonePath.test(URL.parse(url)?.pathname ?? "")) {
    return { cause: "SoftNotFound", reason: `it redirects to ${url}` }
  }
  const opening = text.slice(0, openingChars)
  const sentence = mainChars <= shortCharsMax
    ? opening.split(/(?<=[.!?])\s|\n/).find(says404)
    : undefined
  return sentence === undefined
    ? undefined
    : {
      cause: "SoftNotFound",
      reason: `the server answered 200 with a page that says "${sentence.trim().slice(0, 100)}"`
    }
}

const wordsOf = (text: string): ReadonlySet<string> =>
  new Set(text.normalize("NFKD").toLowerCase().match(/[\p{L}\p{N}]{3,}/gu) ?? [])

/** Words that say nothing of which entity it is. */
const common = new Set(
  [
    "the",
    "and",
    "for",
    "with",
    "html",
    "php",
    "www",
    "com",
    "index",
    "product",
    "products",
    "item",
    "items",
    "page"
  ]
)

const namesOf = (texts: ReadonlyArray<string>): ReadonlySet<string> =>
  new Set(texts.flatMap((text) => [...wordsOf(text)]).filter((word) => !common.has(word)))

const trimmed = (url: URL): string => url.pathname.replace(/\/+$/, "")

/** Whether two addresses lead to different pages: `www.`, the scheme and a slash at the end say nothing. */
const isElsewhere = (from: URL, to: URL): boolean =>
  from.hostname.replace(/^www\./, "") !== to.hostname.replace(/^www\./, "") ||
  decoded(trimmed(from)).toLowerCase() !== decoded(trimmed(to)).toLowerCase()

const decoded = (path: string): string => {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

/** Share of an entity's words that its page must name. */
const namedMin = 0.5

/**
 * `entity` are the names by which the item is known: its slug, its name or title. Only a page that was redirected, or
 * that names another address as its own, can be another's; what a page at its own address calls itself is its affair.
 */
const moved = (signs: PageSigns, entity: ReadonlyArray<string>): Miss | undefined => {
  const asked = URL.parse(signs.asked)
  const named = signs.canonical === "" ? null : URL.parse(signs.canonical, signs.url)
  const at = [URL.parse(signs.url), named].find((url) =>
    url !== null && asked !== null && isElsewhere(asked, url)
  )
  if (asked === null || at === null || at === undefined) return undefined
  const known = namesOf([signs.title, signs.heading, at.pathname.replace(/[-_/+.]/g, " ")])
  const names = entity.map((name) => namesOf([name.replace(/[-_/+.]/g, " ")]))
    .filter(({ size }) => size > 0)
  const isNamed = names.some((words) =>
    [...words].filter((word) => known.has(word)).length >= words.size * namedMin
  )
  if (isNamed || names.length === 0) return undefined
  const isHome = trimmed(at) === "" && trimmed(asked) !== ""
  const called = signs.title || signs.heading
  return {
    cause: "Moved",
    reason: `it leads to ${at.href}, ${isHome ? "the site's first page, " : ""}${
      called === "" ? "" : `"${called.slice(0, 100)}", `
    }which does not name ${entity.map((name) => `"${name.slice(0, 60)}"`).join(" or ")}`
  }
}

/** Undefined where it is a page of the entity with enough in it. */
export const judgePage = (
  signs: PageSigns,
  entity: ReadonlyArray<string>,
  pageMinChars: number
): Miss | undefined =>
  softNotFound(signs) ?? moved(signs, entity) ??
    (signs.mainChars < pageMinChars
      ? {
        cause: "Thin",
        reason:
          `its main text has ${signs.mainChars} characters, evidence.pageMinChars asks for ${pageMinChars}`
      }
      : undefined)
