// What is gathered for an item from its row, from files and from pages, and what hostile rows get.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as TestClock from "effect/testing/TestClock"
import * as fs from "node:fs"
import * as MemoryDisk from "../../../src/layers/MemoryDisk.ts"
import * as MemoryStore from "../../../src/layers/MemoryStore.ts"
import * as NodeDisk from "../../../src/layers/NodeDisk.ts"
import { DataDirectory, paths } from "../../../src/services/durability/DataDirectory.ts"
import { Evidence } from "../../../src/services/evidence/Evidence.ts"
import { EvidenceCache } from "../../../src/services/evidence/EvidenceCache.ts"
import { PageError, PageFetcher } from "../../../src/services/evidence/PageFetcher.ts"
import type { PageAnswer } from "../../../src/services/evidence/PageFetcher.ts"
import { WebPages } from "../../../src/services/evidence/WebPages.ts"
import type { Item, Json } from "../../../src/services/items/Item.ts"
import type { EvidenceSettings } from "../../../src/services/job/Job.ts"
import { evidenceJob } from "../../support/evidenceJob.ts"
import { tempDir } from "../../support/TempDir.ts"

const item = (fields: { readonly [field: string]: Json }): Item => ({
  slug: "a",
  fields: { slug: "a", ...fields },
  file: "items.jsonl",
  line: 1
})

const noPages = Layer.mock(WebPages)({})
const noCache = Layer.succeed(EvidenceCache, {
  get: () => Effect.succeedNone,
  put: () => Effect.void
})

const gather = (
  settings: Partial<EvidenceSettings>,
  row: Item,
  folder = "/in",
  pages: Layer.Layer<WebPages> = noPages
) =>
  Effect.flatMap(Evidence, (evidence) => evidence.gather(row)).pipe(
    Effect.provide(
      Evidence.layer.pipe(
        Layer.provide([pages, noCache, evidenceJob(`${folder}/items.jsonl`, settings)])
      )
    )
  )

const memory = Effect.provide(MemoryDisk.layerEmpty)

describe("fields of the row", () => {
  it.effect("strings stand as they are, other values as JSON, empty ones not at all", () =>
    Effect.gen(function*() {
      const row = item({
        title: "Pen",
        specs: { ink: ["blue"], mm: 0.5 },
        none: null,
        blank: "  ",
        price: 3
      })
      const bundle = yield* gather({ fields: ["*"] }, row)
      assert.strictEqual(
        bundle.text,
        "slug: a\n\ntitle: Pen\n\nspecs: {\"ink\":[\"blue\"],\"mm\":0.5}\n\nprice: 3"
      )
      assert.deepStrictEqual(bundle.misses, [])
      assert.deepStrictEqual(bundle.outcome, { _tag: "Enough" })
      assert.match(bundle.hash, /^[0-9a-f]{32}$/)
    }).pipe(memory))

  it.effect("a named field that is missing is told", () =>
    Effect.gen(function*() {
      const bundle = yield* gather({ fields: ["titel"], minChars: 5 }, item({ title: "Pen" }))
      assert.deepStrictEqual(bundle.outcome, {
        _tag: "NotEnough",
        cause: "NotFound",
        missCause: "NotFound",
        reason:
          "0 characters of evidence, evidence.minChars asks for 5; row titel: NotFound: the row has no value in the field \"titel\""
      })
    }).pipe(memory))

  it.effect("fields of the prototype are no fields", () =>
    Effect.gen(function*() {
      const bundle = yield* gather({ fields: ["constructor", "__proto__"] }, item({}))
      assert.deepStrictEqual(bundle.sources, [])
    }).pipe(memory))

  it.effect("thin evidence says how thin, and text is cut at its bound", () =>
    Effect.gen(function*() {
      const thin = yield* gather({ fields: ["title"], minChars: 100 }, item({ title: "Pen" }))
      assert.deepStrictEqual(thin.outcome, {
        _tag: "NotEnough",
        cause: "ThinEvidence",
        missCause: undefined,
        reason: "3 characters of evidence, evidence.minChars asks for 100"
      })
      const long = yield* gather(
        { fields: ["text"], maxChars: 60 },
        item({ text: "A sentence of words. ".repeat(99) })
      )
      assert.strictEqual(long.text, "text:\nA sentence of words. A sentence of words.\n\n[…]")
      assert.strictEqual(long.sources[0]?.text.length, 99 * 21 - 1)
    }).pipe(memory))

  it.effect("equal evidence has equal hashes, other evidence another one", () =>
    Effect.gen(function*() {
      const first = yield* gather({ fields: ["t"] }, item({ t: "one\u200b" }))
      const same = yield* gather({ fields: ["t"] }, item({ t: "one" }))
      const other = yield* gather({ fields: ["t"] }, item({ t: "two" }))
      assert.strictEqual(first.hash, same.hash)
      assert.notStrictEqual(first.hash, other.hash)
    }).pipe(memory))
})

