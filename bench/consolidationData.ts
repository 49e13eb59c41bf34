// Generated masters for the benchmark, and a consolidation of them that is too simple to be wrong.
import { Buffer } from "node:buffer"
import * as fs from "node:fs"
import * as path from "node:path"
import { createInterface } from "node:readline"
import { encodeLine, encodeText } from "../src/services/durability/LineCodec.ts"
import { eventText } from "../src/services/journal/EventCodec.ts"
import type { JournalEvent } from "../src/services/journal/JournalEvent.ts"
import { hashes, madeUpMeta, usage } from "./madeUpMeta.ts"
import { writeMany } from "./writeMany.ts"

const text = "Some words that say what it is for, and how it is held in the hand. ".repeat(10)

const runId = "20260101T000000-aaaaaa"
const acceptedAt = (n: number): string => new Date(1_767_000_000_000 + n).toISOString()

const slugOf = (n: number, lines: number): string => {
  const distinct = Math.floor(lines * 0.8)
  const number = n < distinct ? n : (n * 7919) % distinct
  return `item-${number.toString(36).padStart(6, "0")}-of-the-catalogue`
}

const isForeign = (n: number): boolean => n % 100 === 17

/** One slug of five is written a second time, later; one line of a hundred is somebody else's. */
const lineOf = (n: number, lines: number): Uint8Array => {
  const slug = slugOf(n, lines)
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
      id: `${runId}:${n}`,
      runId,
      model: "model-1",
      ...madeUpMeta(acceptedAt(n))
    }
  })
}

/** Writes updates and successes, the same, and a few rejects. Answers their bytes. */
export const generateMasters = async (master: string, lines: number): Promise<number> => {
  fs.mkdirSync(master, { recursive: true })
  const updates = path.join(master, "updates.jsonl")
  await writeMany(updates, lines, (n) => lineOf(n, lines))
  fs.copyFileSync(updates, path.join(master, "successes.jsonl"))
  fs.writeFileSync(path.join(master, "rejects.jsonl"), "")
  return 2 * fs.statSync(updates).size
}

/** The calls that the records of ours came from. */
const eventsOf = (n: number, lines: number): ReadonlyArray<JournalEvent> => {
  if (isForeign(n)) return []
  const at = acceptedAt(n)
  const of = { slug: slugOf(n, lines), id: `${runId}:${n}`, at }
  return [
    {
      _tag: "intent",
      ...of,
      model: "model-1",
      rung: 0,
      attempt: 1,
      ...hashes,
      requestHash: n.toString(16).padStart(32, "0"),
      messages: [{ role: "user", content: text }],
      outputTokensMax: 1000,
      reservedNanoUsd: 2_000_000
    },
    {
      _tag: "response",
      ...of,
      latencyMs: 800,
      completion: {
        model: "model-1",
        text,
        finish: "stop",
        refusal: null,
        usage,
        body: { id: `chatcmpl-${n}`, choices: [] }
      },
      costNanoUsd: 1_230_000
    },
    { _tag: "verdict", ...of, accepted: true, cause: null, findings: [] }
  ]
}

/** Writes the journal of the run that the records name. Answers its bytes. */
export const generateJournal = async (raw: string, lines: number): Promise<number> => {
  fs.mkdirSync(raw, { recursive: true })
  const journal = path.join(raw, `ai-run-${runId}.jsonl`)
  const bytesOf = (n: number) =>
    Buffer.concat(eventsOf(n, lines).map((event) => encodeText(eventText(event))))
  await writeMany(journal, lines, bytesOf)
  return fs.statSync(journal).size
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
