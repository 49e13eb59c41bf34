// Extraction and classification scored on a corpus that a server on the loopback serves, through the real fetcher.
import { assert, describe, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as dns from "node:dns"
import * as MemoryDisk from "../../../src/layers/MemoryDisk.ts"
import * as UndiciPageFetcher from "../../../src/layers/UndiciPageFetcher.ts"
import { DataDirectory } from "../../../src/services/durability/DataDirectory.ts"
import { Evidence } from "../../../src/services/evidence/Evidence.ts"
import type { EvidenceBundle } from "../../../src/services/evidence/Evidence.ts"
import { EvidenceCache } from "../../../src/services/evidence/EvidenceCache.ts"
import { WebPages } from "../../../src/services/evidence/WebPages.ts"
import { evidenceJob } from "../../support/evidenceJob.ts"
import { contentPages } from "../../support/pages/contentPages.ts"
import { emptyPages, targets } from "../../support/pages/emptyPages.ts"
import { broken, endlessPages, hostilePages } from "../../support/pages/hostilePages.ts"
import type { CorpusPage } from "../../support/pages/Page.ts"
import { readmePages } from "../../support/pages/readmePages.ts"
import { seenPages } from "../../support/pages/seenPages.ts"
import { shopPages } from "../../support/pages/shopPages.ts"
import { serveHttp } from "../../support/serveHttp.ts"

const served = new Map(
  [
    ...contentPages,
    ...seenPages,
    ...shopPages,
    ...emptyPages,
    ...targets,
    ...hostilePages,
    ...endlessPages,
    ...broken,
    ...readmePages
  ].map((page) => [`/${page.name}`, page])
)

const server = serveHttp((request, response) => {
  const page = served.get(request.url ?? "")
  if (page === undefined) return response.writeHead(404).end()
  const headers = { "content-type": "text/html", ...page.headers }
  return response.writeHead(page.status ?? 200, headers).end(page.body)
})

const loopback =
  ((_name: string, _options: unknown, done: (error: null, found: unknown) => void) =>
    done(null, [{ address: "127.0.0.1", family: 4 }])) as unknown as typeof dns.lookup

const services = Evidence.layer.pipe(
  Layer.provide([WebPages.layer, EvidenceCache.layerReadOnly]),
  Layer.provide([
    UndiciPageFetcher.layer({
      allowPrivateAddresses: false,
      allowedAddresses: ["127.0.0.1"],
      resolve: loopback
    }),
    MemoryDisk.layerEmpty,
    DataDirectory.layer("/data"),
    evidenceJob("/in/items.jsonl", {
      urlFields: ["url"],
      minChars: 10,
      maxChars: 200_000,
      pageMinChars: 200,
      fetchBytesMax: 2_000_000,
      hostConcurrency: 8
    })
  ]),
  Layer.merge(MemoryDisk.layerEmpty)
)

/** Those that answer alike are at one host: what it is told by one request holds for all of it. */
const urlOf = (root: string, { name, status = 200 }: CorpusPage): string =>
  `http://answers-${status}.test:${new URL(root).port}/${name}`

const gather = (root: string, page: CorpusPage) =>
  Effect.flatMap(Evidence, (evidence) =>
    evidence.gather({
      slug: page.name,
      fields: { slug: page.name, url: urlOf(root, page), name: page.title ?? page.name },
      file: "items.jsonl",
      line: 1
    }))

const verdictOf = ({ misses, sources }: EvidenceBundle): string =>
  sources.length > 0 ? "found" : misses[0]?.cause ?? "nothing"

/** Every page through the services, and what was expected and did not come. */
const score = (pages: ReadonlyArray<CorpusPage>) =>
  Effect.gen(function*() {
    const root = yield* server
    const faults: Array<string> = []
    const sums = { kept: 0, keeps: 0, leaked: 0, drops: 0, verdicts: 0 }
    for (const page of pages) {
      const bundle = yield* gather(root, page)
      const verdict = verdictOf(bundle)
      if (verdict === page.verdict) sums.verdicts++
      else {faults.push(
          `${page.name}: ${verdict}, not ${page.verdict}: ${bundle.misses[0]?.reason ?? ""}`
        )}
      const text = bundle.sources[0]?.text.replace(/\s+/g, " ") ?? ""
      for (const keep of page.keeps ?? []) {
        sums.keeps++
        if (text.includes(keep.replace(/\s+/g, " "))) sums.kept++
        else faults.push(`${page.name}: lacks "${keep.slice(0, 80)}"`)
      }
      for (const drop of page.drops ?? []) {
        sums.drops++
        if (!text.includes(drop)) continue
        sums.leaked++
        faults.push(`${page.name}: has "${drop.slice(0, 80)}"`)
      }
      if (page.language !== undefined && bundle.sources[0]?.language !== page.language) {
        faults.push(`${page.name}: language ${bundle.sources[0]?.language}, not ${page.language}`)
      }
      const rules = [...new Set(bundle.findings.map(({ rule }) => rule))]
      if (page.findings !== undefined && rules.join() !== page.findings.join()) {
        faults.push(`${page.name}: findings ${rules.join()}, not ${page.findings.join()}`)
      }
    }
    return { ...sums, faults }
  })

describe("the corpus", () => {
  layer(services)((it) => {
    it.effect("pages with something to say keep it, and nothing of their frame", () =>
      Effect.gen(function*() {
        const { drops, faults, kept, keeps, leaked } = yield* score(contentPages)
        assert.deepStrictEqual(faults, [])
        assert.strictEqual(kept, keeps)
        assert.strictEqual(leaked, 0)
        assert.isAbove(keeps, 60)
        assert.isAbove(drops, 60)
      }))

    it.effect("what readers see is kept, however it is marked and named", () =>
      Effect.gen(function*() {
        assert.deepStrictEqual((yield* score(seenPages)).faults, [])
      }))

    it.effect("shops, documentations, blogs: their own text, tables and prices, and nothing of their neighbours", () =>
      Effect.gen(function*() {
        assert.deepStrictEqual((yield* score(shopPages)).faults, [])
      }))

    it.effect("what is no page is told apart, each by its cause", () =>
      Effect.gen(function*() {
        const { faults, verdicts } = yield* score([...emptyPages, ...targets])
        assert.deepStrictEqual(faults, [])
        assert.isAbove(verdicts, 35)
      }))

    it.effect("hostile pages: what readers do not see is left out and told, what addresses a model is told", () =>
      Effect.gen(function*() {
        assert.deepStrictEqual((yield* score(hostilePages)).faults, [])
      }))

    it.effect("nothing gets through for the depth or the length of a page", () =>
      Effect.gen(function*() {
        assert.deepStrictEqual((yield* score(endlessPages)).faults, [])
      }))

    it.effect("READMEs of installed packages: nearly every sentence, and nothing of the frame", () =>
      Effect.gen(function*() {
        const { faults, kept, keeps, leaked, verdicts } = yield* score(readmePages)
        assert.strictEqual(verdicts, readmePages.length)
        assert.strictEqual(leaked, 0, faults.join("\n"))
        assert.isAbove(keeps, 40)
        assert.isAtLeast(kept / keeps, 0.99, faults.join("\n"))
      }))
  })
})

describe("broken and endless markup", () => {
  layer(services)((it) => {
    for (const page of broken) {
      it.effect(`is read: ${page.name}`, () =>
        Effect.gen(function*() {
          assert.deepStrictEqual((yield* score([page])).faults, [])
        }), 10_000)
    }
  })
})
