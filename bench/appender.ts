// The durable appender against the least that has to be done, and against stores and scripts that could be used instead.
//
//   node bench/appender.ts [directory] [rounds] [milliseconds of each measurement]
//
// The contenders take turns within each round, so that a disk that is slow for a while is slow for all. Each figure is
// the median of the rounds, each ratio the median of the rounds' ratios.
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import type { MasterRecord } from "../src/services/master/Record.ts"
import type { Contender, NextRecord } from "./appenderContenders.ts"
import * as contenders from "./appenderContenders.ts"
import { madeUpMeta } from "./madeUpMeta.ts"
import { raw, rawGuarded } from "./rawContenders.ts"

const [base = os.tmpdir(), rounds = "5", durationMs = "400"] = process.argv.slice(2)
const writerCounts = [1, 16, 64, 256, 1024]

const makeRecord = (n: number): MasterRecord => ({
  slug: `item-${n}`,
  content: { title: `Item number ${n}`, text: "Some words that say what it is for. ".repeat(14) },
  meta: {
    id: `run:${n}`,
    runId: "run",
    model: "model-1",
    requestedModel: "model-1",
    ...madeUpMeta("2026-01-02T03:04:05.678Z")
  }
})

const records = Array.from({ length: 2048 }, (_, n) => makeRecord(n))

const recordsFor = (forMs: number): NextRecord => {
  const endMs = performance.now() + forMs
  let handed = 0
  // The clock is read once in a while only: it would be a visible part of the cheapest contender.
  return () =>
    handed % 8 === 0 && performance.now() > endMs ? undefined : records[handed++ % records.length]
}

interface Result {
  readonly perSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
}

const quantile = (values: ReadonlyArray<number>, q: number): number =>
  Float64Array.from(values).sort()[Math.min(values.length - 1, Math.floor(values.length * q))] ??
    Number.NaN

const median = (values: ReadonlyArray<number>): number => quantile(values, 0.5)

const measure = async (contender: Contender, writers: number, forMs: number): Promise<Result> => {
  const latenciesMs: Array<number> = []
  const startMs = performance.now()
  await contender.drive(writers, recordsFor(forMs), (latencyMs) => latenciesMs.push(latencyMs))
  const perSecond = latenciesMs.length / (performance.now() - startMs) * 1000
  return { perSecond, p50Ms: quantile(latenciesMs, 0.5), p99Ms: quantile(latenciesMs, 0.99) }
}

const report = (writers: number, rounds: ReadonlyArray<ReadonlyMap<string, Result>>) => {
  const names = [...rounds[0]?.keys() ?? []]
  const figure = (name: string, of: (own: Result, other: Result) => number, digits: number) =>
    Number(
      median(rounds.map((round) => of(round.get("inkfast") as Result, round.get(name) as Result)))
        .toFixed(digits)
    )
  console.log(`${writers} writers`)
  console.table(Object.fromEntries(names.map((name) => [name, {
    "records/s": figure(name, (_, other) => other.perSecond, 0),
    "p50 ms": figure(name, (_, other) => other.p50Ms, 2),
    "p99 ms": figure(name, (_, other) => other.p99Ms, 2),
    "inkfast: throughput x": figure(name, (own, other) => own.perSecond / other.perSecond, 2),
    "inkfast: p99 x": figure(name, (own, other) => own.p99Ms / other.p99Ms, 2)
  }])))
}

const directory = fs.mkdtempSync(path.join(base, "inkfast-bench-"))
try {
  const all: ReadonlyArray<Contender> = [
    raw(directory),
    rawGuarded(directory),
    await contenders.inkfast(directory),
    contenders.sqlite(directory),
    contenders.sqliteGrouped(directory),
    contenders.lmdbStore(directory),
    contenders.level(directory),
    contenders.usualScript(directory)
  ]
  console.log(
    `${directory}: ${rounds} rounds of ${durationMs} ms, records of about 1 KB, ${os.cpus().length} cores`
  )
  // Compiled code and grown files for all, before anything is counted.
  for (const each of all) await measure(each, 64, 300)
  for (const writers of writerCounts) {
    const results: Array<Map<string, Result>> = []
    for (let round = 0; round < Number(rounds); round++) {
      const result = new Map<string, Result>()
      for (const each of all) {
        result.set(each.name, await measure(each, writers, Number(durationMs)))
      }
      results.push(result)
    }
    report(writers, results)
  }
  for (const each of all) await each.close()
} finally {
  fs.rmSync(directory, { recursive: true, force: true })
}
