// Pages read: from the cache while they are fresh, else fetched, asking first whether anything is new.
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { digest } from "../Digest.ts"
import { nowIso } from "../Time.ts"
import { cleanText } from "./CleanText.ts"
import type { EvidenceMiss } from "./Evidence.ts"
import type { CachedPage, EvidenceCache } from "./EvidenceCache.ts"
import { readHtml } from "./html/ReadHtml.ts"
import { makeKeyedPermits } from "./KeyedPermits.ts"
import { languageOf } from "./Language.ts"
import { pageText } from "./PageText.ts"
import { wallOf, wallReason } from "./verdict/Walls.ts"
import type { WebPage, WebPages } from "./WebPages.ts"

type Miss = Pick<EvidenceMiss, "cause" | "reason">

const isFresh = (page: CachedPage, nowMs: number, ttlMs: number): boolean => {
  const ageMs = Option.map(DateTime.make(page.at), (at) => nowMs - at.epochMilliseconds)
  // A page from the future is the work of a clock that was set back.
  return Option.exists(ageMs, (age) => age >= 0 && age < ttlMs)
}

const plain = (text: string) => ({
  canonical: "",
  title: "",
  heading: "",
  opening: "",
  declaredLanguage: "",
  text: cleanText(text),
  mainChars: text.length,
  hidden: []
})

/** What the server sent, read; a wall in its place is a miss. */
const readPage = Effect.fnUntraced(function*(asked: string, page: WebPage) {
  const { headers, status, url } = page
  const contentType = headers["content-type"] ?? ""
  const body = Option.getOrUndefined(pageText(contentType, page.bytes))
  if (body === undefined) {
    const kind = contentType === "" ? "of no named kind" : contentType
    const reason = `its content is ${kind}, not text that can be read`
    return yield* Effect.fail<Miss>({ cause: "Unsupported", reason })
  }
  const { isHtml } = body
  const { declaredLanguage, ...reading } = isHtml ? yield* readHtml(body.text) : plain(body.text)
  const { mainChars: textChars, text, title } = reading
  const wall = isHtml
    ? wallOf({ status, headers, html: body.text, title, url, text, textChars })
    : undefined
  if (wall !== undefined) {
    return yield* Effect.fail<Miss>({ cause: "Blocked", reason: wallReason(wall) })
  }
  const declared = /^[a-z]{2}(?![a-z])/i.exec(declaredLanguage)?.[0].toLowerCase()
  const kept: CachedPage = {
    url: asked,
    at: yield* nowIso,
    hash: digest(text),
    finalUrl: url,
    language: (yield* languageOf(text)) ?? declared ?? null,
    isHtml,
    etag: headers["etag"] ?? null,
    lastModified: headers["last-modified"] ?? null,
    ...reading
  }
  return kept
})

export interface Pages {
  /** The page as it is kept while that is fresh, else as its server has it now; `fresh` takes nothing for fresh. */
  readonly read: (url: string, fresh: boolean) => Effect.Effect<CachedPage, Miss>
}

/** Reads pages by their URLs, each of them one at a time: of many items that share one, the first fetches it. */
export const makePages = (
  cache: EvidenceCache["Service"],
  web: WebPages["Service"],
  ttlMs: number
): Pages => {
  const oneAtATime = makeKeyedPermits(1)
  const fetch = Effect.fnUntraced(function*(url: string, kept: CachedPage | undefined) {
    const fetched = yield* web.get(url, kept)
    const page = fetched.status === 304 && kept !== undefined
      ? { ...kept, at: yield* nowIso }
      : yield* readPage(url, fetched)
    yield* cache.put(page)
    return page
  })
  const read: Pages["read"] = (url, fresh) =>
    oneAtATime(url)(Effect.gen(function*() {
      const kept = fresh ? undefined : Option.getOrUndefined(yield* cache.get(url))
      const nowMs = yield* Clock.currentTimeMillis
      return kept !== undefined && isFresh(kept, nowMs, ttlMs) ? kept : yield* fetch(url, kept)
    }))
  return { read }
}
