// Facts about an item, gathered before anything is written about it.
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as path from "node:path"
import { Disk } from "../durability/Disk.ts"
import type { Item } from "../items/Item.ts"
import { CurrentJob } from "../job/Job.ts"
import { JobError } from "../job/JobError.ts"
import { nowIso } from "../Time.ts"
import { bundle } from "./Bundle.ts"
import { EvidenceCache } from "./EvidenceCache.ts"
import { EvidencePlugins } from "./EvidencePlugins.ts"
import { distinct, joined, replaced, withRequired } from "./Gathered.ts"
import type { Gathered } from "./Gathered.ts"
import type { MissCause } from "./MissCause.ts"
import { makeObtain } from "./Obtain.ts"
import { makePages } from "./Pages.ts"
import { makeWanted, pluginsOf } from "./Wanted.ts"
import type { Wanted } from "./Wanted.ts"
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

/** A source that gave nothing, and why, as a sentence. */
export interface EvidenceMiss {
  readonly kind: SourceKind
  readonly name: string
  readonly cause: MissCause
  readonly reason: string
  /** The job asks for the source, and nothing stood in for it: the item is not written without it. */
  readonly isRequired?: true
  /** Another source of the same `firstOf` gave something. */
  readonly isReplaced?: true
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
      /** What the source that decided it came to; none where the row itself is too short, or the cause says all. */
      readonly missCause: MissCause | undefined
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
  const obtain = makeObtain({ disk, folder, pages, plugins, settings })

  const firstThatGives = Effect.fnUntraced(
    function*({ firstOf }: Wanted, item: Item, at: string, fresh: boolean) {
      const tried: Array<Gathered> = []
      for (const wanted of firstOf) {
        const gathered = yield* obtain(wanted, item, at, fresh)
        if (gathered.sources.length > 0) return joined([...tried.map(replaced), gathered])
        tried.push(gathered)
      }
      return joined(tried)
    }
  )

  /** Most sources have no second one, and those of the row itself are plain values: no fiber is made for them. */
  const first = (wanted: Wanted, item: Item, at: string, fresh: boolean) => {
    const [only, ...others] = wanted.firstOf
    return only !== undefined && others.length === 0
      ? obtain(only, item, at, fresh)
      : firstThatGives(wanted, item, at, fresh)
  }

  const gather: Evidence["Service"]["gather"] = (item, { fresh = false } = {}) =>
    Effect.gen(function*() {
      const at = yield* nowIso
      const wanted = wantedOf(item)
      const parts = yield* Effect.forEach(wanted, (each) => first(each, item, at, fresh), {
        concurrency: sourcesAtOnce
      })
      const required = withRequired(parts, wanted.map(({ requiredAs }) => requiredAs))
      const { findings, misses, sources } = distinct(joined(required))
      return bundle(sources, misses, findings, settings)
    })

  return Evidence.of({ gather })
})
