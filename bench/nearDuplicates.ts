// Near-duplicates among many pieces, over a real disk: planted ones found, false pairs, pieces stopped because the check
// was unsure, time of a check, memory, and how long the corpus takes to open again.
//
//   node bench/nearDuplicates.ts [pieces] [planted] [sentences] [common] [checked]    default 100000 500 20 7 100000
//
// The last `checked` pieces are checked one by one, and the planted ones are among them. Those before stand in the masters
// from the beginning, from which the corpus is made as it opens.
// Pieces read as the READMEs installed here; `common` of the sentences are the same in all of them, as a template's are.
// The reading of profiles and the exact comparison are part of a check, as in a run; so is the rule `reuse`.
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { performance } from "node:perf_hooks"
import * as Platform from "../src/layers/Platform.ts"
import { Corpus } from "../src/services/corpus/Corpus.ts"
import { corpusRulesOf, makeProfileOf } from "../src/services/corpus/Profile.ts"
import { DataDirectory, paths } from "../src/services/durability/DataDirectory.ts"
import { encodeLine } from "../src/services/durability/LineCodec.ts"
import { defineJob } from "../src/services/job/DefineJob.ts"
import { CurrentJob } from "../src/services/job/Job.ts"
import { definition } from "../test/support/smallJob.ts"
import { type PlantedPiece, plantedCorpus } from "../test/support/plantedCorpus.ts"
import { DuplicateOutcomes } from "./duplicateOutcomes.ts"
import { readmeVoice } from "./readmeVoice.ts"

const [pieces = 100_000, planted = 500, sentences = 20, common = 7, checked = pieces] = process.argv
  .slice(2).map(Number)
const limit = 0.4
const rules = [{ rule: "nearDuplicate", maxSimilarity: limit }, { rule: "reuse", maxShare: 0.9 }]
const lateMax = 10_000

const directory = fs.mkdtempSync(path.join(os.tmpdir(), "inkfast-duplicates-"))
const data = paths(directory)
const voice = readmeVoice(path.join(import.meta.dirname, "..", "node_modules"))

const quantile = (sorted: Float64Array, share: number): string =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!.toFixed(3)

/** Milliseconds of the processor that this process has taken. */
const cpuMs = (): number => {
  const { system, user } = process.cpuUsage()
  return (system + user) / 1000
}

const megabytes = (): number => Math.round(process.memoryUsage().rss / 1e6)
const say = (line: string) => process.stdout.write(`${line}\n`)

const job = await Effect.runPromise(defineJob(definition({ qa: rules })))
const layer = Corpus.layer({ name: "", isShared: false }).pipe(Layer.provide(Layer.mergeAll(
  Layer.succeed(CurrentJob, job),
  DataDirectory.layer(directory),
  Platform.layer
)))
const profileOf = makeProfileOf(corpusRulesOf(job.rules.rules))

const corpus = plantedCorpus({
  pieces,
  planted: Math.floor(planted * pieces / checked),
  sentences,
  common,
  seed: "bench",
  voice
})

/** A record goes into the masters as an appender would put it there, but is not synced. */
const write = (masters: number, { content, slug }: PlantedPiece): void => {
  fs.writeSync(masters, encodeLine({ slug, ...content, _meta: { id: slug } }))
}

const fill = (): void => {
  fs.mkdirSync(data.master, { recursive: true })
  const masters = fs.openSync(data.successes, "a")
  for (let n = checked; n < pieces; n++) {
    const { value } = corpus.next()
    if (value !== undefined && value.twinOf === undefined) write(masters, value)
  }
  fs.closeSync(masters)
}

const check = Effect.gen(function*() {
  const { admit, keep } = yield* Corpus
  const masters = fs.openSync(data.successes, "a")
  const times = new Float64Array(checked)
  const cpuTimes = new Float64Array(checked)
  const outcomes = new DuplicateOutcomes(({ content, slug }) =>
    profileOf(content, slug, []).shingles
  )
  let n = 0
  for (const piece of corpus) {
    const { content, slug } = piece
    const start = performance.now()
    const cpuStart = cpuMs()
    const { blocking } = yield* admit(slug, content, [])
    cpuTimes[n] = cpuMs() - cpuStart
    times[n++] = performance.now() - start
    if (blocking.length === 0) {
      write(masters, piece)
      yield* keep(slug, slug)
    }
    outcomes.enter(piece, blocking)
  }
  fs.closeSync(masters)
  const late = Math.min(lateMax, checked)
  return {
    outcomes,
    late,
    times: times.slice(-late).sort(),
    cpuTimes: cpuTimes.slice(-late).sort()
  }
})

/** Starts a clock; what it answers tells the time since, and the processor's. */
const clock = () => {
  const start = performance.now()
  const cpuStart = cpuMs()
  return (): string =>
    `${((performance.now() - start) / 1000).toFixed(1)} s, ` +
    `${((cpuMs() - cpuStart) / 1000).toFixed(1)} of CPU`
}

const program = Effect.gen(function*() {
  fill()
  const before = megabytes()
  const making = clock()
  const { cpuTimes, late, outcomes, times } = yield* Effect.provide(
    Effect.andThen(
      Effect.sync(() => checked < pieces && say(`made from the masters in ${making()}`)),
      check
    ),
    layer
  )
  say(`${pieces} pieces of ${sentences} sentences, ${common} of them common, limit ${limit}`)
  for (const [of, sorted] of [["", times], [" of CPU", cpuTimes]] as const) {
    say(
      `one of the last ${late} checks, ms${of}: p50 ${quantile(sorted, 0.5)}, ` +
        `p95 ${quantile(sorted, 0.95)}, p99 ${quantile(sorted, 0.99)}`
    )
  }
  say(`memory ${megabytes() - before} MB over ${before} MB`)
  for (const name of fs.readdirSync(data.master).sort()) {
    say(`  ${name}: ${(fs.statSync(path.join(data.master, name)).size / 1e6).toFixed(0)} MB`)
  }
  ;(yield* Effect.promise(() => outcomes.lines(data.successes, limit))).forEach(say)
  const again = clock()
  yield* Effect.provide(
    Effect.map(Corpus, () => say(`opened again in ${again()}`)),
    layer
  )
})

try {
  await Effect.runPromise(Effect.scoped(program))
} finally {
  fs.rmSync(directory, { recursive: true, force: true })
}