const onDisk = (prepare: (root: string) => void) =>
  Effect.map(tempDir, (root) => {
    fs.mkdirSync(`${root}/in/docs`, { recursive: true })
    fs.mkdirSync(`${root}/in-secret`)
    fs.writeFileSync(`${root}/secret.txt`, "the secret")
    fs.writeFileSync(`${root}/in-secret/s.txt`, "the secret")
    prepare(root)
    return root
  })

describe("files that the row names", () => {
  const read = (root: string, name: Json) =>
    gather({ fileFields: ["file"] }, item({ file: name }), `${root}/in`)

  it.effect("are read from the input's folder, a list of them in order", () =>
    Effect.gen(function*() {
      const root = yield* onDisk((at) => {
        fs.writeFileSync(`${at}/in/docs/a.md`, "\ufeff# A\r\n\r\ntext")
        fs.writeFileSync(`${at}/in/b.html`, "<p>B &amp; C</p>")
        fs.symlinkSync("docs/a.md", `${at}/in/link.md`)
      })
      const bundle = yield* read(root, ["docs/a.md", "./b.html", "link.md", `${root}/in/b.html`])
      assert.deepStrictEqual(bundle.misses, [])
      assert.deepStrictEqual(bundle.sources.map(({ text }) => text), [
        "# A\n\ntext",
        "B & C",
        "# A\n\ntext",
        "B & C"
      ])
    }).pipe(Effect.provide(NodeDisk.layer)))

  it.effect("are refused where name or link leads out of the folder, and nothing of them is read", () =>
    Effect.gen(function*() {
      const root = yield* onDisk((at) => {
        fs.symlinkSync("../../secret.txt", `${at}/in/docs/link.txt`)
        fs.symlinkSync("../..", `${at}/in/docs/up`)
        fs.symlinkSync(at, `${at}/in/all`)
        fs.symlinkSync("loop", `${at}/in/loop`)
      })
      const names = [
        "../secret.txt",
        "docs/../../secret.txt",
        `${root}/secret.txt`,
        "../in-secret/s.txt",
        "/etc/passwd",
        "docs/link.txt",
        "docs/up/secret.txt",
        "all/secret.txt",
        "all/in-secret/s.txt",
        "..",
        ".",
        "a\u0000b",
        "../nothing-here",
        "loop"
      ]
      const bundle = yield* read(root, names)
      assert.deepStrictEqual(bundle.sources, [])
      assert.deepStrictEqual(bundle.misses.map(({ cause }) => cause), names.map(() => "Refused"))
    }).pipe(Effect.provide(NodeDisk.layer)))

  it.effect("are misses with a cause where they cannot be used", () =>
    Effect.gen(function*() {
      const root = yield* onDisk((at) => {
        fs.writeFileSync(`${at}/in/big.txt`, "x".repeat(10_001))
        fs.writeFileSync(`${at}/in/image.png`, Buffer.from([0x89, 0x50, 0xff, 0xfe]))
        fs.writeFileSync(`${at}/in/empty.txt`, " \n\u200b")
      })
      const bundle = yield* read(root, [
        "none.txt",
        "big.txt/x",
        "big.txt",
        "image.png",
        "empty.txt",
        "docs",
        7
      ])
      assert.deepStrictEqual(bundle.misses.map(({ cause }) => cause), [
        "NotFound",
        "NotFound",
        "TooLarge",
        "Unsupported",
        "Unsupported",
        "Unsupported",
        "Unsupported"
      ])
      assert.strictEqual(bundle.outcome._tag, "Enough")
    }).pipe(Effect.provide(NodeDisk.layer)))
})

