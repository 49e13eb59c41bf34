// What came for a URL, judged: a page, one that says there is none, a shell with nothing in it, or another's page.
//
// Each verdict needs two signs: what the page calls itself, and how little else it says. An article about error 404 is
// none, and a short page is no missing one.
import type { EvidenceMiss } from "../Evidence.ts"
import { entityNames, isNamedWhole, Named } from "./EntityNames.ts"
import { movedTo } from "./Moved.ts"
import { folded, sentencesOf, titleParts } from "./PageNames.ts"
import { isUnmistakable, saysNone } from "./SaysNone.ts"
import type { None } from "./SaysNone.ts"

type Miss = Pick<EvidenceMiss, "cause" | "reason">

export interface PageSigns {
  /** Where it was asked for. */
  readonly asked: string
  /** Where it was after redirects. */
  readonly url: string
  readonly canonical: string
  readonly title: string
  readonly heading: string
  /** How its main text begins. */
  readonly opening: string
  /** Characters of its main text. */
  readonly mainChars: number
}

/** Beyond this a page has something to say, and one of its names alone makes no missing page of it. */
const emptyCharsMax = 1_500
const shortCharsMax = 600
const nonePath = /\/(?:404|not-?found|page-?not-?found|error-?404|error)(?:\.\w+)?(?:[/?#]|$)/i

/** Pages say it of what was asked for, too: "Alder desk lamp was not found". */
const withoutEntity = (text: string, entity: ReadonlyArray<string>): string =>
  entity.filter((name) => name.length > 3).reduce(
    (rest, name) => rest.replaceAll(folded(name), " page "),
    folded(text)
  )

const softNotFound = (signs: PageSigns, entity: ReadonlyArray<string>): Miss | undefined => {
  const { asked, heading, mainChars, opening, title, url } = signs
  const names = entityNames(entity)
  const parts = titleParts(title)
  const isNamed = isNamedWhole(names, new Named([...parts, heading]))
  // What is itself called "Not Found", or "HTTP 404", is there.
  const own = new Set(entity.map(folded))
  const isOwn = (text: string): boolean =>
    own.has(folded(text)) ||
    (text.match(/\b4(?:04|10)\b/g) ?? []).some((code) =>
      names.some(({ words }) => words.includes(code))
    )
  const says = (text: string, mayTell: boolean): None | undefined => {
    if (isOwn(text)) return undefined
    const said = saysNone(withoutEntity(text, entity), mayTell)
    return said === "over" && isNamed ? undefined : said
  }
  const inTitle = parts.find((part) => says(part, false))
  const inHeading = [heading, ...sentencesOf(heading)].find((part) => says(part, false))
  const inText = sentencesOf(opening).find((sentence) => says(sentence, true))
  const named = inTitle ?? inHeading
  const all = [inTitle, inHeading, inText].filter((sign) => sign !== undefined)
  const isSure = !isNamed && (all.length > 1 || all.some(isUnmistakable))
  if (named !== undefined && (mainChars <= emptyCharsMax || isSure)) {
    return {
      cause: "SoftNotFound",
      reason: `the server answered 200 with a page named "${named.slice(0, 100)}"`
    }
  }
  if (mainChars > emptyCharsMax) return undefined
  if (asked !== url && !isNamed && nonePath.test(URL.parse(url)?.pathname ?? "")) {
    return { cause: "SoftNotFound", reason: `it redirects to ${url}` }
  }
  return inText === undefined || mainChars > shortCharsMax
    ? undefined
    : {
      cause: "SoftNotFound",
      reason: `the server answered 200 with a page that says "${inText.slice(0, 100)}"`
    }
}

const moved = (signs: PageSigns, entity: ReadonlyArray<string>): Miss | undefined => {
  const to = movedTo(signs, entity)
  if (to === undefined) return undefined
  const called = signs.title || signs.heading
  return {
    cause: "Moved",
    reason: `it leads to ${to.at.href}, ${to.isHome ? "the site's first page, " : ""}${
      called === "" ? "" : `"${called.slice(0, 100)}", `
    }which does not name ${entity.map((name) => `"${name.slice(0, 60)}"`).join(" or ")}`
  }
}

/**
 * Undefined where it is a page of the entity with enough in it. `entity` are the names by which the item is known: its
 * slug, its name or title.
 */
export const judgePage = (
  signs: PageSigns,
  entity: ReadonlyArray<string>,
  pageMinChars: number
): Miss | undefined =>
  softNotFound(signs, entity) ?? moved(signs, entity) ??
    (signs.mainChars < pageMinChars
      ? {
        cause: "Thin",
        reason:
          `its main text has ${signs.mainChars} characters, evidence.pageMinChars asks for ${pageMinChars}`
      }
      : undefined)
