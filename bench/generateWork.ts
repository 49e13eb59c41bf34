// A catalogue for the benchmark of starts: rows, masters that settle all but some of them, a job, and what must come of it.
import * as fs from "node:fs"
import { createInterface } from "node:readline"
import { encodeLine } from "../src/services/durability/LineCodec.ts"
import { madeUpMeta } from "./madeUpMeta.ts"

export interface Work {
  /** Of the job. */
  readonly directory: string
  readonly input: string
  readonly successes: string
  /** Slugs without a record, in the order of their rows. */
  readonly open: Array<string>
  /** Rows in the input. */
  items: number
}

const about =
  "A plain thing for the kitchen, made of oiled beech; it weighs 340 g and is 24 cm long. "

const slugOf = (n: number): string => `item-${n.toString(36).padStart(6, "0")}-of-the-catalogue`

/** About 250 bytes. */
const rowOf = (n: number) => ({
  slug: slugOf(n),
  name: `Thing number ${n}`,
  maker: "Beech and Sons",
  about: about + about
})

const lineOf = (n: number): Uint8Array =>
  encodeLine({
    slug: slugOf(n),
    title: `Thing number ${n}`,
    text: about.repeat(6),
    _meta: {
      id: `run:${n}`,
      runId: "run",
      model: "fake-mini",
      ...madeUpMeta(new Date(1_767_000_000_000 + n).toISOString())
    }
  })

const job = (url: string) => `
input: { path: items.jsonl, key: slug }
data: data
prompt: prompt.md
schema: schema.json
models:
  base: { name: fake-mini, maxOutputTokens: 500 }
baseUrl: ${url}
prices:
  fake-mini: { inputUsdPerMtok: 0.15, outputUsdPerMtok: 0.60 }
budget: { runUsd: 1000 }
concurrency: 16
evidence: { fields: [name, maker, about] }
qa:
  - { rule: length, field: /title, maxChars: 200 }
`

const schema = {
  type: "object",
  additionalProperties: false,
  required: ["title", "text"],
  properties: { title: { type: "string" }, text: { type: "string" } }
}

const prompt = `--- system
You write pages of a catalogue, from the evidence alone.
--- user
Write the page of this item: a title, and a text.

Slug: {{ slug }}

{{ evidence }}
`

/** Writes in pieces of a megabyte or so. */
const writeAll = (file: string, count: number, each: (n: number) => Uint8Array | string): void => {
  const handle = fs.openSync(file, "w")
  let batch: Array<Uint8Array> = []
  for (let n = 0; n < count; n++) {
    const piece = each(n)
    batch.push(typeof piece === "string" ? Buffer.from(piece) : piece)
    if (batch.length < 1000 && n < count - 1) continue
    fs.writeSync(handle, Buffer.concat(batch))
    batch = []
  }
  fs.closeSync(handle)
}

/** `openCount` of the items, spread evenly, have no record. */
export const makeWork = (
  directory: string,
  items: number,
  openCount: number,
  url: string
): Work => {
  const master = `${directory}/data/master`
  fs.mkdirSync(master, { recursive: true })
  const every = Math.floor(items / openCount)
  const isOpen = (n: number): boolean => n % every === every - 1 && n < every * openCount
  const work: Work = {
    directory,
    input: `${directory}/items.jsonl`,
    successes: `${master}/successes.jsonl`,
    open: [],
    items
  }
  for (let n = 0; n < items; n++) if (isOpen(n)) work.open.push(slugOf(n))
  writeAll(work.input, items, (n) => `${JSON.stringify(rowOf(n))}\n`)
  writeAll(work.successes, items, (n) => isOpen(n) ? "" : lineOf(n))
  fs.copyFileSync(work.successes, `${master}/updates.jsonl`)
  fs.writeFileSync(`${master}/rejects.jsonl`, "")
  fs.writeFileSync(`${directory}/inkfast.yaml`, job(url))
  fs.writeFileSync(`${directory}/schema.json`, JSON.stringify(schema))
  fs.writeFileSync(`${directory}/prompt.md`, prompt)
  return work
}

/** Rows of new items at the end of the input. */
export const addRows = (work: Work, count: number): void => {
  const rows: Array<string> = []
  for (let n = work.items; n < work.items + count; n++) {
    work.open.push(slugOf(n))
    rows.push(`${JSON.stringify(rowOf(n))}\n`)
  }
  fs.appendFileSync(work.input, rows.join(""))
  work.items += count
}

/** Throws where an item was called for that had a record, or twice, or where one has none or two in the end. */
export const checkSettled = async (work: Work, called: ReadonlyArray<string>): Promise<void> => {
  const open = new Set(work.open)
  if (called.length !== open.size) throw new Error(`${called.length} calls for ${open.size} items`)
  if (!called.every((slug) => open.delete(slug))) throw new Error("called for what was settled")
  const slugs = new Set<string>()
  let lines = 0
  for await (const line of createInterface({ input: fs.createReadStream(work.successes) })) {
    lines++
    slugs.add((JSON.parse(line) as { readonly slug: string }).slug)
  }
  if (lines !== work.items || slugs.size !== work.items) {
    throw new Error(`${lines} lines of ${slugs.size} slugs for ${work.items} items`)
  }
}
