// Consolidation against copying the files, against DuckDB and the usual script, how long it holds up an appender
// elsewhere, and what five times as many lines cost.
//
//   node bench/consolidation.ts [directory] [lines] [rounds] [parts: cost,unverified,duckdb,script,pause,growth]
//
// The masters are generated: about 1 KB a line, 20 % of the slugs superseded, 1 % of the lines by others (slug elsewhere,
// or escaped). Every contender ends with its output synced, and takes its turn in every round. The results are checked
// line by line against a naive consolidation of the same lines.
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { checkResult, generateMasters } from "./consolidationData.ts"
import { duckDbPackage } from "./consolidationDuckDb.ts"
import type { Measured } from "./consolidationWork.ts"
import { measureChild, measurePause, median } from "./consolidationWork.ts"

const [base = os.tmpdir(), lines = "100000", rounds = "3", parts = "cost,unverified,script,pause"] =
  process.argv.slice(2)
const wanted = new Set(parts.split(","))

const say = (text: string): void => void process.stdout.write(`${text}\n`)

const directory = fs.mkdtempSync(path.join(base, "inkfast-bench-"))
const source = path.join(directory, "source")
const copyOfSource = (): string => {
  const target = path.join(directory, "data")
  fs.rmSync(target, { recursive: true, force: true })
  fs.cpSync(source, target, { recursive: true })
  for (const name of fs.readdirSync(path.join(target, "master"))) {
    const file = fs.openSync(path.join(target, "master", name), "r")
    fs.fsyncSync(file)
    fs.closeSync(file)
  }
  return target
}

interface Contender {
  readonly row: string
  readonly name: string
  readonly verifies?: boolean
}

const isInstalled = (name: string): boolean => {
  try {
    import.meta.resolve(name)
    return true
  } catch {
    say(`${name} is not installed: npm install --no-save ${name}@1.5.6-r.1`)
    return false
  }
}

const contenders: ReadonlyArray<Contender> = [
  { row: "cp and sync", name: "copy" },
  { row: "inkfast", name: "inkfast" },
  ...(wanted.has("unverified")
    ? [{ row: "inkfast, checksums left out", name: "inkfast", verifies: false }]
    : []),
  ...(wanted.has("duckdb") && isInstalled(duckDbPackage)
    ? [{ row: "duckdb", name: "duckdb" }]
    : []),
  ...(wanted.has("script") ? [{ row: "script", name: "script" }] : [])
]

const figuresOf = (own: ReadonlyArray<Measured>) => ({
  seconds: Number(median(own.map(({ seconds }) => seconds)).toFixed(2)),
  "CPU seconds": Number(median(own.map(({ cpuSeconds }) => cpuSeconds)).toFixed(2)),
  "peak MB": Math.round(median(own.map(({ peakBytes }) => peakBytes)) / 1e6)
})

const compareCosts = async (): Promise<void> => {
  const results = new Map<string, Array<Measured>>(contenders.map(({ row }) => [row, []]))
  for (let round = 0; round < Number(rounds); round++) {
    for (const { name, row, verifies } of contenders) {
      const target = copyOfSource()
      results.get(row)?.push(await measureChild(name, target, undefined, verifies))
      if (round > 0 || name === "copy" || name === "script") continue
      say(`${row}: as a naive consolidation, ${await checkResult(source, target)} lines`)
    }
  }
  const copies = results.get("cp and sync") ?? []
  console.table(Object.fromEntries([...results].map(([row, own]) => {
    const ratios = own.map(({ seconds }, round) => seconds / (copies[round]?.seconds ?? Number.NaN))
    return [row, { "x cp": Number(median(ratios).toFixed(2)), ...figuresOf(own) }]
  })))
}

/** The masters five times as long, in place of the others. */
const measureGrowth = async (): Promise<void> => {
  const rows: { [row: string]: ReturnType<typeof figuresOf> } = {}
  for (const count of [Number(lines), 5 * Number(lines)]) {
    fs.rmSync(directory, { recursive: true, force: true })
    await generateMasters(path.join(source, "master"), count)
    const runs: Array<Measured> = []
    for (let round = 0; round < Number(rounds); round++) {
      const target = copyOfSource()
      runs.push(await measureChild("inkfast", target))
      if (round === 0) await checkResult(source, target)
    }
    rows[`${count} lines`] = figuresOf(runs)
  }
  const [few, many] = Object.values(rows)
  if (few === undefined || many === undefined) return
  const times = (key: keyof typeof few) => Number((many[key] / few[key]).toFixed(2))
  console.table({
    ...rows,
    "five times": {
      seconds: times("seconds"),
      "CPU seconds": times("CPU seconds"),
      "peak MB": times("peak MB")
    }
  })
}

try {
  const bytes = await generateMasters(path.join(source, "master"), Number(lines))
  say(
    `${directory}: ${lines} lines in each of updates and successes, ${
      (bytes / 1e9).toFixed(2)
    } GB in all, ${rounds} rounds, ${os.cpus().length} cores`
  )
  if (wanted.has("cost")) await compareCosts()
  if (wanted.has("pause")) console.table(await measurePause(copyOfSource()))
  if (wanted.has("growth")) await measureGrowth()
} finally {
  fs.rmSync(directory, { recursive: true, force: true })
}
