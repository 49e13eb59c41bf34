// Corpora whose index is kept, on a disk in memory: openings of them, pieces that have much in common, and what is said.
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as MemoryDisk from "../../src/layers/MemoryDisk.ts"
import { make as makeStore } from "../../src/layers/MemoryStore.ts"
import type { MemoryStore } from "../../src/layers/MemoryStore.ts"
import { Corpus } from "../../src/services/corpus/Corpus.ts"
import { DataDirectory } from "../../src/services/durability/DataDirectory.ts"
import { encodeLine } from "../../src/services/durability/LineCodec.ts"
import { CurrentJob } from "../../src/services/job/Job.ts"
import { data, makeJob } from "./smallJob.ts"

/** Warnings alone: every piece is admitted. */
const qa = [
  { rule: "nearDuplicate", maxSimilarity: 0.4, severity: "warn" },
  { rule: "reuse", seenIn: 2, maxShare: 0.1, severity: "warn" },
  { rule: "openers", field: "/title", maxShare: 0.2, seenIn: 2, severity: "warn" }
]
export const keptJob = await Effect.runPromise(makeJob({ qa }))

export const corpusFile = `${data.master}/.corpus`
export const indexFile = `${corpusFile}.index`

/** One opening of the corpus, its index kept from `indexedBytesMin` bytes on. */
export const session = <A, E>(
  store: MemoryStore,
  use: (corpus: Corpus["Service"]) => Effect.Effect<A, E>,
  indexedBytesMin = 0
) =>
  Effect.provide(
    Effect.flatMap(Corpus, use),
    Corpus.layer({ name: "", isShared: false, indexedBytesMin }).pipe(
      Layer.provide(Layer.mergeAll(
        Layer.succeed(CurrentJob, keptJob),
        DataDirectory.layer("/data"),
        MemoryDisk.layer(store)
      ))
    )
  )

/** Of its own but for the beginning of some and one sentence that others have. */
export const textOf = (n: number) => ({
  title: `${n % 3 === 0 ? "Here it is again" : `Word${n} opens`} the text of number${n}. ` +
    Array.from({ length: 5 }, (_, s) => `Alpha${n}x${s} has part${n} of kind${s}n${n}.`).join(" ") +
    ` This sentence stands in every ${n % 4}. piece.`
})

/** The record of the slug's piece as the appender leaves it. */
export const append = (store: MemoryStore, slug: string, n: number) =>
  store.put(
    data.successes,
    Buffer.concat([
      store.get(data.successes) ?? Buffer.alloc(0),
      encodeLine({ slug, ...textOf(n), _meta: { id: `${slug}:${n}` } })
    ])
  )

export const write = (store: MemoryStore, corpus: Corpus["Service"], slug: string, n: number) =>
  Effect.gen(function*() {
    yield* corpus.admit(slug, textOf(n), [])
    append(store, slug, n)
    yield* corpus.keep(slug, `${slug}:${n}`)
  })

/** Any piece that counts may be named as one, and the order in which pieces came and went decides. */
const example = /, (?:most of them in|such as that of) "[^"]*"/

/** What is said of a piece like the n-th, by that slug. */
export const remarksOn = (corpus: Corpus["Service"], slug: string, n: number) =>
  Effect.map(
    corpus.compare(slug, { title: `${textOf(n).title} And more.` }, []),
    ({ warnings }) =>
      warnings.map(({ message, rule }) => `${rule}: ${message.replace(example, "")}`)
  )

const probes = 10

/** What is said of probes that are like pieces, and of new ones. */
export const answers = (corpus: Corpus["Service"]) =>
  Effect.forEach(Array.from({ length: probes }, (_, n) => n), (n) => remarksOn(corpus, "probe", n))

type Ask<A> = (corpus: Corpus["Service"]) => Effect.Effect<A>

/** What a corpus says that has nothing but the masters. */
export const fromMasters = <A>(store: MemoryStore, ask: Ask<A>) => {
  const other = makeStore()
  other.put(data.successes, store.get(data.successes) ?? "")
  return session(other, ask, Infinity)
}

/** What is said, and from which byte on the corpus file was read as a whole: 0 where no index was believed. */
export const openedAgain = <A>(store: MemoryStore, ask: Ask<A>) =>
  Effect.suspend(() => {
    let from: number | undefined
    const stop = store.failAlways(({ bytes = 0, operation, path, position }) => {
      if (operation === "read" && path === corpusFile && bytes > 1_000_000) from ??= position
      return undefined
    })
    return session(store, ask).pipe(
      Effect.ensuring(Effect.sync(stop)),
      Effect.map((said) => ({ said, from: from ?? 0 }))
    )
  })
