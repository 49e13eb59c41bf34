// One way to read the masters, in a process of its own: `node readingContender.ts NAME DATA [SLUG]`.
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { spawnSync } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"
import { createInterface } from "node:readline"
import * as Platform from "../src/layers/Platform.ts"
import { explain } from "../src/programs/explain/explain.ts"
import { DataDirectory } from "../src/services/durability/DataDirectory.ts"
import type { Disk } from "../src/services/durability/Disk.ts"
import type { FileLock } from "../src/services/durability/FileLock.ts"
import { Audit } from "../src/services/master/Audit.ts"
import { findStanding } from "../src/services/master/FindStanding.ts"
import { refreshIndex } from "../src/services/master/KeepIndex.ts"
import { takeStock, takeStockAnew } from "../src/services/master/Settled.ts"
import { contend } from "./contend.ts"

const [name = "", data = "", slug = "item-000001-of-the-catalogue"] = process.argv.slice(2)

/** What one writes at first: every file read line by line and parsed, the slugs in a Set. */
const naive = async (): Promise<Set<string>> => {
  const slugs = new Set<string>()
  for (const each of ["successes.jsonl", "rejects.jsonl"]) {
    const input = fs.createReadStream(path.join(data, "master", each))
    for await (const line of createInterface({ input })) {
      slugs.add((JSON.parse(line) as { slug: string }).slug)
    }
  }
  return slugs
}

const services = Layer.merge(DataDirectory.layer(data), Platform.layer)
const run = <A, E>(effect: Effect.Effect<A, E, DataDirectory | Disk | FileLock>): Promise<A> =>
  Effect.runPromise(Effect.provide(effect, services))

const copy = (from: string): void => {
  spawnSync("cp", [from, `${from}.copy`], { stdio: "inherit" })
  const handle = fs.openSync(`${from}.copy`, "r+")
  fs.fdatasyncSync(handle)
  fs.closeSync(handle)
  fs.unlinkSync(`${from}.copy`)
}

/** Answers the records that were audited. Throws where something is broken or they are not all there. */
const audit = async (): Promise<number> => {
  const { checks, counts } = await run(
    Effect.flatMap(Audit, (service) => service.audit(undefined)).pipe(
      Effect.provide(Layer.provide(Audit.layer, services))
    )
  )
  const broken = checks.filter(({ outcome }) => outcome === "broken")
  if (broken.length > 0) throw new Error(JSON.stringify(broken))
  return counts.records
}

/** Every slug of a naive reading, asked for one by one. */
const check = async (): Promise<number> => {
  const slugs = await naive()
  const { settled } = await run(takeStock)
  const missing = [...slugs].find((each) => settled.get(each) === undefined)
  if (missing !== undefined) throw new Error(`${missing} is settled and not known as such`)
  if (settled.size !== slugs.size) throw new Error(`${settled.size} instead of ${slugs.size}`)
  return slugs.size
}

const contenders: { readonly [name: string]: () => Promise<number> } = {
  /** The process and what it has loaded. */
  bare: async () => 0,
  naive: async () => (await naive()).size,
  full: () => run(Effect.map(takeStockAnew, ({ settled }) => settled.size)),
  index: () => run(Effect.map(takeStock, ({ settled }) => settled.size)),
  audit,
  find: () => run(Effect.map(findStanding(slug), ({ _tag }) => _tag === "Some" ? 1 : 0)),
  explain: () => run(Effect.map(explain(slug), ({ lines }) => lines.length)),
  /** `cp` of what an audit reads, and its sync. */
  copy: async () => {
    for (const folder of ["master", "raw"]) {
      const directory = path.join(data, folder)
      const names = fs.existsSync(directory) ? fs.readdirSync(directory) : []
      for (const each of names) if (each.endsWith(".jsonl")) copy(path.join(directory, each))
    }
    return 0
  },
  keep: () => run(Effect.as(refreshIndex(0), 0)),
  check
}

await run(Effect.void)
await contend(async () => ({ settled: await contenders[name]?.() }))
