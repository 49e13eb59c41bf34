// From the start of `inkfast generate` to its first model call, where all but 1,000 items are settled already.
//
//   node bench/generate.ts [directory] [items,…]
//
// The bundled command (`npm run build`) works on generated rows and masters against `fake-llm`, behind a relay that sees
// when the first call comes. Each size is started cold, without anything remembered, for one item; then as it is
// (`again`), with rows added to the input (`grown`), after Ctrl+C amid the run (`stopped`), and for all that is left.
// What was called for, and what the masters hold in the end, is checked against the rows that were made.
import * as fs from "node:fs"
import * as os from "node:os"
import { addRows, checkSettled, makeWork } from "./generateWork.ts"
import { startServer } from "./generateServer.ts"
import type { Started } from "./generateServer.ts"

const [base = os.tmpdir(), sizes = "10000,1000000"] = process.argv.slice(2)
const open = 1000

/** The starts of one size, by name, in order. */
const measure = async (items: number): Promise<ReadonlyMap<string, Started>> => {
  const directory = fs.mkdtempSync(`${base}/inkfast-generate-`)
  const server = await startServer(directory)
  try {
    const work = makeWork(directory, items, open, server.url)
    const starts = new Map<string, Started>()
    const start = async (name: string, limit: number, stopAfter?: number) => {
      starts.set(name, await server.generate(work, limit, stopAfter))
    }
    await start("cold", 1)
    await start("again", 1)
    addRows(work, open)
    await start("grown", 1)
    await start("stopped", 2 * open, open / 2)
    await start("after it", 2 * open)
    await checkSettled(work, await server.slugsCalledFor())
    return starts
  } finally {
    server.stop()
    fs.rmSync(directory, { recursive: true, force: true })
  }
}

for (const items of sizes.split(",").map(Number)) {
  process.stdout.write(`${items} items, ${open} of them not settled\n`)
  console.table(Object.fromEntries([...await measure(items)].map(([name, each]) => [name, {
    "first call, seconds": Number((each.firstCallMs / 1000).toFixed(2)),
    "CPU seconds until then": Number(each.cpuSecondsAtFirstCall.toFixed(2)),
    "peak MB until then": Math.round(each.peakBytesAtFirstCall / 1e6),
    "seconds in all": Number((each.wholeMs / 1000).toFixed(2)),
    "CPU seconds in all": Number(each.cpuSeconds.toFixed(2)),
    "peak MB in all": Math.round(each.peakBytes / 1e6)
  }])))
}
