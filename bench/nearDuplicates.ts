// Near-duplicates among many pieces: planted ones found, false pairs, time of a check, memory.
//
//   node bench/nearDuplicates.ts [pieces] [planted] [sentences]      default 100000 500 20 (about 250 words a piece)
//   node bench/nearDuplicates.ts fill [pieces]     the index alone, filled with random signatures: a check at 1000000
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { performance } from "node:perf_hooks"
import * as Platform from "../src/layers/Platform.ts"
import { CorpusIndex } from "../src/services/corpus/CorpusIndex.ts"
import { hashText } from "../src/services/corpus/Hash.ts"
import { makeProfileOf } from "../src/services/corpus/Profile.ts"
import { Corpus } from "../src/services/corpus/Corpus.ts"
import { DataDirectory } from "../src/services/durability/DataDirectory.ts"
import { CurrentJob } from "../src/services/job/Job.ts"
import { defineJob } from "../src/services/job/DefineJob.ts"
import { definition } from "../test/support/pipeline.ts"
import { plantedCorpus } from "../test/support/plantedCorpus.ts"

const isFill = process.argv[2] === "fill"
const [pieces = isFill ? 1_000_000 : 100_000, planted = 500, sentences = 20] = process.argv
  .slice(isFill ? 3 : 2).map(Number)
const limit = 0.4
const rules = [{ rule: "nearDuplicate", maxSimilarity: limit }]
const corpusOptions = { pieces, planted, sentences, seed: "bench" }

const directory = fs.mkdtempSync(path.join(os.tmpdir(), "inkfast-duplicates-"))

const quantile = (sorted: Float64Array, share: number): string =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!.toFixed(3)

const megabytes = (): number => Math.round(process.memoryUsage().rss / 1e6)

const program = Effect.gen(function*() {
  const job = yield* defineJob(definition({ qa: rules }))
  const open = Corpus.layer({ name: "", isShared: false }).pipe(Layer.provide(Layer.mergeAll(
    Layer.succeed(CurrentJob, job),
    DataDirectory.layer(directory),
    Platform.layer
  )))
  const before = megabytes()
  const times = new Float64Array(pieces)
  let found = 0
  let wanted = 0
  let falsePairs = 0
  yield* Effect.provide(
    Effect.gen(function*() {
      const corpus = yield* Corpus
      let n = 0
      for (const { content, slug, twinOf } of plantedCorpus(corpusOptions)) {
        const start = performance.now()
        const { blocking } = yield* corpus.admit(slug, content)
        times[n++] = performance.now() - start
        if (blocking.length === 0) yield* corpus.keep(slug, slug)
        if (twinOf !== undefined) wanted++
        const named = blocking[0]?.text
        if (named === undefined) continue
        if (named === twinOf) found++
        else falsePairs++
      }
    }),
    open
  )
  const late = times.slice(-Math.min(10_000, pieces)).sort()
  process.stdout.write(
    `${pieces} pieces of ${sentences} sentences, limit ${limit}\n` +
      `planted ${wanted}, found ${found}, false pairs ${falsePairs}\n` +
      `a check at the end, ms: p50 ${quantile(late, 0.5)}, p95 ${quantile(late, 0.95)}, ` +
      `p99 ${quantile(late, 0.99)}\n` +
      `memory ${megabytes() - before} MB over ${before} MB; ` +
      `file ${(fs.statSync(path.join(directory, "master", ".corpus")).size / 1e6).toFixed(0)} MB\n`
  )
})

/** Signatures of nothing, so that a million of them takes a minute; the pieces that are checked are real ones. */
const fill = (): void => {
  const nearDuplicate = {
    rule: "nearDuplicate",
    field: "*",
    severity: "block",
    maxSimilarity: limit
  } as const
  const before = megabytes()
  const index = new CorpusIndex({ nearDuplicate, reuse: undefined })
  const profileOf = makeProfileOf({ nearDuplicate, reuse: undefined })
  for (let n = 0; n < pieces; n++) {
    const shingles = Uint32Array.from({ length: 12 }, (_, i) => hashText(`${n}`, i)).sort()
    index.settle(index.add({ slug: "", id: n, shingles, sentences: [] }), n)
  }
  const checked = [...plantedCorpus({ ...corpusOptions, pieces: 2_000, planted: 20 })]
  const times = Float64Array.from(checked, ({ content }) => {
    const start = performance.now()
    const { shingles } = profileOf(content)
    for (const entry of index.candidates(shingles, undefined)) index.whereabouts(entry)
    return performance.now() - start
  }).sort()
  process.stdout.write(
    `${index.size} signatures, limit ${limit}; a check of ${sentences} sentences, ms: ` +
      `p50 ${quantile(times, 0.5)}, p95 ${quantile(times, 0.95)}; ` +
      `memory ${megabytes() - before} MB\n`
  )
}

if (isFill) fill()
else await Effect.runPromise(Effect.scoped(program))
fs.rmSync(directory, { recursive: true, force: true })
