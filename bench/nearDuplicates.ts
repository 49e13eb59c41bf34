// Near-duplicates among many pieces: planted ones found, false pairs, time of a check, memory.
//
//   node bench/nearDuplicates.ts [pieces] [planted] [sentences]      default 100000 500 20 (about 250 words a piece)
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { performance } from "node:perf_hooks"
import * as Platform from "../src/layers/Platform.ts"
import { Corpus } from "../src/services/corpus/Corpus.ts"
import { DataDirectory } from "../src/services/durability/DataDirectory.ts"
import { CurrentJob } from "../src/services/job/Job.ts"
import { defineJob } from "../src/services/job/DefineJob.ts"
import { definition } from "../test/support/pipeline.ts"
import { plantedCorpus } from "../test/support/plantedCorpus.ts"

const [pieces = 100_000, planted = 500, sentences = 20] = process.argv.slice(2).map(Number)
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

await Effect.runPromise(Effect.scoped(program)).finally(() =>
  fs.rmSync(directory, { recursive: true, force: true })
)
