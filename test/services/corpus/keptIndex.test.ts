// The kept index of the corpus: a corpus opened from it answers as one that is made of the masters, whatever happened
// since it was saved and whatever is wrong with it.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { make as makeStore } from "../../../src/layers/MemoryStore.ts"
import type { MemoryStore } from "../../../src/layers/MemoryStore.ts"
import type { Corpus } from "../../../src/services/corpus/Corpus.ts"
import {
  answers,
  append,
  corpusFile,
  fromMasters,
  indexFile,
  openedAgain,
  session,
  textOf,
  write
} from "../../support/keptCorpus.ts"
import { data } from "../../support/smallJob.ts"

describe("the kept index", () => {
  it.effect("answers as the masters do, whatever was added, written anew and taken back since", () =>
    Effect.gen(function*() {
      const store = makeStore()
      const add =
        (...pieces: ReadonlyArray<readonly [slug: string, n: number]>) =>
        (corpus: Corpus["Service"]) =>
          Effect.forEach(pieces, ([slug, n]) => write(store, corpus, slug, n))
      const steps: ReadonlyArray<(corpus: Corpus["Service"]) => Effect.Effect<unknown>> = [
        add(["p0", 0], ["p1", 1], ["p2", 2], ["p3", 3], ["p4", 4]),
        () => Effect.void,
        add(["p1", 6]),
        add(["p8", 8], ["p9", 9], ["p10", 10]),
        (corpus) => Effect.andThen(corpus.admit("p11", textOf(11), []), corpus.withdraw("p11")),
        add(["p12", 12], ["p0", 13])
      ]
      for (const [at, step] of steps.entries()) {
        // Now and then the index is left behind.
        yield* session(store, step, at % 3 === 2 ? Infinity : 0)
        // A record that the corpus did not hear of, as after a kill.
        if (at === 3) append(store, "p7", 7)
        const expected = yield* fromMasters(store, answers)
        const { from, said } = yield* openedAgain(store, answers)
        assert.deepStrictEqual(said, expected, `step ${at}`)
        assert.isAbove(from, 0)
      }
    }))

  const five = (store: MemoryStore) =>
    session(
      store,
      (corpus) => Effect.forEach([0, 1, 2, 3, 4], (n) => write(store, corpus, `p${n}`, n))
    )

  it.effect("spares reading what it covers, and is not kept of little", () =>
    Effect.gen(function*() {
      const store = makeStore()
      yield* session(
        store,
        (corpus) => Effect.forEach([0, 1], (n) => write(store, corpus, `p${n}`, n)),
        1_000_000
      )
      assert.notInclude(store.files(), indexFile)
      yield* five(store)
      const { byteLength } = store.get(corpusFile)!
      assert.strictEqual((yield* openedAgain(store, answers)).from, byteLength)
    }))

  it.effect("damaged anywhere, cut off or foreign it is not believed", () =>
    Effect.gen(function*() {
      const store = makeStore()
      yield* five(store)
      const expected = yield* fromMasters(store, answers)
      const sound = store.get(indexFile)!
      const flipped = (at: number) => {
        const bytes = Buffer.from(sound)
        bytes[at]! ^= 0x10
        return bytes
      }
      const arrays = 4096
      // Kind, length and checksum of the first array, its content, and the end of the last.
      const places = [10, arrays, arrays + 5, arrays + 13, sound.byteLength - 1]
      for (
        const damaged of [
          ...places.map(flipped),
          sound.subarray(0, sound.byteLength - 1),
          Buffer.concat([sound, Buffer.alloc(16)]),
          Buffer.from("{\"not\":\"ours\"}\n")
        ]
      ) {
        store.put(indexFile, damaged)
        assert.deepStrictEqual(yield* openedAgain(store, answers), { said: expected, from: 0 })
      }
      // That opening wrote it anew.
      assert.isAbove((yield* openedAgain(store, answers)).from, 0)
    }))

  it.effect("is not believed for a corpus file that it was not made from", () =>
    Effect.gen(function*() {
      const store = makeStore()
      yield* five(store)
      const other = makeStore()
      yield* session(
        other,
        (corpus) => Effect.forEach([5, 6, 7, 8, 9, 10], (n) => write(other, corpus, `p${n}`, n))
      )
      const expected = yield* fromMasters(other, answers)
      other.put(indexFile, store.get(indexFile)!)
      assert.deepStrictEqual(yield* openedAgain(other, answers), { said: expected, from: 0 })
    }))

  it.effect("a piece that does not read well makes the next opening read everything, which mends it", () =>
    Effect.gen(function*() {
      const store = makeStore()
      yield* five(store)
      const stop = store.failAlways(({ bytes = 0, operation, path, position }) =>
        operation === "read" && path === corpusFile && position !== 0 && bytes < 1_000_000
          ? "EIO"
          : undefined
      )
      const [, unread] = yield* session(store, answers)
      stop()
      assert.match(unread?.[0] ?? "", /could not be read/)
      assert.notInclude(store.files(), indexFile)
      assert.deepStrictEqual(
        yield* session(store, answers),
        yield* fromMasters(store, answers)
      )
    }))

  it.effect("what has left the masters does not come back, with the index or without", () =>
    Effect.gen(function*() {
      const store = makeStore()
      yield* five(store)
      // Consolidated by another process, p2 having been taken back.
      store.unlink(data.successes, 0)
      for (const n of [0, 1, 3, 4]) append(store, `p${n}`, n)
      const expected = yield* fromMasters(store, answers)
      assert.deepStrictEqual(yield* session(store, answers), expected)
      assert.deepStrictEqual(yield* session(store, answers), expected)
      store.unlink(indexFile, 0)
      assert.deepStrictEqual(yield* session(store, answers), expected)
    }))

  it.effect("of a file whose sync has failed it is not kept: a second one would say that all is well", () =>
    Effect.gen(function*() {
      const store = makeStore()
      const n = [0, 1, 2, 3, 4]
      yield* session(
        store,
        (corpus) => Effect.forEach(n, (each) => write(store, corpus, `p${each}`, each)),
        Infinity
      )
      let syncs = 0
      const stop = store.failAlways(({ operation, path }) =>
        operation === "datasync" && path === corpusFile && syncs++ === 0 ? "EIO" : undefined
      )
      yield* session(store, () => Effect.void)
      stop()
      assert.notInclude(store.files(), indexFile)
      yield* session(store, () => Effect.void)
      assert.include(store.files(), indexFile)
    }))

  it.effect("where it cannot be written the corpus is read, and no temp is left (I6)", () =>
    Effect.gen(function*() {
      const store = makeStore()
      store.failAlways(({ operation, path }) =>
        operation === "rename" && path === indexFile ? "ENOSPC" : undefined
      )
      yield* five(store)
      assert.deepStrictEqual(store.files(), [corpusFile, data.successes])
      assert.deepStrictEqual(
        yield* session(store, answers),
        yield* fromMasters(store, answers)
      )
    }))
})
