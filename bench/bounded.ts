// Memory at ten million items: finding duplicates in an input, and finding what of it is settled.
//
//   node bench/bounded.ts [directory] [items]
//
// The input is rows of some 60 bytes, the masters lines of some 110, all but every thousandth item settled. The duplicates
// that are found, and the items that are pending, have to be exactly those that were planted. Both are done for a tenth
// of the items, too, so that it is seen what grows with them.
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { plantedEvery, writeItems, writeSettled } from "./boundedData.ts"
import { measureChild } from "./consolidationWork.ts"

const [base = os.tmpdir(), most = "10000000"] = process.argv.slice(2)
const rows: { [row: string]: { seconds: number; "CPU seconds": number; "peak MB": number } } = {}

for (const items of [Number(most) / 10, Number(most)]) {
  const directory = fs.mkdtempSync(path.join(base, "inkfast-bench-"))
  try {
    await writeItems(path.join(directory, "items.jsonl"), items, "unique")
    await writeItems(path.join(directory, "twice.jsonl"), items, "duplicates")
    await writeSettled(path.join(directory, "master"), items)
    for (const name of ["bare", "duplicates", "full", "pending"]) {
      const measured = await measureChild(name, directory, "boundedContender.ts")
      const found = measured.report?.settled
      const expected = items / plantedEvery
      if ((name === "duplicates" || name === "pending") && found !== expected) {
        throw new Error(`${name}: ${found} found, ${expected} planted`)
      }
      rows[`${name}, ${items} items`] = {
        seconds: Number(measured.seconds.toFixed(2)),
        "CPU seconds": Number(measured.cpuSeconds.toFixed(2)),
        "peak MB": Math.round(measured.peakBytes / 1e6)
      }
    }
  } finally {
    fs.rmSync(directory, { recursive: true, force: true })
  }
}
console.table(rows)
