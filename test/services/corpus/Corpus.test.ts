// The corpus as a specification: twins are found and named, whatever happened between the first and the second.
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
import { data, makeJob } from "../../support/smallJob.ts"

const qa = [
  { rule: "nearDuplicate", maxSimilarity: 0.4 },
  { rule: "reuse", seenIn: 2, maxShare: 0.3 }
]

const alone = { name: "", isShared: false }

/** One opening of the corpus over the disk, as a run has it. */
const session = <A, E>(
  store: MemoryStore,
  use: (corpus: Corpus["Service"]) => Effect.Effect<A, E>,
  options = alone,
  rules: ReadonlyArray<object> = qa
) =>
  Effect.scoped(Effect.gen(function*() {
    const job = yield* makeJob({ qa: rules })
    const layer = Corpus.layer(options).pipe(
      Layer.provide(Layer.mergeAll(
        Layer.succeed(CurrentJob, job),
        DataDirectory.layer("/data"),
        MemoryDisk.layer(store)
      ))
    )
    return yield* Effect.provide(Effect.flatMap(Corpus, use), layer)
  }))

/** A text of its own: no three words of two such texts are the same. */
const textOf = (n: number, sentences = 8): { readonly text: string } => ({
  text: Array.from(
    { length: sentences },
    (_, s) => `Alpha${n}x${s} has part${n} of kind${s}n${n} for user${n}s${s} in town${n}.`
  ).join(" ")
})

const twinOf = (n: number) => ({ text: textOf(n).text.replace(`town${n}.`, "the town.") })

const record = (
  slug: string,
  content: object,
  id = `run:${slug}`,
  names: ReadonlyArray<string> = []
) => Buffer.from(encodeLine({ slug, ...content, _meta: { id, qa: { names } } }))

/** What the appender does, as far as the corpus can tell. */
const append = (store: MemoryStore, ...lines: ReadonlyArray<Buffer>) => {
  const before = store.get(data.successes) ?? Buffer.alloc(0)
  store.put(data.successes, Buffer.concat([before, ...lines]))
}

type Content = { readonly [field: string]: string }

const accept = (
  store: MemoryStore,
  corpus: Corpus["Service"],
  slug: string,
  content: Content
) =>
  Effect.gen(function*() {
    const verdict = yield* corpus.admit(slug, content, [])
    if (verdict.blocking.length === 0) {
      append(store, record(slug, content))
      yield* corpus.keep(slug, `run:${slug}`)
    }
    return verdict.blocking
  })

