// The kept index of the corpus: a corpus opened from it answers as one that is made of the masters, whatever happened
// since it was saved and whatever is wrong with it.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as MemoryDisk from "../../../src/layers/MemoryDisk.ts"
import { make as makeStore } from "../../../src/layers/MemoryStore.ts"
import type { MemoryStore } from "../../../src/layers/MemoryStore.ts"
import { Corpus } from "../../../src/services/corpus/Corpus.ts"
import { DataDirectory } from "../../../src/services/durability/DataDirectory.ts"
import { encodeLine } from "../../../src/services/durability/LineCodec.ts"
import { CurrentJob } from "../../../src/services/job/Job.ts"
import { data, makeJob } from "../../support/pipeline.ts"

/** Warnings alone: every piece is admitted. */
const qa = [
  { rule: "nearDuplicate", maxSimilarity: 0.4, severity: "warn" },
  { rule: "reuse", seenIn: 2, maxShare: 0.1, severity: "warn" },
  { rule: "openers", field: "/title", maxShare: 0.2, seenIn: 2, severity: "warn" }
]
const file = `${data.master}/.corpus`
const indexFile = `${file}.index`

/** One opening of the corpus, its index kept from `indexedBytesMin` bytes on. */
const session = <A, E>(
  store: MemoryStore,
  use: (corpus: Corpus["Service"]) => Effect.Effect<A, E>,
  indexedBytesMin = 0
) =>
  Effect.flatMap(makeJob({ qa }), (job) =>
    Effect.provide(
      Effect.flatMap(Corpus, use),
      Corpus.layer({ name: "", isShared: false, indexedBytesMin }).pipe(
        Layer.provide(Layer.mergeAll(
          Layer.succeed(CurrentJob, job),
          DataDirectory.layer("/data"),
          MemoryDisk.layer(store)
        ))
      )
    ))

/** Of its own but for the beginning of some and one sentence that others have. */
const textOf = (n: number) => ({
  title: `${n % 3 === 0 ? "Here it is again" : `Word${n} opens`} the text of number${n}. ` +
    Array.from({ length: 5 }, (_, s) => `Alpha${n}x${s} has part${n} of kind${s}n${n}.`).join(" ") +
    ` This sentence stands in every ${n % 4}. piece.`
})

const append = (store: MemoryStore, slug: string, n: number) =>
  store.put(
    data.successes,
    Buffer.concat([
      store.get(data.successes) ?? Buffer.alloc(0),
      encodeLine({ slug, ...textOf(n), _meta: { id: `${slug}:${n}` } })
    ])
  )

const write = (store: MemoryStore, corpus: Corpus["Service"], slug: string, n: number) =>
  Effect.gen(function*() {
    yield* corpus.admit(slug, textOf(n), [])
    append(store, slug, n)
    yield* corpus.keep(slug, `${slug}:${n}`)
  })

const probes = 10
/** Any piece that counts may be named as one, and the order in which pieces came and went decides. */
const example = /, (?:most of them in|such as that of) "[^"]*"/

/** What is said of probes that are like pieces, and of new ones. */
const answers = (corpus: Corpus["Service"]) =>
  Effect.forEach(
    Array.from({ length: probes }, (_, n) => n),
    (n) =>
      Effect.map(
        corpus.compare("probe", { title: `${textOf(n).title} And more.` }, []),
        ({ warnings }) =>
          warnings.map(({ message, rule }) => `${rule}: ${message.replace(example, "")}`)
      )
  )

/** The answers of a corpus that has nothing but the masters. */
const fromMasters = (store: MemoryStore) => {
  const other = makeStore()
  other.put(data.successes, store.get(data.successes)!)
  return session(other, answers, Infinity)
}

/** The answers, and from which byte on the corpus file was read as a whole: 0 where no index was believed. */
const openedAgain = (store: MemoryStore) =>
  Effect.suspend(() => {
    let from: number | undefined
    const stop = store.failAlways(({ bytes = 0, operation, path, position }) => {
      if (operation === "read" && path === file && bytes > 1_000_000) from ??= position
      return undefined
    })
    return session(store, answers).pipe(
      Effect.ensuring(Effect.sync(stop)),
      Effect.map((said) => ({ said, from: from ?? 0 }))
    )
  })

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
        const expected = yield* fromMasters(store)
        const { from, said } = yield* openedAgain(store)
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
      const { byteLength } = store.get(file)!
      assert.strictEqual((yield* openedAgain(store)).from, byteLength)
    }))

  it.effect("damaged anywhere, cut off or foreign it is not believed", () =>
    Effect.gen(function*() {
      const store = makeStore()
      yield* five(store)
      const expected = yield* fromMasters(store)
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
        assert.deepStrictEqual(yield* openedAgain(store), { said: expected, from: 0 })
      }
      // That opening wrote it anew.
      assert.isAbove((yield* openedAgain(store)).from, 0)
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
      const expected = yield* fromMasters(other)
      other.put(indexFile, store.get(indexFile)!)
      assert.deepStrictEqual(yield* openedAgain(other), { said: expected, from: 0 })
    }))

  it.effect("a piece that does not read well makes the next opening read everything, which mends it", () =>
    Effect.gen(function*() {
      const store = makeStore()
      yield* five(store)
      const stop = store.failAlways(({ bytes = 0, operation, path, position }) =>
        operation === "read" && path === file && position !== 0 && bytes < 1_000_000
          ? "EIO"
          : undefined
      )
      const [, unread] = yield* session(store, answers)
      stop()
      assert.match(unread?.[0] ?? "", /could not be read/)
      assert.notInclude(store.files(), indexFile)
      assert.deepStrictEqual(yield* session(store, answers), yield* fromMasters(store))
    }))

  it.effect("what has left the masters does not come back, with the index or without", () =>
    Effect.gen(function*() {
      const store = makeStore()
      yield* five(store)
      // Consolidated by another process, p2 having been taken back.
      store.unlink(data.successes, 0)
      for (const n of [0, 1, 3, 4]) append(store, `p${n}`, n)
      const expected = yield* fromMasters(store)
      assert.deepStrictEqual(yield* session(store, answers), expected)
      assert.deepStrictEqual(yield* session(store, answers), expected)
      store.unlink(indexFile, 0)
      assert.deepStrictEqual(yield* session(store, answers), expected)
    }))

  it.effect("where it cannot be written the corpus is read, and no temp is left (I6)", () =>
    Effect.gen(function*() {
      const store = makeStore()
      store.failAlways(({ operation, path }) =>
        operation === "rename" && path === indexFile ? "ENOSPC" : undefined
      )
      yield* five(store)
      assert.deepStrictEqual(store.files(), [file, data.successes])
      assert.deepStrictEqual(yield* session(store, answers), yield* fromMasters(store))
    }))
})
