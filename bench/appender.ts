// The durable appender against the least that has to be done, and against stores and scripts that could be used instead.
//
//   node bench/appender.ts [directory] [rounds] [milliseconds of each measurement]
//
// The contenders take turns within each round, so that a disk that is slow for a while is slow for all. Throughput is
// the median of the rounds; p99 is over all records of all rounds.
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import type { MasterRecord } from "../src/services/master/Record.ts"
import type { Contender, NextRecord } from "./appenderContenders.ts"
import * as contenders from "./appenderContenders.ts"

const [base = os.tmpdir(), rounds = "5", durationMs = "400"] = process.argv.slice(2)
const writerCounts = [1, 16, 64, 256, 1024]

const makeRecord = (n: number): MasterRecord => ({
  slug: `item-${n}`,
  content: { title: `Item number ${n}`, text: "Some words that say what it is for. ".repeat(14) },
  meta: {
    id: `run:${n}`,
    runId: "run",
    model: "model-1",
    rung: 0,
    attempt: 1,
    promptHash: "0".repeat(32),
    schemaHash: "1".repeat(32),
    evidenceHash: "2".repeat(32),
    usage: { inputTokens: 1200, cachedInputTokens: 0, outputTokens: 600, reasoningTokens: 0 },
    costUsd: 0.00123,
    acceptedAt: "2026-01-02T03:04:05.678Z",
    qa: { rules: "3".repeat(32), warnings: [] }
  }
})

const records = Array.from({ length: 2048 }, (_, n) => makeRecord(n))

const recordsFor = (forMs: number): NextRecord => {
  const endMs = performance.now() + forMs
  let handed = 0
  // The clock is read once in a while only: it would be a visible part of the cheapest contender.
  return () => handed % 8 === 0 && performance.now() > endMs ? undefined : records[handed++ % records.length]
}

interface Result {
  readonly perSecond: Array<number>
  readonly latenciesMs: Array<number>
}

const measure = async (contender: Contender, writers: number, forMs: number, into: Result) => {
  let count = 0
  const startMs = performance.now()
  await contender.drive(writers, recordsFor(forMs), (latencyMs) => {
    count++
    into.latenciesMs.push(latencyMs)
  })
  into.perSecond.push(count / (performance.now() - startMs) * 1000)
}

const sorted = (values: ReadonlyArray<number>) => Float64Array.from(values).sort()
const quantile = (values: ReadonlyArray<number>, q: number) =>
  sorted(values)[Math.min(values.length - 1, Math.floor(values.length * q))] ?? Number.NaN

const report = (writers: number, results: ReadonlyMap<string, Result>) => {
  const of = (name: string) => {
    const { latenciesMs, perSecond } = results.get(name) ?? { latenciesMs: [], perSecond: [] }
    return { perSecond: quantile(perSecond, 0.5), p50: quantile(latenciesMs, 0.5), p99: quantile(latenciesMs, 0.99) }
  }
  const own = of("inkfast")
  console.table(Object.fromEntries([...results.keys()].map((name) => {
    const { p50, p99, perSecond } = of(name)
    return [name, {
      writers,
      "records/s": Math.round(perSecond),
      "p50 ms": Number(p50.toFixed(2)),
      "p99 ms": Number(p99.toFixed(2)),
      "inkfast is x times as fast": Number((own.perSecond / perSecond).toFixed(2)),
      "inkfast's p99 is x times as long": Number((own.p99 / p99).toFixed(2))
    }]
  })))
}

const directory = fs.mkdtempSync(path.join(base, "inkfast-bench-"))
try {
  const all: ReadonlyArray<Contender> = [
    contenders.raw(directory),
    await contenders.inkfast(directory),
    contenders.sqlite(directory),
    contenders.sqliteGrouped(directory),
    contenders.lmdbStore(directory),
    contenders.level(directory),
    contenders.usualScript(directory)
  ]
  console.log(`${directory}: ${rounds} rounds of ${durationMs} ms, records of about 1 KB, ${os.cpus().length} cores`)
  // Compiled code and grown files for all, before anything is counted.
  for (const each of all) await measure(each, 64, 300, { perSecond: [], latenciesMs: [] })
  for (const writers of writerCounts) {
    const results = new Map(all.map((each) => [each.name, { perSecond: [], latenciesMs: [] } as Result]))
    for (let round = 0; round < Number(rounds); round++) {
      for (const each of all) await measure(each, writers, Number(durationMs), results.get(each.name) as Result)
    }
    report(writers, results)
  }
  for (const each of all) await each.close()
} finally {
  fs.rmSync(directory, { recursive: true, force: true })
}
