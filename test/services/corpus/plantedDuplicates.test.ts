// Planted near-duplicates are all found, by name, and nothing else is taken for one.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as fc from "fast-check"
import * as MemoryDisk from "../../../src/layers/MemoryDisk.ts"
import { make as makeStore } from "../../../src/layers/MemoryStore.ts"
import { BandTable } from "../../../src/services/corpus/BandTable.ts"
import { Corpus } from "../../../src/services/corpus/Corpus.ts"
import { bandingFor, makeBandKeys } from "../../../src/services/corpus/MinHash.ts"
import { similarityOf } from "../../../src/services/corpus/Profile.ts"
import { SentenceCounts } from "../../../src/services/corpus/SentenceCounts.ts"
import { DataDirectory } from "../../../src/services/durability/DataDirectory.ts"
import { CurrentJob } from "../../../src/services/job/Job.ts"
import { makeJob } from "../../support/pipeline.ts"
import { plantedCorpus } from "../../support/plantedCorpus.ts"

describe("planted near-duplicates", () => {
  it.effect("are found among three thousand pieces, all of them, and no other pair", () =>
    Effect.gen(function*() {
      const job = yield* makeJob({ qa: [{ rule: "nearDuplicate", maxSimilarity: 0.4 }] })
      const layer = Corpus.layer({ name: "", isShared: false }).pipe(Layer.provide(Layer.mergeAll(
        Layer.succeed(CurrentJob, job),
        DataDirectory.layer("/data"),
        MemoryDisk.layer(makeStore())
      )))
      yield* Effect.provide(
        Effect.gen(function*() {
          const corpus = yield* Corpus
          const pieces = plantedCorpus({ pieces: 3_000, planted: 60, sentences: 8, seed: "ci" })
          let planted = 0
          for (const { content, slug, twinOf } of pieces) {
            const { blocking } = yield* corpus.admit(slug, content)
            assert.strictEqual(blocking[0]?.text, twinOf, slug)
            if (blocking.length === 0) yield* corpus.keep(slug, slug)
            if (twinOf !== undefined) planted++
          }
          assert.isAtLeast(planted, 58)
        }),
        layer
      )
    }))
})

const set = fc.uniqueArray(fc.integer({ min: 0, max: 0xffffffff }), { maxLength: 200 }).map(
  (members) => Uint32Array.from(members).sort()
)

describe("the parts", () => {
  it("similarity is that of sets, and the same both ways", () =>
    fc.assert(fc.property(set, set, (a, b) => {
      const inB = new Set(b)
      const both = a.filter((each) => inB.has(each)).length
      const either = a.length + b.length - both
      assert.strictEqual(similarityOf(a, b), either === 0 ? 0 : both / either)
      assert.strictEqual(similarityOf(a, b), similarityOf(b, a))
    })))

  it("a set is always found again in its own bands", () =>
    fc.assert(
      fc.property(fc.array(set, { minLength: 1, maxLength: 20 }), (sets) => {
        const banding = bandingFor(0.4)
        const keysOf = makeBandKeys(banding)
        const table = new BandTable(banding.bands)
        for (const each of sets) table.add(keysOf(each))
        sets.forEach((each, entry) => {
          const shared = table.find(keysOf(each)).get(entry)
          assert.strictEqual(shared ?? 0, each.length === 0 ? 0 : banding.bands)
        })
      }),
      { numRuns: 20 }
    ))

  it("counts of sentences go up and down, through every growth", () =>
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(400), fc.boolean()), { maxLength: 3_000 }), (steps) => {
        const counts = new SentenceCounts()
        const expected = new Map<number, number>()
        for (const [n, up] of steps) {
          const before = expected.get(n) ?? 0
          if (up) counts.add(n * 2_654_435 % 4_294_967_295, n)
          else counts.remove(n * 2_654_435 % 4_294_967_295, n)
          expected.set(n, Math.max(0, Math.min(255, before + (up ? 1 : -1))))
        }
        for (const [n, count] of expected) {
          assert.strictEqual(counts.count(n * 2_654_435 % 4_294_967_295, n), count)
        }
      }),
      { numRuns: 20 }
    ))
})
