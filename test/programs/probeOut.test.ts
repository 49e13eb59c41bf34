// The file of a probe's report: whole or not at all, and never inside the data directory or over something else.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as fs from "node:fs"
import * as NativeFileLock from "../../src/layers/NativeFileLock.ts"
import * as NodeDisk from "../../src/layers/NodeDisk.ts"
import { openProbeOut } from "../../src/programs/cli/probeOut.ts"
import type { ProbedItem, ProbeReport } from "../../src/programs/probe.ts"
import { makeJob } from "../support/smallJob.ts"
import { tempDir } from "../support/TempDir.ts"

const item = { slug: "a", outcome: "Enough" } as ProbedItem
const report = { probed: 2 } as ProbeReport

const disk = Effect.provide(Layer.merge(NodeDisk.layer, NativeFileLock.layer))

const jobIn = (root: string) =>
  Effect.map(makeJob(), (job) => ({
    ...job,
    dataDirectory: `${root}/data`,
    input: { ...job.input, path: `${root}/items.json` }
  }))

describe("--out", () => {
  it.effect("has items and totals, and replaces an older report only when it is whole", () =>
    Effect.gen(function*() {
      const root = yield* tempDir
      const file = `${root}/report.json`
      fs.writeFileSync(file, "{}")
      yield* Effect.scoped(Effect.gen(function*() {
        const out = yield* openProbeOut(yield* jobIn(root), file)
        yield* out.item(item)
        yield* out.item(item)
        assert.strictEqual(fs.readFileSync(file, "utf8"), "{}")
        yield* out.finish(report)
      }))
      const written = JSON.parse(fs.readFileSync(file, "utf8")) as {
        readonly [key: string]: unknown
      }
      assert.deepStrictEqual(written["items"], [item, item])
      assert.deepStrictEqual(written["report"], report)
      yield* Effect.scoped(Effect.flatMap(jobIn(root), (job) => openProbeOut(job, file)))
      assert.deepStrictEqual(fs.readdirSync(root), ["report.json"])
    }).pipe(disk))

  it.effect("I11: refuses a path inside the data directory, by a link too, and what is no report", () =>
    Effect.gen(function*() {
      const root = yield* tempDir
      fs.mkdirSync(`${root}/data/master`, { recursive: true })
      fs.mkdirSync(`${root}/folder.json`)
      fs.symlinkSync(`${root}/data`, `${root}/link`)
      fs.writeFileSync(`${root}/items.json`, "[]")
      const job = yield* jobIn(root)
      const names = {
        "data/report.json": "data directory",
        "data/new/report.json": "data directory",
        "data/master/../report.json": "data directory",
        "link/report.json": "data directory",
        "link/new/report.json": "data directory",
        data: "data directory",
        "none/report.json": "does not exist",
        "folder.json": "no regular file",
        "items.json": "would replace",
        "items.jsonl": "would replace"
      }
      for (const [name, why] of Object.entries(names)) {
        const error = yield* Effect.flip(Effect.scoped(openProbeOut(job, `${root}/${name}`)))
        assert.include(error.message, why, name)
      }
      assert.deepStrictEqual(fs.readdirSync(`${root}/data`), ["master"])
    }).pipe(disk))

  it.effect("a link that is a report's name leads nowhere else", () =>
    Effect.gen(function*() {
      const root = yield* tempDir
      fs.mkdirSync(`${root}/data`)
      fs.writeFileSync(`${root}/data/kept.json`, "kept")
      fs.symlinkSync(`${root}/data/kept.json`, `${root}/report.json`)
      const job = yield* jobIn(root)
      yield* Effect.exit(Effect.scoped(Effect.flatMap(
        openProbeOut(job, `${root}/report.json`),
        (out) => out.finish(report)
      )))
      assert.strictEqual(fs.readFileSync(`${root}/data/kept.json`, "utf8"), "kept")
    }).pipe(disk))
})
