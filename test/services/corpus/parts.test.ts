// The parts of the corpus by their properties: sets, sketches, lists of pieces, counts, masks.
import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { makeMask, shownMasked } from "../../../src/services/corpus/Mask.ts"
import { SavedArrays } from "../../../src/services/corpus/NumberArrays.ts"
import { PieceCounts } from "../../../src/services/corpus/PieceCounts.ts"
import { listMax, segmentEntries } from "../../../src/services/corpus/postingLimits.ts"
import { Postings } from "../../../src/services/corpus/Postings.ts"
import { makeProfileOf, similarityOf } from "../../../src/services/corpus/Profile.ts"
import { sharedNeeded } from "../../../src/services/corpus/sharedNeeded.ts"
import { levelOf, sketchOf } from "../../../src/services/corpus/Sketch.ts"

const set = fc.uniqueArray(fc.integer({ min: 0, max: 0xffffffff }), { maxLength: 200 }).map(
  (members) => Uint32Array.from(members).sort()
)

describe("sets", () => {
  it("similarity is that of sets, and the same both ways", () =>
    fc.assert(fc.property(set, set, (a, b) => {
      const inB = new Set(b)
      const both = a.filter((each) => inB.has(each)).length
      const either = a.length + b.length - both
      assert.strictEqual(similarityOf(a, b), either === 0 ? 0 : both / either)
      assert.strictEqual(similarityOf(a, b), similarityOf(b, a))
    })))

  it("a small set is its own sketch, and two sketches agree on what both could have", () =>
    fc.assert(fc.property(set, set, (a, b) => {
      if (a.length < 128) assert.deepStrictEqual(sketchOf(a), a)
      const limit = 2 ** (32 - Math.max(levelOf(a.length), levelOf(b.length)))
      const inB = new Set(sketchOf(b))
      const shared = a.filter((each) => each < limit && b.includes(each))
      assert.deepStrictEqual([...sketchOf(a)].filter((each) => inB.has(each)), [...shared])
    })))

  it("of small sets nothing is left to chance: what is above the limit shares what is needed", () =>
    fc.assert(fc.property(set, set, fc.constantFrom(0.2, 0.4, 0.7), (own, more, limit) => {
      const a = own.subarray(0, 100)
      const b = Uint32Array.from(new Set([...a, ...more.subarray(0, 27)])).sort()
      fc.pre(b.length < 128 && similarityOf(a, b) > limit)
      const needed = sharedNeeded({ limit, size: a.length, common: 0, sketch: a, listed: a })
      assert.isAtLeast(a.length, needed.of(b.length))
      assert.isAtMost(needed.least, needed.of(b.length))
      assert.strictEqual(needed.noneBelow, 0)
    })))
})

const sharingOf = (postings: Postings, sketch: Uint32Array, sizeBelow = Infinity) => {
  const sharing: Array<{ readonly entry: number; readonly shared: number }> = []
  postings.visitSharing(sketch, sizeBelow, (entry, shared) => sharing.push({ entry, shared }))
  return sharing.sort((a, b) => a.entry - b.entry)
}

describe("lists of pieces", () => {
  it("find every piece that shares enough, with how much it shares", () =>
    fc.assert(
      fc.property(fc.array(set, { minLength: 1, maxLength: 20 }), (sets) => {
        const postings = new Postings()
        for (const each of sets) postings.add(each, each.length)
        for (const each of sets) {
          const expected = sets.flatMap((other, entry) => {
            const shared = other.filter((member) => each.includes(member)).length
            return shared >= 1 ? [{ entry, shared }] : []
          })
          assert.deepStrictEqual(sharingOf(postings, each), expected)
        }
      }),
      { numRuns: 30 }
    ))

  it("keep the smallest sets of a member that too many have, and say from where on some are missing", () => {
    const postings = new Postings()
    const common = Uint32Array.of(7)
    const sizes = Array.from({ length: listMax * 3 }, (_, n) => 1_000 - n)
    for (const size of sizes) postings.add(common, size)
    assert.deepStrictEqual(
      sharingOf(postings, common).map(({ entry }) => sizes[entry]!).sort((a, b) => a - b),
      sizes.slice(-listMax).sort((a, b) => a - b)
    )
    const { listed, unlistedFrom } = postings.split(Uint32Array.of(7, 8))
    assert.deepStrictEqual([...listed], [8])
    assert.strictEqual(unlistedFrom, sizes.at(-listMax))
  })

  it("leave out segments without sets as small as are sought", () => {
    const postings = new Postings(2)
    for (const size of [30, 20, 40, 50, 10]) postings.add(Uint32Array.of(7), size)
    const entries = (sizeBelow: number) =>
      sharingOf(postings, Uint32Array.of(7), sizeBelow).map(({ entry }) => entry)
    assert.deepStrictEqual(entries(21), [0, 1, 4])
    assert.deepStrictEqual(entries(20), [4])
    assert.deepStrictEqual(entries(10), [])
  })

  it("answer the same once they are saved and made again, at any time, and go on alike", () =>
    fc.assert(
      fc.property(
        fc.array(set.map((each) => each.map((member) => member % 60)), {
          minLength: 1,
          maxLength: 8
        }),
        fc.nat(200),
        fc.integer({ min: 20, max: 60 }),
        (sets, before, segment) => {
          const all = new Postings(segment)
          let again = new Postings(segment)
          // So many that lists are full.
          const sizes = Array.from({ length: before }, (_, n) => 200 - n)
          for (const postings of [all, again]) {
            for (const size of sizes) postings.add(Uint32Array.of(7, size), size)
          }
          for (const each of sets.map((members) => Uint32Array.from(new Set(members)).sort())) {
            const saved = new SavedArrays(again.save().map((array) => array.slice()))
            again = new Postings(segment)
            again.restore(saved)
            assert.deepStrictEqual(again.split(each), all.split(each))
            assert.deepStrictEqual(sharingOf(again, each), sharingOf(all, each))
            for (const postings of [all, again]) postings.add(each, each.length)
          }
        }
      ),
      { numRuns: 10 }
    ))

  it("find pieces of every segment, the sealed, the one being sealed and the newest", () => {
    const postings = new Postings()
    const count = segmentEntries * 2 + 10
    const keyOf = (n: number): number => Math.imul(n, 0x9e3779b1) >>> 0
    const check = (at: number) =>
      assert.deepStrictEqual(sharingOf(postings, Uint32Array.of(keyOf(at))), [{
        entry: at,
        shared: 1
      }])
    for (let n = 0; n < count; n++) {
      postings.add(Uint32Array.of(keyOf(n)), 1)
      // While the first segment is being sealed.
      if (n >= segmentEntries && n < segmentEntries + 12) check(n - segmentEntries)
    }
    for (let n = 0; n < count; n += 997) check(n)
    check(segmentEntries - 1)
    check(segmentEntries)
    check(count - 1)
  })
})

