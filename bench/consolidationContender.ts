// One contender of the benchmark in a process of its own: `node consolidationContender.ts copy|inkfast|duckdb|script DATA`.
import { spawnSync } from "node:child_process"
import { once } from "node:events"
import * as fs from "node:fs"
import * as path from "node:path"
import { createInterface } from "node:readline"
import { finished } from "node:stream/promises"
import { contend } from "./contend.ts"

const [name = "", data = ""] = process.argv.slice(2)
const master = path.join(data, "master")
const names = ["updates.jsonl", "successes.jsonl", "rejects.jsonl"]

const sync = (file: string): void => {
  const handle = fs.openSync(file, "r+")
  fs.fdatasyncSync(handle)
  fs.closeSync(handle)
}

/** `cp` of the three files, and their sync. */
const copy = async (): Promise<void> => {
  for (const each of names) {
    const from = path.join(master, each)
    spawnSync("cp", [from, `${from}.copy`], { stdio: "inherit" })
    sync(`${from}.copy`)
  }
}

/** What one writes at first: every file read line by line, parsed, the last line of each slug in a Map. */
const script = async (): Promise<void> => {
  for (const each of names) {
    const file = path.join(master, each)
    const newest = new Map<string, string>()
    for await (const line of createInterface({ input: fs.createReadStream(file) })) {
      const { slug } = JSON.parse(line) as { slug: string }
      newest.delete(slug)
      newest.set(slug, line)
    }
    const out = fs.createWriteStream(`${file}.new`)
    for (const line of newest.values()) {
      if (!out.write(`${line}\n`)) await once(out, "drain")
    }
    await finished(out.end())
    sync(`${file}.new`)
    fs.renameSync(`${file}.new`, file)
  }
}

const contenders: { readonly [name: string]: () => Promise<(data: string) => Promise<unknown>> } = {
  copy: async () => copy,
  script: async () => script,
  inkfast: async () => (await import("./consolidationInkfast.ts")).inkfast,
  duckdb: async () => (await import("./consolidationDuckDb.ts")).duckDb
}

const run = await contenders[name]?.()
if (run === undefined) throw new Error(`no contender is called ${name}`)
await contend(() => run(data))
