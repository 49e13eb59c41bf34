// Facts about an item, gathered before anything is written about it.
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as path from "node:path"
import { digest } from "../Digest.ts"
import { Disk } from "../durability/Disk.ts"
import type { Item } from "../items/Item.ts"
import { CurrentJob } from "../job/Job.ts"
import { nowIso } from "../Time.ts"
import { bundle } from "./Bundle.ts"
import { cleanText } from "./CleanText.ts"
import { EvidenceCache } from "./EvidenceCache.ts"
import type { CachedPage } from "./EvidenceCache.ts"
import { readInside } from "./FileEvidence.ts"
import { PageFetcher } from "./PageFetcher.ts"
import { pageText } from "./PageText.ts"
import { wantedOf } from "./RowFields.ts"
import type { Wanted } from "./RowFields.ts"

/** Where a source comes from: a field of the row, a file, a page, a text of the job, a plug-in. */
export type SourceKind = "row" | "file" | "url" | "text" | "plugin"

export interface EvidenceSource {
  /** `<kind>:<name>`, unique in the bundle and the same in every run. */
  readonly id: string
  readonly kind: SourceKind
  /** The field's name, the file's path, the URL, or the name that the job or the plug-in gives. */
  readonly name: string
  /** ISO 8601, UTC: when it was read, fetched, or last confirmed by its server. */
  readonly at: string
  /** SHA-256 of the text, first 32 hex digits: offsets into the text are good as long as it is the same. */
  readonly hash: string
  /** Cleaned and whole: places in it are given in UTF-16 units from its beginning. */
  readonly text: string
  /** Of a page: where it was after redirects. */
  readonly url?: string
  /** Of a page: its title. */
  readonly title?: string
  /** ISO 639-1, where the text was long enough to tell. */
  readonly language?: string
}

/**
 * Why a source gave nothing. `NotFound`: there is none. `SoftNotFound`: an answer of 200 that says so. `Moved`: another
 * entity is there now. `Blocked`: a wall stands before it (captcha, login, paywall, 401, 403). `Thin`: too little text
 * is there. `Unsupported`: no text that can be read. `Refused`: it is not asked for (address, scheme, robots.txt, a
 * path outside the folder). `TooLarge`: more bytes than allowed. The others pass: `RateLimited`, `Network`, `Timeout`.
 */
export type MissCause =
  | "NotFound"
  | "SoftNotFound"
  | "Moved"
  | "Blocked"
  | "Thin"
  | "Unsupported"
  | "Refused"
  | "TooLarge"
  | "RateLimited"
  | "Network"
  | "Timeout"

/** A source that gave nothing, and why, as a sentence. */
export interface EvidenceMiss {
  readonly kind: SourceKind
  readonly name: string
  readonly cause: MissCause
  readonly reason: string
}

/** Something in a source that a person should know of: words that address the model instead of a reader. */
export interface EvidenceFinding {
  readonly rule: "instructions" | "hidden-instructions"
  /** Id of the source. */
  readonly source: string
  /** Where it stands in the source's text; null where it stood in what a reader cannot see, and was left out. */
  readonly offset: number | null
  /** The words, at most 200 characters. */
  readonly text: string
  readonly message: string
}

export interface EvidenceBundle {
  readonly sources: ReadonlyArray<EvidenceSource>
  readonly misses: ReadonlyArray<EvidenceMiss>
  readonly findings: ReadonlyArray<EvidenceFinding>
  /** Hash over the sources' hashes in order. */
  readonly hash: string
  /** All texts joined, bounded for the prompt by the job's `evidence.maxChars`. */
  readonly text: string
  /** Whether there is enough to write from; if not, the cause by which a retry finds the item, and a sentence. */
  readonly outcome:
    | { readonly _tag: "Enough" }
    | {
      readonly _tag: "NotEnough"
      readonly cause: "NotFound" | "ThinEvidence" | "RateLimited" | "Network" | "Timeout"
      readonly reason: string
    }
}

export interface GatherOptions {
  /** Asks every server again, whatever is kept (default false). */
  readonly fresh?: boolean
}

export class Evidence extends Context.Service<Evidence, {
  /** Gathers what the job declares for the item. What cannot be had is a miss in the bundle, never a failure. */
  readonly gather: (item: Item, options?: GatherOptions) => Effect.Effect<EvidenceBundle>
}>()("inkfast/services/evidence/Evidence") {
  static readonly layer: Layer.Layer<
    Evidence,
    never,
    CurrentJob | Disk | EvidenceCache | PageFetcher
  > = Layer.effect(
    Evidence,
    Effect.suspend(() => make)
  )
}

/** Pages of one item that are fetched at the same time. */
const fetchesAtOnce = 4