describe("counts of texts", () => {
  for (const [width, makeCounts] of [[255, Uint8Array], [0xffffffff, Uint32Array]] as const) {
    it(`go up and down to ${width}, through every growth, and name a piece`, () =>
      fc.assert(
        fc.property(
          fc.array(fc.tuple(fc.nat(400), fc.boolean()), { maxLength: 3_000 }),
          (steps) => {
            const counts = new PieceCounts(makeCounts)
            const expected = new Map<number, number>()
            const hashOf = (n: number) => ({ high: n * 2_654_435 % 4_294_967_295, low: n })
            for (const [n, up] of steps) {
              const before = expected.get(n) ?? 0
              if (up) counts.add(hashOf(n), n, () => true)
              else if (before > 0) counts.remove(hashOf(n))
              expected.set(n, Math.max(0, Math.min(width, before + (up ? 1 : -1))))
            }
            for (const [n, count] of expected) {
              assert.strictEqual(counts.count(hashOf(n)), count)
              assert.strictEqual(counts.entryWith(hashOf(n)), count === 0 ? undefined : n)
            }
          }
        ),
        { numRuns: 20 }
      ))
  }

  it("name the first piece with a text, and another once that counts no more", () => {
    const counts = new PieceCounts(Uint8Array)
    const text = { high: 1, low: 2 }
    counts.add(text, 5, () => true)
    counts.add(text, 6, () => true)
    assert.strictEqual(counts.entryWith(text), 5)
    counts.add(text, 7, () => false)
    assert.strictEqual(counts.entryWith(text), 7)
  })
})

describe("masks", () => {
  const masked = (terms: ReadonlyArray<string>, text: string) =>
    shownMasked(text, makeMask(terms)(text), Infinity)

  it("take names out, the longest first, with their possessives", () => {
    assert.strictEqual(
      masked(
        ["paper-lantern-studio", "Paper Lantern"],
        "the paper lantern studio's and paper lantern"
      ),
      "the … and …"
    )
  })

  it("leave short words and bare numbers where they are", () => {
    assert.strictEqual(masked(["on", "42", "a_b"], "on 42 a b"), "on 42 …")
  })

  it("change nothing where no name stands", () =>
    fc.assert(fc.property(fc.array(fc.stringMatching(/^[a-d]{1,3}$/)), (words) => {
      assert.strictEqual(masked(["zzz yyy"], words.join(" ")), words.join(" "))
    })))
})

describe("sentences", () => {
  const profileOf = makeProfileOf({
    nearDuplicate: undefined,
    reuse: { rule: "reuse", field: "*", severity: "block", minWords: 3 },
    openers: [],
    keywords: []
  })
  const sentencesOf = (text: string) =>
    profileOf({ text }, "", []).sentences.map(({ high, low, text }) => ({ high, low, text }))

  it("are the same wherever they stand, also where folding moves what is behind it", () => {
    const plain = "Nobody's lamp is as blue as this."
    for (
      const other of ["Two words, and three.", "\ufb01ne \ufb02owers of glass.", "Ähren im Wind…"]
    ) {
      const own = sentencesOf(plain)
      const others = sentencesOf(other)
      assert.lengthOf(own, 1)
      assert.lengthOf(others, 1)
      assert.deepStrictEqual(sentencesOf(`${other} ${plain}`), [...others, ...own])
      assert.deepStrictEqual(sentencesOf(`- ${plain}\n- ${other}`), [...own, ...others])
    }
  })
})
