// What becomes of a page, counted on a labelled corpus: precision and recall of each verdict, printed and asserted.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as MemoryDisk from "../../../src/layers/MemoryDisk.ts"
import { Evidence } from "../../../src/services/evidence/Evidence.ts"
import { EvidenceCache } from "../../../src/services/evidence/EvidenceCache.ts"
import { PageFetcher } from "../../../src/services/evidence/PageFetcher.ts"
import { WebPages } from "../../../src/services/evidence/WebPages.ts"
import { evidenceJob } from "../../support/evidenceJob.ts"
import type { LabelledPage } from "../../support/pages/labelled/LabelledPage.ts"
import { missingPages } from "../../support/pages/labelled/missingPages.ts"
import { movedPages } from "../../support/pages/labelled/movedPages.ts"
import { realPages, thinPages } from "../../support/pages/labelled/realPages.ts"
import { wallPages } from "../../support/pages/labelled/wallPages.ts"

const pages = [...realPages, ...missingPages, ...wallPages, ...movedPages, ...thinPages]

/** Each page at a host of its own, where what was asked for redirects to what answers. */
const originOf = (page: LabelledPage): string => `https://site-${pages.indexOf(page)}.test`

const web = Layer.succeed(PageFetcher, {
  fetch: ({ url }) => {
    const page = pages[Number(/^https:\/\/site-(\d+)\./.exec(url)?.[1])]!
    const isAnswer = page.path === page.asked || url !== originOf(page) + page.asked
    return Effect.succeed(
      isAnswer
        ? { status: page.status, headers: page.headers, bytes: Buffer.from(page.html) }
        : { status: 301, headers: { location: page.path }, bytes: new Uint8Array() }
    )
  }
})

const services = Evidence.layer.pipe(
  Layer.provide(WebPages.layer),
  Layer.provide([
    web,
    Layer.succeed(EvidenceCache, { get: () => Effect.succeedNone, put: () => Effect.void }),
    MemoryDisk.layerEmpty,
    evidenceJob("/in/items.jsonl", {
      urlFields: ["url"],
      pageMinChars: 200,
      fetchBytesMax: 1_000_000
    })
  ])
)

const verdictOf = (page: LabelledPage) =>
  Effect.gen(function*() {
    const evidence = yield* Evidence
    const fields = { slug: page.slug, url: originOf(page) + page.asked, name: page.title }
    const { misses, sources } = yield* evidence.gather({
      slug: page.slug,
      fields,
      file: "items.jsonl",
      line: 1
    })
    return {
      verdict: sources.length > 0 ? "found" : misses[0]?.cause ?? "",
      reason: misses[0]?.reason
    }
  })

interface Judged {
  readonly label: string
  readonly verdict: string
}

const share = (part: number, of: number): number => of === 0 ? 1 : part / of

/** Of what was called so, how much is; of what is so, how much was called so. */
const scoreOf = (judged: ReadonlyArray<Judged>, verdict: string) => {
  const called = judged.filter((page) => page.verdict === verdict)
  const are = judged.filter((page) => page.label === verdict)
  const right = called.filter((page) => page.label === verdict).length
  return {
    verdict,
    pages: are.length,
    precision: share(right, called.length),
    recall: share(right, are.length)
  }
}

describe("the labelled corpus", () => {
  it.effect("verdicts agree with the labels", () =>
    Effect.gen(function*() {
      const judged: Array<Judged> = []
      const faults: Array<string> = []
      for (const page of pages) {
        const { reason, verdict } = yield* verdictOf(page)
        judged.push({ label: page.label, verdict })
        if (verdict !== page.label) {
          faults.push(`${page.name}: ${verdict}, not ${page.label}: ${reason}`)
        }
      }
      const scores = ["found", "SoftNotFound", "Blocked", "Moved", "Thin"].map((verdict) =>
        scoreOf(judged, verdict)
      )
      const table = scores.map(({ pages, precision, recall, verdict }) =>
        `${verdict.padEnd(13)} ${String(pages).padStart(4)} pages  precision ${
          precision.toFixed(3)
        }  recall ${recall.toFixed(3)}`
      ).join("\n")
      process.stdout.write(`${table}\n${faults.join("\n")}\n`)
      assert.isAbove(pages.length, 450)
      for (const { precision, recall, verdict } of scores) {
        assert.isAtLeast(precision, 0.98, `precision of ${verdict}\n${faults.join("\n")}`)
        assert.isAtLeast(recall, 0.97, `recall of ${verdict}\n${faults.join("\n")}`)
      }
    }).pipe(Effect.provide(services)))
})
