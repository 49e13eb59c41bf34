// Consolidation against copying the files, against the usual script, and how long it holds up an appender elsewhere.
//
//   node bench/consolidation.ts [directory] [lines] [rounds] [parts: cost,pause,script]
//
// The masters are generated: about 1 KB a line, 20 % of the slugs superseded, 1 % of the lines by others (slug elsewhere,
// or escaped). Every contender ends with its output synced, and takes its turn in every round. The result is checked
// line by line against a naive consolidation of the same lines.
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { checkResult, generateMasters } from "./consolidationData.ts"
import type { Measured } from "./consolidationWork.ts"
import { measureChild, measurePause, median } from "./consolidationWork.ts"

const [base = os.tmpdir(), lines = "100000", rounds = "3", parts = "cost,pause,script"] = process
  .argv.slice(2)
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

const compareCosts = async (): Promise<void> => {
  const contenders = ["copy", "inkfast", ...(wanted.has("script") ? ["script"] : [])] as const
  const results = new Map<string, Array<Measured>>(contenders.map((name) => [name, []]))
  for (let round = 0; round < Number(rounds); round++) {
    for (const name of contenders) {
      const target = copyOfSource()
      const measured = await measureChild(name, target)
      results.get(name)?.push(measured)
      if (name === "inkfast" && round === 0) {
        say(`checked against a naive consolidation: ${await checkResult(source, target)} lines`)
      }
    }
  }
  const copies = results.get("copy") ?? []
  console.table(Object.fromEntries(contenders.map((name) => {
    const own = results.get(name) ?? []
    const ratios = own.map(({ seconds }, round) => seconds / (copies[round]?.seconds ?? Number.NaN))
    return [name, {
      seconds: Number(median(own.map(({ seconds }) => seconds)).toFixed(2)),
      "x copy": Number(median(ratios).toFixed(2)),
      "CPU seconds": Number(median(own.map(({ cpuSeconds }) => cpuSeconds)).toFixed(2)),
      "peak MB": Math.round(median(own.map(({ peakBytes }) => peakBytes)) / 1e6)
    }]
  })))
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
} finally {
  fs.rmSync(directory, { recursive: true, force: true })
}