describe("pages that the row names", () => {
  const page = (text: string, contentType = "text/plain"): PageAnswer => ({
    status: 200,
    headers: { "content-type": contentType },
    bytes: Buffer.from(text)
  })

  const gone: PageAnswer = { status: 404, headers: {}, bytes: Buffer.of() }

  /** A fetcher that answers from a table and counts. */
  const fetcher = (answers: { readonly [url: string]: PageAnswer | PageError["reason"] }) => {
    const fetched: Array<string> = []
    const layer = Layer.succeed(PageFetcher, {
      fetch: ({ url }) =>
        Effect.suspend(() => {
          fetched.push(url)
          const answer = answers[url] ?? gone
          return typeof answer === "string"
            ? Effect.fail(new PageError({ url, reason: answer, detail: `told ${answer}` }))
            : Effect.succeed(answer)
        })
    })
    return { fetched, layer }
  }

  const run = (
    store: MemoryStore.MemoryStore,
    pages: Layer.Layer<PageFetcher>,
    urls: ReadonlyArray<string>,
    readOnly = false
  ) => {
    const cache = readOnly ? EvidenceCache.layerReadOnly : EvidenceCache.layer
    return Effect.flatMap(Evidence, (evidence) => evidence.gather(item({ url: urls }))).pipe(
      Effect.provide(
        Evidence.layer.pipe(
          Layer.provide([
            WebPages.layer.pipe(Layer.provide(pages)),
            cache
          ]),
          Layer.provide(evidenceJob("/in/items.jsonl", { urlFields: ["url"], minChars: 3 })),
          Layer.provide([MemoryDisk.layer(store), DataDirectory.layer("/data")])
        )
      )
    )
  }

  it.effect("are fetched once within their time to live, and keep their first time", () =>
    Effect.gen(function*() {
      const store = MemoryStore.make()
      const { fetched, layer } = fetcher({
        "http://a/": page("<p>hello</p>", "text/html; charset=utf-8")
      })
      const first = yield* run(store, layer, ["http://a/"])
      assert.strictEqual(first.text, "<source id=\"url:http://a/\">\nhello\n</source>")
      yield* TestClock.adjust(59_999)
      assert.deepStrictEqual(yield* run(store, layer, ["http://a/"]), first)
      assert.deepStrictEqual(fetched, ["http://a/"])
      yield* TestClock.adjust(1)
      const later = yield* run(store, layer, ["http://a/"])
      assert.deepStrictEqual(fetched, ["http://a/", "http://a/"])
      assert.strictEqual(later.hash, first.hash)
      assert.notStrictEqual(later.sources[0]?.at, first.sources[0]?.at)
    }))

  it.effect("are fetched again where the cache is damaged, and the cache is mended", () =>
    Effect.gen(function*() {
      const store = MemoryStore.make()
      const { fetched, layer } = fetcher({ "http://a/": page("hello") })
      yield* run(store, layer, ["http://a/"])
      const [text = ""] = store.files().filter((file) => file.endsWith(".txt"))
      for (const damage of ["hell", "jello", ""]) {
        store.put(text, damage)
        assert.strictEqual((yield* run(store, layer, ["http://a/"])).sources[0]?.text, "hello")
        assert.strictEqual(store.get(text)?.toString(), "hello")
      }
      const [entry = ""] = store.files().filter((file) => file.endsWith(".json"))
      for (
        const damage of [
          "",
          "{}",
          "null",
          "{\"url\":\"http://b/\",\"at\":\"x\",\"hash\":\"../../secret\"}"
        ]
      ) {
        store.put(entry, damage)
        assert.strictEqual((yield* run(store, layer, ["http://a/"])).sources[0]?.text, "hello")
      }
      assert.strictEqual(fetched.length, 8)
    }))

  it.effect("I11: a read-only cache answers from what is kept and changes no byte", () =>
    Effect.gen(function*() {
      const store = MemoryStore.make()
      const { fetched, layer } = fetcher({ "http://a/": page("hello"), "http://b/": page("other") })
      const snapshot = () => store.files().map((file) => [file, store.get(file)?.toString()])
      yield* run(store, layer, ["http://b/"], true)
      assert.deepStrictEqual(snapshot(), [])
      yield* run(store, layer, ["http://a/"])
      const before = snapshot()
      const bundle = yield* run(store, layer, ["http://a/", "http://b/"], true)
      assert.deepStrictEqual(bundle.sources.map(({ text }) => text), ["hello", "other"])
      assert.deepStrictEqual(fetched, ["http://b/", "http://a/", "http://b/"])
      assert.deepStrictEqual(snapshot(), before)
    }))

  it.effect("are used all the same where the cache cannot be written", () =>
    Effect.gen(function*() {
      const store = MemoryStore.make()
      store.failAlways(({ operation }) => operation === "datasync" ? "ENOSPC" : undefined)
      const { layer } = fetcher({ "http://a/": page("hello") })
      assert.strictEqual((yield* run(store, layer, ["http://a/"])).sources[0]?.text, "hello")
      assert.deepStrictEqual(store.files(), [])
    }))

  it.effect("a kill's leftover in the cache is swept", () =>
    Effect.gen(function*() {
      const store = MemoryStore.make()
      const leftover = `${paths("/data").evidence}/.x.json.0123456789ab.tmp`
      store.put(leftover, "half")
      yield* run(store, fetcher({}).layer, [])
      assert.isUndefined(store.get(leftover))
    }))

  it.effect("what passes decides the cause, so that a later run tries again", () =>
    Effect.gen(function*() {
      const store = MemoryStore.make()
      const { layer } = fetcher({
        "http://t/": "Timeout",
        "http://n/": "Network",
        "http://x/": page("\u0089PNG", "image/png")
      })
      const causeOf = (...urls: ReadonlyArray<string>) =>
        Effect.map(
          run(store, layer, urls),
          ({ outcome }) => outcome._tag === "NotEnough" ? outcome.cause : outcome._tag
        )
      assert.strictEqual(yield* causeOf("http://gone/", "http://n/", "http://t/"), "Timeout")
      assert.strictEqual(yield* causeOf("http://gone/", "http://n/"), "Network")
      assert.strictEqual(yield* causeOf("http://gone/", "http://x/"), "NotFound")
      assert.strictEqual(yield* causeOf("http://x/"), "ThinEvidence")
      // Its row names an item of which there is no page, and the name alone is too little.
      const named = { fields: ["slug"], urlFields: ["url"], minChars: 9 }
      const row = item({ url: "http://gone/" })
      const bundle = yield* gather(
        named,
        row,
        "/in",
        WebPages.layer.pipe(Layer.provide([layer, evidenceJob("/in/items.jsonl", {})]))
      )
      assert.propertyVal(bundle.outcome, "cause", "NotFound")
    }).pipe(memory))
})
