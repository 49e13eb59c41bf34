// Pieces against all other pieces: near-duplicates, reused sentences and worn beginnings, whoever wrote them and whenever.
//
// The masters are the truth. The corpus is read from them, its file only spares doing so again: after a crash, a
// consolidation or the loss of that file it is caught up, or made anew. A piece counts from the moment it is admitted,
// so of two alike that are judged at once one passes; it is kept when its record is durable, or declined or withdrawn.
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Semaphore from "effect/Semaphore"
import { DataDirectory } from "../durability/DataDirectory.ts"
import type { Disk, DiskError } from "../durability/Disk.ts"
import type { FileLock } from "../durability/FileLock.ts"
import { CurrentJob } from "../job/Job.ts"
import type { Finding } from "../qa/Finding.ts"
import { findingOf } from "../qa/JudgePiece.ts"
import type { Remark } from "../qa/rules/CompiledRule.ts"
import type { Rule } from "../qa/RuleTypes.ts"
import { makeHoldAgainst } from "./holdAgainst.ts"
import { openCorpusStore } from "./CorpusStore.ts"
import { hashText } from "./Hash.ts"
import { type CorpusRules, corpusRulesOf, makeProfileOf, type Profile } from "./Profile.ts"

export interface CorpusVerdict {
  /** With any of these the piece was not admitted. */
  readonly blocking: ReadonlyArray<Finding>
  readonly warnings: ReadonlyArray<Finding>
}

export interface CorpusOptions {
  /** Tells the files of several processes apart. */
  readonly name: string
  /** Others may append to the masters meanwhile. */
  readonly isShared: boolean
  /** From so many bytes of the corpus file on its index is kept, too (default 4 MiB): less is read in no time. */
  readonly indexedBytesMin?: number
}

const indexedBytesMinDefault = 4 * 1024 * 1024

export class Corpus extends Context.Service<Corpus, {
  /**
   * Holds the piece against all others but the slug's own. One that nothing blocks counts from now on, until it is kept
   * or withdrawn, or another of its slug is admitted. `names` are what the piece calls its item beside the slug: they do
   * not count.
   */
  readonly admit: (
    slug: string,
    content: { readonly [field: string]: unknown },
    names: ReadonlyArray<string>
  ) => Effect.Effect<CorpusVerdict>
  /** The admitted piece of the slug is durable as that record; it supersedes the slug's piece before. */
  readonly keep: (slug: string, recordId: string) => Effect.Effect<void>
  /** The admitted piece of the slug was turned down before anything of it was written. */
  readonly decline: (slug: string) => Effect.Effect<void>
  /** The admitted piece of the slug came to nothing; whether its record is there is for the masters to say. */
  readonly withdraw: (slug: string) => Effect.Effect<void>
  /** What `admit` would say of it; the piece counts for nobody. */
  readonly compare: (
    slug: string,
    content: { readonly [field: string]: unknown },
    names: ReadonlyArray<string>
  ) => Effect.Effect<CorpusVerdict>
  /** The slug's piece counts no more, its record being taken back. Until the corpus is opened again. */
  readonly forget: (slug: string) => Effect.Effect<void>
}>()("inkfast/services/corpus/Corpus") {
  /**
   * Reads what is there, and costs nothing where no rule of the job asks for it.
   */
  static readonly layer = (
    options: CorpusOptions
  ): Layer.Layer<Corpus, DiskError, CurrentJob | DataDirectory | Disk | FileLock> =>
    Layer.effect(
      Corpus,
      Effect.flatMap(CurrentJob, ({ rules: { rules } }) => {
        const own = corpusRulesOf(rules)
        const { nearDuplicate, openers, reuse } = own
        return nearDuplicate === undefined && reuse === undefined && openers.length === 0
          ? Effect.succeed(nothingToCompare)
          : make(own, options)
      })
    )
}

const nothingToCompare: Corpus["Service"] = {
  admit: () => Effect.succeed({ blocking: [], warnings: [] }),
  keep: () => Effect.void,
  decline: () => Effect.void,
  withdraw: () => Effect.void,
  compare: () => Effect.succeed({ blocking: [], warnings: [] }),
  forget: () => Effect.void
}

const make = Effect.fnUntraced(function*(
  rules: CorpusRules,
  { indexedBytesMin = indexedBytesMinDefault, isShared, name }: CorpusOptions
) {
  const data = yield* DataDirectory
  const profileOf = makeProfileOf(rules)
  const store = yield* openCorpusStore({
    rules,
    masters: data,
    name,
    isShared,
    indexedBytesMin,
    profileOf
  })
  const { index } = store
  const holdAgainst = makeHoldAgainst(rules, store)
  /** Admitted and neither kept nor withdrawn: the entry of each slug. */
  const waiting = new Map<string, number>()
  const turn = yield* Semaphore.make(1)
  const inTurn = turn.withPermits(1)

  const drop = Effect.fnUntraced(function*(slug: string) {
    const entry = waiting.get(slug)
    if (entry === undefined) return
    waiting.delete(slug)
    yield* store.retire(entry)
  })

  const verdictOn = Effect.fnUntraced(function*(slug: string, profile: Profile) {
    if (isShared) yield* store.catchUp((other) => waiting.has(other))
    yield* drop(slug)
    const blocking: Array<Finding> = []
    const warnings: Array<Finding> = []
    const say = (rule: Rule, remark: Remark) =>
      (rule.severity === "warn" ? warnings : blocking).push(findingOf(rule, remark))
    yield* holdAgainst(profile, index.entryOf(slug), say)
    const verdict: CorpusVerdict = { blocking, warnings }
    return verdict
  })

  const admit: Corpus["Service"]["admit"] = (slug, content, names) =>
    inTurn(Effect.gen(function*() {
      const profile = profileOf(content, slug, names)
      const verdict = yield* verdictOn(slug, profile)
      if (verdict.blocking.length === 0) waiting.set(slug, index.add({ slug, id: 0, ...profile }))
      return verdict
    }))

  const keep: Corpus["Service"]["keep"] = (slug, recordId) =>
    inTurn(Effect.suspend(() => {
      const entry = waiting.get(slug)
      if (entry === undefined) return Effect.void
      waiting.delete(slug)
      return store.keep(slug, entry, hashText(recordId, 0))
    }))

  // Registered behind the store, so that it runs before the store closes: what still waits is in doubt.
  yield* Effect.addFinalizer(() => Effect.sync(() => store.doubt(waiting.size > 0)))

  return Corpus.of({
    admit,
    keep,
    decline: (slug) => inTurn(drop(slug)),
    withdraw: (slug) => inTurn(Effect.andThen(Effect.sync(() => store.doubt(true)), drop(slug))),
    compare: (slug, content, names) =>
      inTurn(Effect.suspend(() => verdictOn(slug, profileOf(content, slug, names)))),
    forget: (slug) =>
      inTurn(Effect.gen(function*() {
        yield* drop(slug)
        const own = index.entryOf(slug)
        if (own === undefined) return
        // Whether its record goes is for the masters to say when the corpus is opened again.
        store.doubt(true)
        yield* store.retire(own)
      }))
  })
})
