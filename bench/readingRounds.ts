// Contenders that read generated masters, in turn, round by round, each in a process of its own.
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { generateMasters } from "./consolidationData.ts"
import { measureChild, median } from "./consolidationWork.ts"
import type { Measured } from "./consolidationWork.ts"

export interface ReadingOptions {
  /** Run once, before all rounds. */
  readonly before?: ReadonlyArray<string>
  /** Makes more to read, in the folder of the journals; answers its bytes. */
  readonly generate?: (raw: string, lines: number) => Promise<number>
}

/** Prints the medians, and each as a multiple of the first contender's of its round. */
export const compareReading = async (
  contenders: ReadonlyArray<string>,
  { before = [], generate }: ReadingOptions = {}
): Promise<void> => {
  const [base = os.tmpdir(), lines = "100000", rounds = "3"] = process.argv.slice(2)
  const directory = fs.mkdtempSync(path.join(base, "inkfast-bench-"))
  const measure = (name: string) => measureChild(name, directory, "readingContender.ts")
  try {
    const bytes = await generateMasters(path.join(directory, "master"), Number(lines))
    const more = await generate?.(path.join(directory, "raw"), Number(lines))
    for (const name of before) await measure(name)
    const results = new Map<string, Array<Measured>>(contenders.map((name) => [name, []]))
    for (let round = 0; round < Number(rounds); round++) {
      for (const [name, own] of results) {
        const measured = await measure(name)
        const { settled } = measured.report ?? {}
        if (name === "audit" && settled !== Number(lines)) {
          throw new Error(`the audit found ${settled} records of ${lines}`)
        }
        own.push(measured)
      }
    }
    process.stdout.write(
      `${lines} lines in each of updates and successes, ${(bytes / 1e9).toFixed(2)} GB${
        more === undefined ? "" : `, and ${(more / 1e9).toFixed(2)} GB of journal`
      }, ${rounds} rounds\n`
    )
    const first = results.get(contenders[0] ?? "") ?? []
    console.table(Object.fromEntries([...results].map(([name, own]) => [name, {
      seconds: Number(median(own.map(({ seconds }) => seconds)).toFixed(3)),
      [`x ${contenders[0]}`]: Number(
        median(own.map(({ seconds }, round) => seconds / (first[round]?.seconds ?? Number.NaN)))
          .toFixed(3)
      ),
      "CPU seconds": Number(median(own.map(({ cpuSeconds }) => cpuSeconds)).toFixed(2)),
      "peak MB": Math.round(median(own.map(({ peakBytes }) => peakBytes)) / 1e6)
    }])))
  } finally {
    fs.rmSync(directory, { recursive: true, force: true })
  }
}