describe("Corpus", () => {
  it.effect("a near-duplicate is rejected with its twin named; others pass", () => {
    const store = makeStore()
    return session(store, (corpus) =>
      Effect.gen(function*() {
        for (const n of [1, 2, 3]) {
          assert.deepStrictEqual(yield* accept(store, corpus, `p${n}`, textOf(n)), [])
        }
        const [finding] = yield* accept(store, corpus, "copy", twinOf(2))
        assert.strictEqual(finding?.rule, "nearDuplicate")
        assert.strictEqual(finding?.text, "p2")
        assert.match(finding?.message ?? "", /% like that of "p2"; at most 40 %/)
        // Written anew, it does not stand in its own way.
        assert.deepStrictEqual(yield* accept(store, corpus, "p2", twinOf(2)), [])
      }))
  })

  it.effect("of two alike that are judged at the same moment one passes", () =>
    session(makeStore(), (corpus) =>
      Effect.gen(function*() {
        const slugs = Array.from({ length: 20 }, (_, n) => `p${n}`)
        const verdicts = yield* Effect.forEach(slugs, (slug) => corpus.admit(slug, textOf(1), []), {
          concurrency: "unbounded"
        })
        assert.lengthOf(verdicts.filter(({ blocking }) => blocking.length === 0), 1)
      })))

  it.effect("a piece that was withdrawn stands in nobody's way", () =>
    session(makeStore(), (corpus) =>
      Effect.gen(function*() {
        yield* corpus.admit("p1", textOf(1), [])
        yield* corpus.withdraw("p1")
        assert.deepStrictEqual((yield* corpus.admit("p2", textOf(1), [])).blocking, [])
      })))

  it.effect("sentences that others have are counted, over the pieces", () => {
    const store = makeStore()
    const shared = "This sentence of eight words is everywhere today."
    const withShared = (n: number) => ({ text: `${shared} ${textOf(n, 2).text}` })
    return session(store, (corpus) =>
      Effect.gen(function*() {
        for (const n of [1, 2]) {
          assert.deepStrictEqual(yield* accept(store, corpus, `p${n}`, withShared(n)), [])
        }
        const [finding] = yield* accept(store, corpus, "p3", withShared(3))
        assert.strictEqual(finding?.rule, "reuse")
        assert.strictEqual(finding?.text, shared)
        assert.match(
          finding?.message ?? "",
          /1 of 3 sentences stand in at least 2 other pieces, most of them in "p1"/
        )
      }))
  })

  /** The same text for every item but for what it is called. */
  const swapped = (name: string) => ({
    text:
      `${name} is a course for people who draw. With ${name}'s lessons you learn ink and wash. ` +
      `Nobody who bought ${name} has to bring brushes.`
  })

  it.effect("a name that was swapped makes no text another, whether it is the slug or stands in the row", () => {
    const store = makeStore()
    return Effect.gen(function*() {
      yield* session(store, (corpus) =>
        Effect.gen(function*() {
          yield* corpus.admit("paper-lantern", swapped("Paper Lantern"), [])
          append(store, record("paper-lantern", swapped("Paper Lantern")))
          yield* corpus.keep("paper-lantern", "run:paper-lantern")
          yield* corpus.admit("sku-9", { text: textOf(4).text }, ["Blue Heron"])
          append(store, record("sku-9", textOf(4), "run:9", ["Blue Heron"]))
          const named = yield* corpus.admit("sku-7", swapped("Ink Club"), ["Ink Club"])
          assert.match(named.blocking[0]?.message ?? "", /100 % like that of "paper-lantern"/)
          const unnamed = yield* corpus.admit("sku-7", swapped("Quite Another Thing"), [])
          assert.notMatch(unnamed.blocking[0]?.message ?? "", /100 %/)
        }))
      // Made anew from the masters: the names are in the records.
      store.put(data.successes, record("sku-9", swapped("Blue Heron"), "run:9", ["Blue Heron"]))
      yield* session(store, (corpus) =>
        Effect.gen(function*() {
          const { blocking } = yield* corpus.admit("sku-7", swapped("Ink Club"), ["Ink Club"])
          assert.match(blocking[0]?.message ?? "", /100 % like that of "sku-9"/)
        }))
    })
  })

  const openers = [{ rule: "openers", field: "/title", maxShare: 0.5, seenIn: 2, openerWords: 4 }]
  /** Begins as all do, and goes on alone. */
  const begun = (n: number, name: string) => ({ title: `${name} is a fine ${textOf(n).text}` })

  it.effect("of pieces that begin alike no more than a share passes, under any name, over a resume", () => {
    const store = makeStore()
    const tried = (corpus: Corpus["Service"], n: number, content: Content) =>
      Effect.map(accept(store, corpus, `item${n}`, content), ([finding]) => finding)
    return Effect.gen(function*() {
      yield* session(
        store,
        (corpus) =>
          Effect.gen(function*() {
            assert.isUndefined(yield* tried(corpus, 1, begun(1, "Item1")))
            assert.isUndefined(yield* tried(corpus, 2, begun(2, "Item2")))
          }),
        alone,
        openers
      )
      yield* session(
        store,
        (corpus) =>
          Effect.gen(function*() {
            const finding = yield* tried(corpus, 3, begun(3, "Item3"))
            assert.deepInclude(finding, { rule: "openers", field: "/title", text: "… is a fine" })
            assert.match(
              finding?.message ?? "",
              /begins as 2 of 2 other pieces do, such as that of "item1"; at most 50 % may/
            )
            for (const n of [4, 5, 6]) {
              assert.isUndefined(yield* tried(corpus, n, { title: textOf(n).text }))
            }
            // Now three of six is what is allowed; a piece written anew does not stand in its own way.
            assert.isUndefined(yield* tried(corpus, 3, begun(3, "Item3")))
            assert.isUndefined(yield* tried(corpus, 3, begun(30, "Item3")))
            assert.isDefined(yield* tried(corpus, 7, begun(7, "Item7")))
          }),
        alone,
        openers
      )
    })
  })

  it.effect("pieces in flight count for beginnings, too", () =>
    session(
      makeStore(),
      (corpus) =>
        Effect.gen(function*() {
          const slugs = Array.from({ length: 20 }, (_, n) => n)
          const verdicts = yield* Effect.forEach(
            slugs,
            (n) => corpus.admit(`item${n}`, begun(n, `item${n}`), []),
            { concurrency: "unbounded" }
          )
          assert.lengthOf(verdicts.filter(({ blocking }) => blocking.length === 0), 2)
        }),
      alone,
      openers
    ))

  const afterwards = (store: MemoryStore, options = alone) =>
    session(store, (corpus) =>
      Effect.gen(function*() {
        assert.strictEqual((yield* corpus.admit("copy", twinOf(2), [])).blocking[0]?.text, "p2")
        assert.deepStrictEqual((yield* corpus.admit("new", textOf(9), [])).blocking, [])
      }), options)

  const three = (store: MemoryStore) =>
    session(
      store,
      (corpus) => Effect.forEach([1, 2, 3], (n) => accept(store, corpus, `p${n}`, textOf(n)))
    )

  const file = `${data.master}/.corpus`

  it.effect("over a resume", () => {
    const store = makeStore()
    return Effect.andThen(three(store), afterwards(store))
  })

  it.effect("a crash between the record and the corpus file loses nothing", () => {
    const store = makeStore()
    return Effect.gen(function*() {
      yield* session(store, (corpus) => accept(store, corpus, "p1", textOf(1)))
      append(store, record("p2", textOf(2)))
      yield* afterwards(store)
    })
  })

  it.effect("a lost, torn or foreign corpus file is made anew from the masters", () =>
    Effect.forEach([
      () => undefined,
      (bytes: Buffer) => bytes.subarray(0, bytes.length - 7),
      (bytes: Buffer) => Buffer.concat([bytes.subarray(0, 200), Buffer.alloc(100)]),
      () => Buffer.from("{\"not\":\"ours\"}\n")
    ], (damage) => {
      const store = makeStore()
      return Effect.gen(function*() {
        yield* three(store)
        const damaged = damage(store.get(file)!)
        if (damaged === undefined) store.unlink(file, 0)
        else store.put(file, damaged)
        yield* afterwards(store)
        yield* afterwards(store)
      })
    }))

  it.effect("after a consolidation superseded records have left", () => {
    const store = makeStore()
    return Effect.gen(function*() {
      yield* three(store)
      // p2 was written anew and everything consolidated, as another process does it.
      store.unlink(data.successes, 0)
      store.put(
        data.successes,
        Buffer.concat([record("p1", textOf(1)), record("p2", textOf(7), "other:1")])
      )
      yield* session(store, (corpus) =>
        Effect.gen(function*() {
          assert.deepStrictEqual((yield* corpus.admit("a", textOf(2), [])).blocking, [])
          assert.deepStrictEqual((yield* corpus.admit("b", textOf(3), [])).blocking, [])
          assert.strictEqual((yield* corpus.admit("c", textOf(7), [])).blocking[0]?.text, "p2")
          assert.strictEqual((yield* corpus.admit("d", textOf(1), [])).blocking[0]?.text, "p1")
        }))
    })
  })

  it.effect("what another process appended meanwhile counts, where the masters are shared", () => {
    const store = makeStore()
    const shared = { name: "-1of2", isShared: true }
    return session(store, (corpus) =>
      Effect.gen(function*() {
        append(store, record("p1", textOf(1)))
        assert.strictEqual((yield* corpus.admit("a", textOf(1), [])).blocking[0]?.text, "p1")
        append(store, record("p2", textOf(2)))
        assert.strictEqual((yield* corpus.admit("b", textOf(2), [])).blocking[0]?.text, "p2")
      }), shared)
  })

  it.effect("texts too short for a run of words are compared all the same", () =>
    session(
      makeStore(),
      (corpus) =>
        Effect.gen(function*() {
          const admitted = (slug: string, title: string) =>
            Effect.map(corpus.admit(slug, { title }, []), ({ blocking }) => blocking[0]?.text)
          assert.strictEqual(yield* admitted("p1", "Blue lamp"), undefined)
          assert.strictEqual(yield* admitted("p2", "Blue chair"), undefined)
          assert.strictEqual(yield* admitted("p3", "Blue lamp"), "p1")
          assert.strictEqual(yield* admitted("p4", "Lamp"), undefined)
        }),
      alone,
      [{ rule: "nearDuplicate", field: "/title" }]
    ))

  it.effect("a corpus file that takes nothing holds up neither opening nor admitting", () => {
    const store = makeStore()
    const many = Array.from(
      { length: 2_500 },
      (_, n) => record(`p${n}`, { text: `Alpha${n} has part${n} of kind${n}.` })
    )
    const text = "Alpha7 has part7 of kind7."
    return Effect.gen(function*() {
      yield* session(store, () => Effect.void)
      append(store, ...many)
      store.failAlways(({ operation, path }) =>
        operation === "append" && path.endsWith(".corpus") ? "ENOSPC" : undefined
      )
      yield* session(store, (corpus) =>
        Effect.gen(function*() {
          assert.strictEqual((yield* corpus.admit("copy", { text }, [])).blocking[0]?.text, "p7")
          assert.deepStrictEqual(yield* accept(store, corpus, "new", textOf(3_000)), [])
        }))
    })
  })

  it.effect("without a rule that asks for it nothing is written", () => {
    const store = makeStore()
    return Effect.scoped(Effect.gen(function*() {
      const job = yield* makeJob({ qa: [] })
      yield* Effect.provide(
        Effect.flatMap(Corpus, (corpus) => corpus.admit("a", textOf(1), [])),
        Corpus.layer(alone).pipe(Layer.provide(Layer.mergeAll(
          Layer.succeed(CurrentJob, job),
          DataDirectory.layer("/data"),
          MemoryDisk.layer(store)
        )))
      )
      assert.deepStrictEqual(store.files(), [])
    }))
  })
})
