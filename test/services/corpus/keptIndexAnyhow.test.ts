// The kept index by its properties: whatever happened before and since it was saved, and wherever it is damaged, a corpus
// opened with it says what one says that is made of the masters.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import * as MemoryDisk from "../../../src/layers/MemoryDisk.ts"
import { make as makeStore } from "../../../src/layers/MemoryStore.ts"
import type { Corpus } from "../../../src/services/corpus/Corpus.ts"
import { loadIndex } from "../../../src/services/corpus/CorpusIndexFile.ts"
import { corpusRulesOf, profileSettings } from "../../../src/services/corpus/Profile.ts"
import { canonicalJson, digest } from "../../../src/services/Digest.ts"
import { Disk } from "../../../src/services/durability/Disk.ts"
import {
  append,
  corpusFile,
  fromMasters,
  indexFile,
  keptJob,
  openedAgain,
  remarksOn,
  session,
  textOf,
  write
} from "../../support/keptCorpus.ts"
import { data } from "../../support/smallJob.ts"

/** What a run does with a piece of the slug; in doubt is one whose record is there though it was taken back. */
const acts = ["write", "write", "write", "write", "write", "decline", "in doubt", "forget"] as const

const slug = fc.nat(3).map((n) => `p${n}`)

/** One opening of the corpus, and what happens to the masters before it without the corpus. */
const opening = fc.record({
  /** Records that the corpus did not hear of, as after a kill. */
  unheard: fc.array(slug, { maxLength: 1 }),
  /** Slugs without which the masters are consolidated; null where they are not. */
  without: fc.option(fc.uniqueArray(slug, { minLength: 1, maxLength: 2 }), { freq: 1 }),
  steps: fc.array(fc.tuple(fc.constantFrom(...acts), slug), { maxLength: 5 }),
  keepsIndex: fc.boolean()
})
type Opening = typeof opening extends fc.Arbitrary<infer A> ? A : never

/** What the index has leaves the masters, and only the corpus file says so. */
const lost: Array<Opening> = [
  { unheard: [], without: null, steps: [["write", "p0"], ["write", "p1"]], keepsIndex: true },
  { unheard: [], without: ["p0"], steps: [], keepsIndex: false }
]

/** A data directory in which pieces come and go: the n-th written has the n-th text. */
const makeHistory = () => {
  const store = makeStore()
  const standing = new Map<string, number>()
  let texts = 0

  const record = (of: string, n: number) => {
    append(store, of, n)
    standing.delete(of)
    standing.set(of, n)
  }

  const consolidate = (without: ReadonlyArray<string>) => {
    without.forEach((each) => standing.delete(each))
    if (store.get(data.successes) !== undefined) store.unlink(data.successes, 0)
    for (const [of, n] of standing) append(store, of, n)
  }

  const act = (corpus: Corpus["Service"], what: typeof acts[number], of: string) =>
    Effect.gen(function*() {
      if (what === "forget") return yield* corpus.forget(of)
      const n = texts++
      if (what === "write") {
        yield* write(store, corpus, of, n)
        standing.delete(of)
        standing.set(of, n)
        return
      }
      yield* corpus.admit(of, textOf(n), [])
      if (what === "decline") return yield* corpus.decline(of)
      record(of, n)
      yield* corpus.withdraw(of)
    })

  const open = ({ keepsIndex, steps, unheard, without }: Opening) =>
    Effect.suspend(() => {
      unheard.forEach((of) => record(of, texts++))
      if (without !== null) consolidate(without)
      return session(
        store,
        (corpus) => Effect.forEach(steps, ([what, of]) => act(corpus, what, of), { discard: true }),
        keepsIndex ? 0 : Infinity
      )
    })

  /** Of every text that there was, as a new piece, and as the next of the slug that stands with it. */
  const ask = (corpus: Corpus["Service"]) =>
    Effect.all([
      Effect.forEach(
        Array.from({ length: texts + 1 }, (_, n) => n),
        (n) => remarksOn(corpus, "probe", n)
      ),
      Effect.forEach(standing, ([of, n]) => remarksOn(corpus, of, n))
    ])

  return { store, open, ask }
}

describe("the kept index", () => {
  it("answers as the masters do after any history", async () => {
    let believed = 0
    await fc.assert(
      fc.asyncProperty(
        fc.array(opening, { minLength: 2, maxLength: 3 }),
        (openings) =>
          Effect.runPromise(Effect.gen(function*() {
            const { ask, open, store } = makeHistory()
            yield* Effect.forEach(openings, open, { discard: true })
            const expected = yield* fromMasters(store, ask)
            const { from, said } = yield* openedAgain(store, ask)
            assert.deepStrictEqual(said, expected)
            if (from > 0) believed++
          }))
      ),
      { numRuns: 15, examples: [[lost]] }
    )
    assert.isAbove(believed, 0)
  })

  it.effect("with any bit of it another, or cut off anywhere, it is no index", () =>
    Effect.gen(function*() {
      const store = makeStore()
      yield* session(
        store,
        (corpus) => Effect.forEach([0, 1, 2, 3], (n) => write(store, corpus, `p${n}`, n))
      )
      const sound = store.get(indexFile)!
      const lastByte = sound.byteLength - 1
      const rules = corpusRulesOf(keptJob.rules.rules)
      const isIndex = (bytes: Buffer) =>
        Effect.gen(function*() {
          store.put(indexFile, bytes)
          const log = yield* (yield* Disk).open(corpusFile, "read")
          const rulesHash = digest(canonicalJson(profileSettings(rules)))
          return (yield* loadIndex(indexFile, { log, rules, rulesHash })) !== undefined
        }).pipe(Effect.scoped, Effect.provide(MemoryDisk.layer(store)), Effect.runPromise)

      // Most of it are the counts of common shingles: smaller parts stand before and behind.
      const place = fc.oneof(
        fc.nat(4_500),
        fc.nat(lastByte),
        fc.nat(100_000).map((back) => lastByte - back)
      )
      yield* Effect.promise(() =>
        fc.assert(
          fc.asyncProperty(place, fc.nat(7), fc.boolean(), async (at, bit, isCut) => {
            const bytes = isCut ? sound.subarray(0, at) : Buffer.from(sound)
            if (!isCut) bytes[at]! ^= 1 << bit
            // Nothing stands behind the line of the header.
            const isUnused = !isCut && at > sound.indexOf(0x0a) && at < 4_096
            assert.strictEqual(await isIndex(bytes), isUnused)
          }),
          { numRuns: 40 }
        )
      )
      assert.isTrue(yield* Effect.promise(() => isIndex(sound)))
    }))
})
