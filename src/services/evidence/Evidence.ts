// Facts about an item, gathered before anything is written about it.
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as path from "node:path"
import { digest } from "../Digest.ts"
import { Disk } from "../durability/Disk.ts"
import type { Item, Json } from "../items/Item.ts"
import { CurrentJob } from "../job/Job.ts"
import { JobError } from "../job/JobError.ts"
import { nowIso } from "../Time.ts"
import { bundle } from "./Bundle.ts"
import { cleanText } from "./CleanText.ts"
import { EvidenceCache } from "./EvidenceCache.ts"
import { EvidencePlugins } from "./EvidencePlugins.ts"
import { readInside } from "./FileEvidence.ts"
import { findInstructions } from "./Instructions.ts"
import { languageOf } from "./Language.ts"
import { makePages } from "./Pages.ts"
import { judgePage } from "./PageVerdict.ts"
import { makeWanted, pluginsOf } from "./Wanted.ts"
import type { Wanted, WantedOne } from "./Wanted.ts"
import { WebPages } from "./WebPages.ts"

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
  /** Fails where the job names a plug-in that no Layer provides. */
  static readonly layer: Layer.Layer<
    Evidence,
    JobError,
    CurrentJob | Disk | EvidenceCache | WebPages
  > = Layer.effect(
    Evidence,
    Effect.suspend(() => make)
  )
}

/** Sources of one item that are gathered at the same time. */
const sourcesAtOnce = 4

interface Gathered {
  readonly sources: ReadonlyArray<EvidenceSource>
  readonly misses: ReadonlyArray<EvidenceMiss>
  readonly findings: ReadonlyArray<EvidenceFinding>
}

const missed = (
  kind: SourceKind,
  name: string,
  { cause, reason }: Pick<EvidenceMiss, "cause" | "reason">
): Gathered => ({ sources: [], misses: [{ kind, name, cause, reason }], findings: [] })

const noText = { cause: "Unsupported", reason: "there is no text in it" } as const

interface Text extends Omit<EvidenceSource, "id" | "hash"> {
  readonly hidden?: ReadonlyArray<string>
}

/** A text that is clean already. */
const found = ({ hidden = [], ...text }: Text): Gathered => {
  if (text.text === "") return missed(text.kind, text.name, noText)
  const id = `${text.kind}:${text.name}`
  return {
    sources: [{ id, ...text, hash: digest(text.text) }],
    misses: [],
    // What the row and the job say is their owner's word.
    findings: text.kind === "row" || text.kind === "text"
      ? []
      : findInstructions(id, text.text, hidden)
  }
}

const joined = (parts: ReadonlyArray<Gathered>): Gathered => ({
  sources: parts.flatMap(({ sources }) => sources),
  misses: parts.flatMap(({ misses }) => misses),
  findings: parts.flatMap(({ findings }) => findings)
})

/** One source that is declared twice, or under two fields, counts once. */
const distinct = ({ findings, misses, sources }: Gathered): Gathered => {
  const seen = new Set<string>()
  return {
    sources: sources.filter(({ id }) => !seen.has(id) && seen.add(id)),
    misses,
    findings: [...new Map(findings.map((each) => [JSON.stringify(each), each])).values()]
  }
}

/** By what the item is known: for telling whether a page is about it. */
const namesOf = ({ fields, slug }: Item): ReadonlyArray<string> =>
  [slug, fields["name"], fields["title"]].filter((name: Json | undefined) =>
    typeof name === "string"
  )

const titleAndLanguage = (title: string | undefined, language: string | null | undefined) => ({
  ...(title === undefined || title === "" ? {} : { title }),
  ...(language === undefined || language === null ? {} : { language })
})

const unknownPlugins = (names: ReadonlyArray<string>, known: ReadonlyArray<string>): JobError =>
  new JobError({
    faults: names.map((name) => ({
      file: "job",
      line: 0,
      key: "evidence.sources",
      message: `there is no plug-in "${name}"; ${
        known.length === 0 ? "none is provided" : `provided: ${known.join(", ")}`
      }. Plug-ins come from the program that embeds inkfast, by a Layer of EvidencePlugins`
    }))
  })

