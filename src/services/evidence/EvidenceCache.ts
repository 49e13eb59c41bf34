// Fetched pages kept on disk: texts by the hash of their content, found by the hash of their URL.
//
// `<evidence>/<hash of the URL>.json` names the text, when it was fetched and what its server said of it;
// `<evidence>/<hash of the text>.txt` holds it. A text that no longer has its hash is not there. An entry of another
// version of extraction is not there either. The cache is disposable: losing it costs fetches.
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { digest } from "../Digest.ts"
import { DataDirectory } from "../durability/DataDirectory.ts"
import { Disk } from "../durability/Disk.ts"
import { readTextFile } from "../durability/FileIo.ts"
import type { FileLock } from "../durability/FileLock.ts"
import { replaceFile, sweep } from "../durability/ReplaceFile.ts"

/** Counted up whenever a page would be read otherwise. */
const readingVersion = 3

const Entry = Schema.Struct({
  reading: Schema.Literal(readingVersion),
  url: Schema.String,
  /** ISO 8601, UTC: when it was fetched, or last confirmed by its server. */
  at: Schema.String,
  /** SHA-256 of the text, first 32 hex digits. */
  hash: Schema.String,
  /** Where it was after redirects. */
  finalUrl: Schema.String,
  canonical: Schema.String,
  title: Schema.String,
  heading: Schema.String,
  /** How its main text begins. */
  opening: Schema.String,
  language: Schema.NullOr(Schema.String),
  /** Characters of its main text. */
  mainChars: Schema.Int,
  isHtml: Schema.Boolean,
  /** Texts that its readers do not see; they are not in its text. */
  hidden: Schema.Array(Schema.String),
  etag: Schema.NullOr(Schema.String),
  lastModified: Schema.NullOr(Schema.String)
})

export interface CachedPage extends Omit<Schema.Schema.Type<typeof Entry>, "reading"> {
  readonly text: string
}

const EntryJson = Schema.fromJsonString(Entry)
const decodeEntry = Schema.decodeUnknownOption(EntryJson)
const encodeEntry = Schema.encodeSync(EntryJson)

const entryPath = (directory: string, url: string): string => `${directory}/${digest(url)}.json`
const textPath = (directory: string, hash: string): string => `${directory}/${hash}.txt`

export class EvidenceCache extends Context.Service<EvidenceCache, {
  /** The page as it was kept, however old; none where it is not kept whole. */
  readonly get: (url: string) => Effect.Effect<Option.Option<CachedPage>>
  /** Keeps a page. What goes wrong is a warning: the page is only fetched again. */
  readonly put: (page: CachedPage) => Effect.Effect<void>
}>()("inkfast/services/evidence/EvidenceCache") {
  static readonly layer = Layer.effect(EvidenceCache, Effect.suspend(() => make))
  /** For programs that write nothing: it has what earlier runs kept, and remembers the last pages of its own in memory. */
  static readonly layerReadOnly = Layer.effect(EvidenceCache, Effect.suspend(() => makeReadOnly))
}

const reader = (disk: Disk["Service"], directory: string) => (url: string) =>
  Effect.gen(function*() {
    const entry = decodeEntry(yield* readTextFile(disk, entryPath(directory, url)))
    if (
      Option.isNone(entry) || entry.value.url !== url || !/^[0-9a-f]{32}$/.test(entry.value.hash)
    ) {
      return Option.none<CachedPage>()
    }
    const text = yield* readTextFile(disk, textPath(directory, entry.value.hash))
    const { reading: _, ...page } = entry.value
    return digest(text) === page.hash ? Option.some({ ...page, text }) : Option.none()
  }).pipe(Effect.orElseSucceed(() => Option.none<CachedPage>()))

/** Pages that many items share, such as a shop's terms. */
const rememberedMax = 256

const makeReadOnly = Effect.gen(function*() {
  const disk = yield* Disk
  const { evidence } = yield* DataDirectory
  const read = reader(disk, evidence)
  const remembered = new Map<string, CachedPage>()
  return EvidenceCache.of({
    get: (url) =>
      Effect.suspend(() => {
        const page = remembered.get(url)
        return page === undefined ? read(url) : Effect.succeedSome(page)
      }),
    put: (page) =>
      Effect.sync(() => {
        const [oldest] = remembered.keys()
        if (remembered.size >= rememberedMax && oldest !== undefined) remembered.delete(oldest)
        remembered.set(page.url, page)
      })
  })
})

const make = Effect.gen(function*() {
  const disk = yield* Disk
  const { evidence } = yield* DataDirectory
  const files = yield* Effect.context<Disk | FileLock>()
  yield* Effect.catch(
    Effect.provideContext(sweep(evidence), files),
    (error) => Effect.logWarning(`leftovers in the evidence cache stay: ${error.message}`)
  )
  const put = (page: CachedPage) =>
    Effect.gen(function*() {
      yield* disk.makeDirectory(evidence)
      const path = textPath(evidence, page.hash)
      // The text first: an entry never names what is not there. Equal texts are kept once, a damaged one is mended.
      const kept = yield* Effect.option(readTextFile(disk, path))
      if (!Option.contains(kept, page.text)) yield* replaceFile(path, Buffer.from(page.text))
      const { text: _, ...facts } = page
      const entry = encodeEntry({ reading: readingVersion, ...facts })
      yield* replaceFile(entryPath(evidence, page.url), Buffer.from(`${entry}\n`))
    }).pipe(
      Effect.provideContext(files),
      Effect.catch((error) =>
        Effect.logWarning(
          `the page ${page.url} is not kept in the evidence cache: ${error.message}`
        )
      )
    )
  return EvidenceCache.of({ get: reader(disk, evidence), put })
})
