// C and D: nothing is spent unless evidence gathered anew is enough; addresses are verified before they count.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { gatherAnew } from "../../../src/programs/generate/gatherAnew.ts"
import type { Happening } from "../../../src/programs/generate/RunEvent.ts"
import { bundle } from "../../../src/services/evidence/Bundle.ts"
import type { Evidence, GatherOptions } from "../../../src/services/evidence/Evidence.ts"
import type { Item } from "../../../src/services/items/Item.ts"

const long = "A desk lamp of steel, 42 cm high, with a warm white LED."

/** Evidence from a web of pages by their addresses, which remembers what was asked for. */
const webOf = (pages: { readonly [url: string]: string }) => {
  const asked: Array<readonly [string, boolean]> = []
  const gather: Evidence["Service"]["gather"] = ({ fields }: Item, options?: GatherOptions) =>
    Effect.sync(() => {
      const urls = [fields["page"]].flat().map(String)
      for (const url of urls) asked.push([url, options?.fresh === true])
      return bundle(
        urls.filter((url) => url in pages).map((name) => ({
          id: `url:${name}`,
          kind: "url" as const,
          name,
          at: "2026-01-01T00:00:00.000Z",
          hash: pages[name]!,
          text: pages[name]!
        })),
        urls.filter((url) => !(url in pages)).map((name) => ({
          kind: "url" as const,
          name,
          cause: "NotFound" as const,
          reason: "404"
        })),
        [],
        { minChars: 40, maxChars: 1000 }
      )
    })
  return { asked, evidence: { gather } }
}

const gathered = (pages: { readonly [url: string]: string }, page: string | Array<string>) =>
  Effect.gen(function*() {
    const { asked, evidence } = webOf(pages)
    const events: Array<Happening> = []
    const emit = (event: Happening) => Effect.sync(() => void events.push(event))
    const item: Item = { slug: "a", fields: { slug: "a", page }, file: "items.jsonl", line: 1 }
    const found = yield* gatherAnew(evidence, ["page"], emit, item)
    return { asked, events, found }
  })

describe("evidence gathered anew", () => {
  it.effect("a page that is there again is enough; no other address is asked for", () =>
    Effect.gen(function*() {
      const url = "https://a.test/lamp"
      const { asked, events, found } = yield* gathered({ [url]: long }, url)
      assert.strictEqual(found.outcome._tag, "Enough")
      assert.deepStrictEqual(asked, [[url, true]])
      assert.isEmpty(events)
    }))

  it.effect("a variant counts once its page was fetched, and is told", () =>
    Effect.gen(function*() {
      const to = "https://www.a.test/lamp"
      const { events, found } = yield* gathered({ [to]: long }, "https://a.test/lamp")
      assert.strictEqual(found.outcome._tag, "Enough")
      assert.deepStrictEqual(found.sources.map(({ name }) => name), [to])
      assert.deepStrictEqual(events, [
        { event: "readdressed", slug: "a", from: "https://a.test/lamp", to }
      ])
    }))

  it.effect("several addresses of a row are mended one by one, until it is enough", () =>
    Effect.gen(function*() {
      const half = long.slice(0, 30)
      const { events, found } = yield* gathered(
        { "https://a.test/x/": half, "https://a.test/y/": half },
        ["https://a.test/x", "https://a.test/y", "https://a.test/z"]
      )
      assert.strictEqual(found.outcome._tag, "Enough")
      assert.lengthOf(events, 2)
    }))

  it.effect("nowhere to be found: the outcome says so, after a bounded number of tries", () =>
    Effect.gen(function*() {
      const { asked, found } = yield* gathered({}, "http://a.test/Some%20Lamp.")
      assert.deepInclude(found.outcome, { _tag: "NotEnough", cause: "NotFound" })
      assert.isAtMost(asked.length, 13)
    }))
})
