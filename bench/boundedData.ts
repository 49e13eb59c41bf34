// Inputs and masters of many small items, for the benchmark of memory.
import * as fs from "node:fs"
import * as path from "node:path"
import { encodeLine } from "../src/services/durability/LineCodec.ts"
import { writeMany } from "./writeMany.ts"

/** Of so many items one is planted: a second row of its slug, or no record of it. */
export const plantedEvery = 1000

const slugOf = (n: number): string => `item-${n.toString(36).padStart(6, "0")}-of-the-catalogue`

/** One row an item; `duplicates`: the last row of a thousand has the first one's slug. */
export const writeItems = (
  file: string,
  items: number,
  kind: "unique" | "duplicates"
): Promise<void> =>
  writeMany(file, items, (n) => {
    const again = kind === "duplicates" && n % plantedEvery === plantedEvery - 1
    const slug = slugOf(again ? n - plantedEvery + 1 : n)
    return Buffer.from(`{"slug":"${slug}","number":${n}}\n`)
  })

/** A record of every item but those that are planted as pending. */
export const writeSettled = async (master: string, items: number): Promise<void> => {
  fs.mkdirSync(master, { recursive: true })
  const successes = path.join(master, "successes.jsonl")
  await writeMany(
    successes,
    items,
    (n) => n % plantedEvery === 7 ? Buffer.alloc(0) : encodeLine({ slug: slugOf(n), n })
  )
  fs.linkSync(successes, path.join(master, "updates.jsonl"))
  fs.writeFileSync(path.join(master, "rejects.jsonl"), "")
}
