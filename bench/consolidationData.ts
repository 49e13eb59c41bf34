// Generated masters for the benchmark, and a consolidation of them that is too simple to be wrong.
import { Buffer } from "node:buffer"
import { once } from "node:events"
import * as fs from "node:fs"
import * as path from "node:path"
import { createInterface } from "node:readline"
import { finished } from "node:stream/promises"
import { encodeLine } from "../src/services/durability/LineCodec.ts"

const text = "Some words that say what it is for, and how it is held in the hand. ".repeat(10)

/** One slug of five is written a second time, later; one line of a hundred is somebody else's. */
const lineOf = (n: number, lines: number): Uint8Array => {
  const distinct = Math.floor(lines * 0.8)
  const number = n < distinct ? n : (n * 7919) % distinct
  const slug = `item-${number.toString(36).padStart(6, "0")}-of-the-catalogue`
  const title = `Item number ${n}`
  if (n % 200 === 17) return Buffer.from(`${JSON.stringify({ title, text, slug, n })}\n`)
  if (n % 200 === 117) {
    const escaped = `\\u0069${slug.slice(1)}`
    return Buffer.from(`{"slug":"${escaped}","title":${JSON.stringify(title)},"text":"${text}"}\n`)
  }
  return encodeLine({
    slug,
    title,
    text,
    _meta: {
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
      acceptedAt: new Date(1_767_000_000_000 + n).toISOString(),
      qa: { rules: "3".repeat(32), warnings: [] }
    }
  })
}

/** Writes updates and successes, the same, and a few rejects. Answers their bytes. */
export const generateMasters = async (master: string, lines: number): Promise<number> => {
  fs.mkdirSync(master, { recursive: true })
  const updates = path.join(master, "updates.jsonl")
  const out = fs.createWriteStream(updates)
  let batch: Array<Uint8Array> = []
  for (let n = 0; n < lines; n++) {
    batch.push(lineOf(n, lines))
    if (batch.length < 1000 && n < lines - 1) continue
    const bytes = Buffer.concat(batch)
    batch = []
    if (!out.write(bytes)) await once(out, "drain")
  }
  await finished(out.end())
  fs.copyFileSync(updates, path.join(master, "successes.jsonl"))
  fs.writeFileSync(path.join(master, "rejects.jsonl"), "")
  return 2 * fs.statSync(updates).size
}

const linesOf = (file: string) =>
  createInterface({ input: fs.createReadStream(file), crlfDelay: Infinity })

interface Line {
  readonly slug: string
  readonly _meta?: { readonly acceptedAt: string }
}

/** Checks both masters line by line; answers how many lines each has. Throws where one differs. */
export const checkResult = async (source: string, result: string): Promise<number> => {
  const newest = new Map<string, { readonly number: number; readonly at: string }>()
  let number = 0
  for await (const line of linesOf(path.join(source, "master/updates.jsonl"))) {
    const { _meta, slug } = JSON.parse(line) as Line
    const at = _meta?.acceptedAt ?? ""
    const before = newest.get(slug)
    if (before === undefined || at >= before.at) newest.set(slug, { number, at })
    number++
  }
  const kept = new Set([...newest.values()].map((each) => each.number))
  for (const name of ["updates.jsonl", "successes.jsonl"]) {
    const results = linesOf(path.join(result, "master", name))[Symbol.asyncIterator]()
    number = 0
    for await (const line of linesOf(path.join(source, "master/updates.jsonl"))) {
      if (!kept.has(number++)) continue
      const { value } = await results.next()
      if (value !== line) throw new Error(`${name}: not what it should be at line ${number}`)
    }
    if (!(await results.next()).done) throw new Error(`${name}: it has lines too many`)
  }
  return kept.size
}