const make = Effect.gen(function*() {
  const { directory, evidence: settings, input } = yield* CurrentJob
  const disk = yield* Disk
  const pages = makePages(yield* EvidenceCache, yield* WebPages, settings.cacheTtlMs)
  const plugins = yield* EvidencePlugins
  const absent = pluginsOf(settings).filter((name) => !Object.hasOwn(plugins, name))
  if (absent.length > 0) return yield* unknownPlugins(absent, Object.keys(plugins))
  const wantedOf = makeWanted(settings)
  const folder = input.path === "-" ? directory : path.dirname(input.path)

  const fromFile = (name: string): Effect.Effect<Gathered> =>
    Effect.matchEffect(readInside(disk, folder, name, settings.fetchBytesMax), {
      onFailure: (miss) => Effect.succeed(missed("file", name, miss)),
      onSuccess: ({ hidden, text: raw, title }) =>
        Effect.gen(function*() {
          const text = cleanText(raw)
          const told = titleAndLanguage(title, yield* languageOf(text))
          return found({ kind: "file", name, at: yield* nowIso, text, hidden, ...told })
        })
    })

  const fromUrl = (name: string, item: Item, fresh: boolean): Effect.Effect<Gathered> =>
    Effect.match(pages.read(name, fresh), {
      onFailure: (miss) => missed("url", name, miss),
      onSuccess: (page) => {
        const signs = { ...page, asked: page.url, url: page.finalUrl }
        const against = page.isHtml
          ? judgePage(signs, namesOf(item), settings.pageMinChars)
          : undefined
        if (against !== undefined) return missed("url", name, against)
        const { at, finalUrl: url, hidden, language, text, title } = page
        const told = titleAndLanguage(title, language)
        return found({ kind: "url", name, at, text, url, hidden, ...told })
      }
    })

  const fromPlugin = (name: string, options: unknown, item: Item): Effect.Effect<Gathered> =>
    Effect.suspend(() => plugins[name]!(item, options)).pipe(
      Effect.catchDefect((defect) =>
        Effect.fail({ cause: "Network" as const, reason: `the plug-in broke: ${String(defect)}` })
      ),
      Effect.matchEffect({
        onFailure: (miss) => Effect.succeed(missed("plugin", name, miss)),
        onSuccess: (texts) =>
          Effect.map(nowIso, (at) =>
            texts.length === 0
              ? missed("plugin", name, { cause: "NotFound", reason: "it found nothing" })
              : joined(
                texts.map(({ name: part, text }) =>
                  found({ kind: "plugin", name: `${name}/${part}`, at, text: cleanText(text) })
                )
              ))
      })
    )

  const obtain = (
    wanted: WantedOne,
    item: Item,
    at: string,
    fresh: boolean
  ): Effect.Effect<Gathered> => {
    switch (wanted._tag) {
      // What the row itself tells is a plain value: no fiber is made for it.
      case "Text":
        return Effect.succeed(
          found({ kind: wanted.kind, name: wanted.name, at, text: cleanText(wanted.text) })
        )
      case "File":
        return fromFile(wanted.name)
      case "Url":
        return fromUrl(wanted.name, item, fresh)
      case "Plugin":
        return fromPlugin(wanted.name, wanted.options, item)
      case "Missing":
        return Effect.succeed(missed(wanted.kind, wanted.name, wanted))
    }
  }

  const first = Effect.fnUntraced(
    function*(of: ReadonlyArray<WantedOne>, item: Item, at: string, fresh: boolean) {
      const tried: Array<Gathered> = []
      for (const wanted of of) {
        const gathered = yield* obtain(wanted, item, at, fresh)
        tried.push(gathered)
        if (gathered.sources.length > 0) break
      }
      return joined(tried)
    }
  )

  const gather: Evidence["Service"]["gather"] = (item, { fresh = false } = {}) =>
    Effect.gen(function*() {
      const at = yield* nowIso
      const parts = yield* Effect.forEach(
        wantedOf(item),
        (wanted: Wanted) =>
          wanted._tag === "FirstOf"
            ? first(wanted.of, item, at, fresh)
            : obtain(wanted, item, at, fresh),
        { concurrency: sourcesAtOnce }
      )
      const { findings, misses, sources } = distinct(joined(parts))
      return bundle(sources, misses, findings, settings)
    })

  return Evidence.of({ gather })
})