const source = (
  kind: EvidenceSource["kind"],
  name: string,
  at: string,
  text: string
): EvidenceSource => ({
  id: `${kind}:${name}`,
  kind,
  name,
  at,
  hash: digest(text),
  text
})

type Gathered = Result.Result<EvidenceSource, EvidenceMiss>

const nothing = (
  kind: EvidenceMiss["kind"],
  name: string,
  what: Pick<EvidenceMiss, "cause" | "reason">
) => Effect.fail<EvidenceMiss>({ kind, name, cause: what.cause, reason: what.reason })

const noText = { cause: "Unsupported", reason: "there is no text in it" } as const

const make = Effect.gen(function*() {
  const { directory, evidence: settings, input } = yield* CurrentJob
  const disk = yield* Disk
  const cache = yield* EvidenceCache
  const pages = yield* PageFetcher
  const folder = input.path === "-" ? directory : path.dirname(input.path)

  const fromText = (name: string, raw: string, at: string): Gathered => {
    const text = cleanText(raw)
    return text === ""
      ? Result.fail({ kind: "row", name, ...noText })
      : Result.succeed(source("row", name, at, text))
  }

  const fromFile = (name: string): Effect.Effect<EvidenceSource, EvidenceMiss> =>
    Effect.gen(function*() {
      const read = yield* Effect.result(readInside(disk, folder, name, settings.fetchBytesMax))
      if (read._tag === "Failure") return yield* nothing("file", name, read.failure)
      const text = cleanText(read.success)
      return text === ""
        ? yield* nothing("file", name, noText)
        : source("file", name, yield* nowIso, text)
    })

  const fetch = (url: string): Effect.Effect<CachedPage, EvidenceMiss> =>
    Effect.gen(function*() {
      const request = { url, timeoutMs: settings.fetchTimeoutMs, bytesMax: settings.fetchBytesMax }
      const fetched = yield* Effect.result(pages.fetch(request))
      if (fetched._tag === "Failure") {
        const { detail, reason } = fetched.failure
        return yield* nothing("url", url, { cause: reason, reason: detail })
      }
      const { bytes, contentType } = fetched.success
      const raw = pageText(contentType, bytes)
      if (Option.isNone(raw)) {
        const reason = `its content is ${
          contentType === "" ? "of no named kind" : contentType
        }, not text that can be read`
        return yield* nothing("url", url, { cause: "Unsupported", reason })
      }
      const text = cleanText(raw.value)
      if (text === "") return yield* nothing("url", url, noText)
      const page: CachedPage = { url, at: yield* nowIso, hash: digest(text), text }
      yield* cache.put(page)
      return page
    })

  const isFresh = (page: CachedPage, nowMs: number): boolean => {
    const ageMs = Option.map(DateTime.make(page.at), (at) => nowMs - at.epochMilliseconds)
    // A page from the future is the work of a clock that was set back.
    return Option.exists(ageMs, (age) => age >= 0 && age < settings.cacheTtlMs)
  }

  const fromUrl = (url: string, fresh: boolean): Effect.Effect<EvidenceSource, EvidenceMiss> =>
    Effect.gen(function*() {
      const kept = fresh ? Option.none() : yield* cache.get(url)
      const nowMs = yield* Clock.currentTimeMillis
      const page = Option.isSome(kept) && isFresh(kept.value, nowMs)
        ? kept.value
        : yield* fetch(url)
      return source("url", url, page.at, page.text)
    })

  /** What the row itself tells is a plain value: no fiber is made for it. */
  const obtain = (wanted: Wanted, at: string, fresh: boolean): Effect.Effect<Gathered> => {
    switch (wanted._tag) {
      case "Text":
        return Effect.succeed(fromText(wanted.name, wanted.text, at))
      case "File":
        return Effect.result(fromFile(wanted.name))
      case "Url":
        return Effect.result(fromUrl(wanted.name, fresh))
      case "Missing": {
        const { cause, kind, name, reason } = wanted
        return Effect.succeed(Result.fail({ kind, name, cause, reason }))
      }
    }
  }

  const gather: Evidence["Service"]["gather"] = (item, { fresh = false } = {}) =>
    Effect.map(
      Effect.flatMap(nowIso, (at) =>
        Effect.forEach(wantedOf(item, settings), (wanted) =>
          obtain(wanted, at, fresh), {
          concurrency: fetchesAtOnce
        })),
      (results) =>
        bundle(
          results.flatMap((result) =>
            result._tag === "Success" ? [result.success] : []
          ),
          results.flatMap((result) => result._tag === "Failure" ? [result.failure] : []),
          settings
        )
    )

  return Evidence.of({ gather })
})
