// One way to read the masters, in a process of its own: `node readingContender.ts NAME DATA [SLUG]`.
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { spawnSync } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"
import { createInterface } from "node:readline"
import * as Platform from "../src/layers/Platform.ts"
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
const naive = async (): Promise<number> => {
  const slugs = new Set<string>()
  for (const each of ["successes.jsonl", "rejects.jsonl"]) {
    const input = fs.createReadStream(path.join(data, "master", each))
    for await (const line of createInterface({ input })) {
      slugs.add((JSON.parse(line) as { slug: string }).slug)
    }
  }
  return slugs.size
}

const services = Layer.merge(DataDirectory.layer(data), Platform.layer)
const run = <A, E>(effect: Effect.Effect<A, E, DataDirectory | Disk | FileLock>): Promise<A> =>
  Effect.runPromise(Effect.provide(effect, services))

const contenders: { readonly [name: string]: () => Promise<number> } = {
  naive,
  full: () => run(Effect.map(takeStockAnew, ({ settled }) => settled.size)),
  index: () => run(Effect.map(takeStock, ({ settled }) => settled.size)),
  audit: () =>
    run(
      Effect.flatMap(Audit, (audit) => audit.audit(undefined)).pipe(
        Effect.map(({ counts }) => counts.records),
        Effect.provide(Layer.provide(Audit.layer, services))
      )
    ),
  find: () => run(Effect.map(findStanding(slug), ({ _tag }) => _tag === "Some" ? 1 : 0)),
  /** `cp` of the masters, and their sync. */
  copy: async () => {
    for (const each of ["updates.jsonl", "successes.jsonl", "rejects.jsonl"]) {
      const from = path.join(data, "master", each)
      spawnSync("cp", [from, `${from}.copy`], { stdio: "inherit" })
      const handle = fs.openSync(`${from}.copy`, "r+")
      fs.fdatasyncSync(handle)
      fs.closeSync(handle)
      fs.unlinkSync(`${from}.copy`)
    }
    return 0
  },
  keep: () => run(Effect.as(refreshIndex(0), 0))
}

await run(Effect.void)
await contend(async () => ({ settled: await contenders[name]?.() }))
