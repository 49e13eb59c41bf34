// Planted near-duplicates are all found, by name, and nothing else is taken for one: also where a template makes all
// pieces alike to just below the limit.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as MemoryDisk from "../../../src/layers/MemoryDisk.ts"
import { make as makeStore } from "../../../src/layers/MemoryStore.ts"
import { Corpus } from "../../../src/services/corpus/Corpus.ts"
import { CorpusIndex } from "../../../src/services/corpus/CorpusIndex.ts"
import { similarityOf } from "../../../src/services/corpus/Profile.ts"
import { DataDirectory } from "../../../src/services/durability/DataDirectory.ts"
import { CurrentJob } from "../../../src/services/job/Job.ts"
import { makeJob } from "../../support/smallJob.ts"
import { type Dice, makeDice, plantedCorpus } from "../../support/plantedCorpus.ts"

/** Of 24 sentences eight are common: a third of the text. */
const shapes = [
  { name: "of texts of their own", pieces: 3_000, planted: 60, sentences: 8, common: 0 },
  { name: "of a template", pieces: 1_500, planted: 150, sentences: 24, common: 8 }
]

describe("planted near-duplicates", () => {
  for (const { name, ...shape } of shapes) {
    it.effect(`among ${shape.pieces} pieces ${name} are all found, and no other pair`, () =>
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
            let planted = 0
            for (const { content, slug, twinOf } of plantedCorpus({ ...shape, seed: "ci" })) {
              const { blocking } = yield* corpus.admit(slug, content, [])
              assert.strictEqual(blocking[0]?.text, twinOf, blocking[0]?.message ?? slug)
              if (blocking.length === 0) yield* corpus.keep(slug, slug)
              if (twinOf !== undefined) planted++
            }
            assert.isAtLeast(planted, shape.planted * 0.95)
          }),
          layer
        )
      }))
  }
})

const limit = 0.4
const nearDuplicate = {
  rule: "nearDuplicate",
  field: "*",
  severity: "block",
  maxSimilarity: limit
} as const

const hashes = (dice: Dice, count: number): ReadonlyArray<number> =>
  Array.from({ length: count }, () => dice.below(2 ** 32))

/** The template stands in a row, as text does. */
const pieceOf = (template: ReadonlyArray<number>, own: ReadonlyArray<number>) => ({
  shingles: setOf([...template, ...own]),
  inOrder: [Uint32Array.from([...template, ...own])]
})

const shuffled = (members: ReadonlyArray<number>, dice: Dice): ReadonlyArray<number> =>
  members.map((member) => [dice.below(2 ** 32), member] as const).sort(([a], [b]) => a - b)
    .map(([, member]) => member)

const setOf = (members: Iterable<number>): Uint32Array => Uint32Array.from(new Set(members)).sort()

/** Pieces that all have `common` members, and of their own the rest of some 300, and a twin of each fiftieth. */
const foundAmong = (pieces: number, common: number, keptCount: number, seed: string) => {
  const dice = makeDice(seed)
  const template = hashes(dice, common)
  const index = new CorpusIndex({ nearDuplicate })
  const sets = Array.from({ length: pieces }, () => hashes(dice, 292 - common + dice.below(17)))
  const add = (shingles: Uint32Array) =>
    index.add({ slug: "", id: 0, shingles, sentences: [], openers: [] })
  const all = sets.map((own) => setOf([...template, ...own]))
  all.forEach(add)
  const missed: Array<string> = []
  for (let n = 0; n < pieces; n += 50) {
    const own = sets[n]!
    const kept = shuffled(own, dice).slice(0, keptCount)
    const twin = pieceOf(template, [...kept, ...hashes(dice, own.length - keptCount)])
    const { entries, unsure } = index.candidates(twin, undefined)
    const similarity = similarityOf(twin.shingles, all[n]!)
    if (!entries.includes(n)) missed.push(`${n}: ${similarity.toFixed(2)}`)
    assert.isUndefined(unsure)
  }
  return missed
}

describe("the index", () => {
  it("finds whatever is clearly above the limit, however much is common text", () => {
    // Pairs that are no twins are alike to 0.35, 0.2 and nothing.
    assert.deepStrictEqual(foundAmong(2_000, 155, 40, "a"), [])
    assert.deepStrictEqual(foundAmong(2_000, 155, 90, "b"), [])
    assert.deepStrictEqual(foundAmong(2_000, 100, 95, "c"), [])
    assert.deepStrictEqual(foundAmong(2_000, 0, 190, "d"), [])
  })

  it("compares few, and says so where a twin could hide in what all have in common", () => {
    const dice = makeDice("crowd")
    const template = hashes(dice, 165)
    const index = new CorpusIndex({ nearDuplicate })
    for (let n = 0; n < 1_000; n++) {
      const shingles = setOf([...template, ...hashes(dice, 135)])
      index.add({ slug: "", id: 0, shingles, sentences: [], openers: [] })
    }
    const usual = index.candidates(pieceOf(template, hashes(dice, 135)), undefined)
    assert.isAtMost(usual.entries.length, 1)
    // Shorter than all of them, and nothing but common text: like each to more than the limit.
    const bare = index.candidates(pieceOf(template, []), undefined)
    assert.isAbove(bare.entries.length, 0)
    // Longer pieces that have little of their own besides: none of those that were found need be the only one.
    const thin = index.candidates(pieceOf(template, hashes(dice, 20)), undefined)
    assert.isTrue(thin.entries.length > 0 || thin.unsure === "common")
  })
})
