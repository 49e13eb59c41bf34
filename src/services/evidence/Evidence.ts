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

export interface EvidenceSource {
  readonly kind: "row" | "file" | "url"
  /** The field's name, the file's path or the URL. */
  readonly name: string
  /** ISO 8601, UTC: when it was read or fetched (a cached page keeps its first time). */
  readonly at: string
  /** SHA-256 of the text, first 32 hex digits. */
  readonly hash: string
  readonly text: string
}

/** A source that gave nothing, and why, as a sentence. */
export interface EvidenceMiss {
  readonly kind: "row" | "file" | "url"
  readonly name: string
  readonly cause: "NotFound" | "Network" | "Timeout" | "Unsupported" | "Refused" | "TooLarge"
  readonly reason: string
}

export interface EvidenceBundle {
  readonly sources: ReadonlyArray<EvidenceSource>
  readonly misses: ReadonlyArray<EvidenceMiss>
  /** Hash over the sources' hashes in order. */
  readonly hash: string
  /** All texts joined, bounded for the prompt by the job's `evidence.maxChars`. */
  readonly text: string
  /** Whether there is enough to write from; if not, the cause and a sentence. */
  readonly outcome:
    | { readonly _tag: "Enough" }
    | {
      readonly _tag: "NotEnough"
      readonly cause: "NotFound" | "ThinEvidence" | "Network" | "Timeout"
      readonly reason: string
    }
}

export class Evidence extends Context.Service<Evidence, {
  /** Gathers what the job declares for the item. What cannot be had is a miss in the bundle, never a failure. */
  readonly gather: (item: Item) => Effect.Effect<EvidenceBundle>
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

  const fromUrl = (url: string): Effect.Effect<EvidenceSource, EvidenceMiss> =>
    Effect.gen(function*() {
      const kept = yield* cache.get(url)
      const nowMs = yield* Clock.currentTimeMillis
      const page = Option.isSome(kept) && isFresh(kept.value, nowMs)
        ? kept.value
        : yield* fetch(url)
      return source("url", url, page.at, page.text)
    })

  /** What the row itself tells is a plain value: no fiber is made for it. */
  const obtain = (wanted: Wanted, at: string): Effect.Effect<Gathered> => {
    switch (wanted._tag) {
      case "Text":
        return Effect.succeed(fromText(wanted.name, wanted.text, at))
      case "File":
        return Effect.result(fromFile(wanted.name))
      case "Url":
        return Effect.result(fromUrl(wanted.name))
      case "Missing": {
        const { cause, kind, name, reason } = wanted
        return Effect.succeed(Result.fail({ kind, name, cause, reason }))
      }
    }
  }

  const gather = (item: Item): Effect.Effect<EvidenceBundle> =>
    Effect.map(
      Effect.flatMap(nowIso, (at) =>
        Effect.forEach(wantedOf(item, settings), (wanted) =>
          obtain(wanted, at), {
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
