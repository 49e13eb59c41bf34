// Whether what came for an address is about another entity: a redirect to a category, to a successor, to the front page.
import {
  entityNames,
  isNamedMostly,
  isNamedWhole,
  isOtherModel,
  isSibling,
  Named
} from "./EntityNames.ts"
import type { PageSigns } from "./PageVerdict.ts"
import { titleParts } from "./PageNames.ts"

/** Why the page at `at` is not the entity's. */
export interface MovedTo {
  readonly at: URL
  readonly isHome: boolean
}

const decoded = (path: string): string => {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

const pathOf = (url: URL): string => decoded(url.pathname).replace(/\/+$/, "").toLowerCase()
const hostOf = (url: URL): string => url.hostname.replace(/^www\./, "")
/** The last part of a path that names something. */
const lastOf = (url: URL): string =>
  pathOf(url).replace(/\/(?:index|default)\.\w+$/, "").split("/").at(-1)?.replace(
    /\.\w{2,5}$/,
    ""
  ) ??
    ""

/** Whether two addresses lead to different pages: `www.`, the scheme and a slash at the end say nothing. */
const isElsewhere = (from: URL, to: URL): boolean =>
  hostOf(from) !== hostOf(to) || pathOf(from) !== pathOf(to)

const isSearch = (url: URL, title: string): boolean =>
  /\/(?:search|catalogsearch|suche|recherche|buscar|s)(?:\/|$)/.test(pathOf(url)) ||
  /^(?:search(?: results?)?|results) (?:for|of)\b|^search results|^suchergebnis|^résultats? de recherche/i
    .test(title)

/** A number of the catalogue that stands in both addresses: `/p/4711` and `/p/4711-lampe-aulne`. */
const isSameNumber = (from: URL, to: URL): boolean => {
  const numbersOf = (url: URL): ReadonlyArray<string> =>
    lastOf(url).match(/(?=[a-z]*\d)[a-z\d]{5,}|\d{3,}/g) ?? []
  const before = numbersOf(from)
  return before.length > 0 && before.every((number) => numbersOf(to).includes(number))
}

/**
 * Where it leads if that is another entity's page. `entity` are the names by which the item is known: its slug, its
 * name or title. Only a page that was redirected, or that names another address as its own, can be another's; what a
 * page at its own address calls itself is its affair.
 */
export const movedTo = (
  { asked: askedUrl, canonical, heading, title, url }: PageSigns,
  entity: ReadonlyArray<string>
): MovedTo | undefined => {
  const asked = URL.parse(askedUrl)
  const led = URL.parse(url)
  const own = canonical === "" ? null : URL.parse(canonical, url)
  if (asked === null || led === null) return undefined
  const names = entityNames(entity)
  // Sites that name their front page as every page's own address have made a mistake.
  const stated = own !== null && pathOf(own) !== "" && isElsewhere(asked, own) ? own : undefined
  const at = isElsewhere(asked, led) ? led : stated
  if (at === undefined || names.length === 0) return undefined
  const isHome = pathOf(at) === "" && pathOf(asked) !== ""
  const moved = { at, isHome }
  const name = heading === "" ? titleParts(title)[0] ?? "" : heading
  const called = new Named([name])
  if (isHome) return isNamedWhole(names, called) ? undefined : moved
  if (isSearch(at, heading) || isSearch(at, title)) return moved
  const path = lastOf(at).replace(/[-_+.]/g, " ")
  if (isOtherModel(names, new Named([name, path]))) return moved
  const named = new Named([...titleParts(title), heading, path])
  if (isNamedWhole(names, named)) return undefined
  if (lastOf(at) !== "" && lastOf(at) === lastOf(asked)) return undefined
  if (isSameNumber(asked, at)) return undefined
  const isParent = pathOf(asked).startsWith(`${pathOf(at)}/`)
  if (isParent || isSibling(lastOf(asked), lastOf(at))) return moved
  return isNamedMostly(names, named, called) ? undefined : moved
}
