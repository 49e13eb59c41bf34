// Records into both masters, in memory and on the real disk, by one process, by several, and by killed ones.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import type { ChildProcess } from "node:child_process"
import { spawn } from "node:child_process"
import { once } from "node:events"
import * as fs from "node:fs"
import * as MemoryDisk from "../../../src/layers/MemoryDisk.ts"
import * as NativeFileLock from "../../../src/layers/NativeFileLock.ts"
import * as NodeDisk from "../../../src/layers/NodeDisk.ts"
import { DataDirectory, paths } from "../../../src/services/durability/DataDirectory.ts"
import { Disk } from "../../../src/services/durability/Disk.ts"
import { DurableAppender } from "../../../src/services/durability/DurableAppender.ts"
import { readTextFile } from "../../../src/services/durability/FileIo.ts"
import type { FileLock } from "../../../src/services/durability/FileLock.ts"
import { recordIdOf, slugOf, verifyLine } from "../../../src/services/durability/LineCodec.ts"
import { RejectLog } from "../../../src/services/durability/RejectLog.ts"
import type { Reject } from "../../../src/services/master/Reject.ts"
import { makeRecord } from "../../support/records.ts"
import { tempDir } from "../../support/TempDir.ts"

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i)

const linesOf = (text: string): ReadonlyArray<Buffer> =>
  text.split("\n").slice(0, -1).map((line) => Buffer.from(line))

const reject: Reject = {
  slug: "item-1",
  cause: "QaFailed",
  reason: "too short",
  findings: [],
  _meta: {
    id: "r:r1",
    runId: "r",
    attempts: 2,
    retries: 0,
    costUsd: 0.002,
    rejectedAt: "2026-01-02T03:04:05.678Z"
  }
}

/** Both masters: every line valid (I4), the same record ids (I2), each once (I5). Answers the ids. */
const idsOfMasters = Effect.fnUntraced(function*(root: string) {
  const disk = yield* Disk
  const data = paths(root)
  const [updates, successes] = yield* Effect.forEach(
    [data.updates, data.successes],
    (file) =>
      Effect.map(readTextFile(disk, file), (text) => {
        assert.isTrue(text === "" || text.endsWith("\n"), `${file} has a torn end`)
        for (const line of linesOf(text)) assert.strictEqual(verifyLine(line), "valid")
        return linesOf(text).map((line) => recordIdOf(line) ?? "")
      })
  )
  assert.deepStrictEqual([...updates ?? []].sort(), [...successes ?? []].sort())
  assert.strictEqual(new Set(updates).size, updates?.length)
  return new Set(updates)
})

const suite = (
  name: string,
  disk: Layer.Layer<Disk | FileLock>,
  directory: Effect.Effect<string, never, Scope.Scope>
) => {
  const services = (root: string) =>
    Layer.mergeAll(DurableAppender.layer, RejectLog.layer).pipe(
      Layer.provide(DataDirectory.layer(root))
    )

  const appendAll = (numbers: ReadonlyArray<number>) =>
    Effect.gen(function*() {
      const appender = yield* DurableAppender
      yield* Effect.forEach(numbers, (n) => appender.append(makeRecord(n)), {
        concurrency: 16,
        discard: true
      })
    })

  describe(name, () => {
    it.effect("I1: an acknowledged record is in both masters, while the appender is open", () =>
      Effect.gen(function*() {
        const root = `${yield* directory}/data/content`
        const check = Effect.gen(function*() {
          const appender = yield* DurableAppender
          for (const n of range(0, 5)) {
            yield* appender.append(makeRecord(n))
            assert.isTrue((yield* idsOfMasters(root)).has(`r:${n}`))
          }
        })
        yield* Effect.provide(check, services(root))
        const line = linesOf(yield* readTextFile(yield* Disk, paths(root).updates))[3] as Buffer
        assert.strictEqual(slugOf(line), "item-3")
      }).pipe(Effect.provide(disk)))

    it.effect("a continuation appends behind what is there", () =>
      Effect.gen(function*() {
        const root = yield* directory
        yield* Effect.provide(appendAll(range(0, 50)), services(root))
        yield* Effect.provide(appendAll(range(50, 100)), services(root), { local: true })
        assert.strictEqual((yield* idsOfMasters(root)).size, 100)
      }).pipe(Effect.provide(disk)))

    it.effect("two appenders at once and a reject log share one lock, and nothing is damaged", () =>
      Effect.gen(function*() {
        const root = yield* directory
        const writing = Effect.gen(function*() {
          const log = yield* RejectLog
          const rejects = Effect.forEach(range(0, 20), () => log.append(reject), { discard: true })
          yield* Effect.all([appendAll(range(0, 100)), rejects], { concurrency: 2 })
        })
        yield* Effect.all([
          Effect.provide(writing, services(root), { local: true }),
          Effect.provide(appendAll(range(100, 200)), services(root), { local: true })
        ], { concurrency: 2 })
        assert.strictEqual((yield* idsOfMasters(root)).size, 200)
        const rejected = linesOf(yield* readTextFile(yield* Disk, paths(root).rejects))
        assert.deepStrictEqual(rejected.map(verifyLine), range(0, 20).map(() => "valid"))
        assert.strictEqual(recordIdOf(rejected[0] as Buffer), "r:r1")
      }).pipe(Effect.provide(disk)))
  })
}

suite("in memory", MemoryDisk.layerEmpty, Effect.succeed("/root"))
suite("on the real disk", Layer.merge(NodeDisk.layer, NativeFileLock.layer), tempDir)

const script = new URL("../../support/appendForever.ts", import.meta.url).pathname

/** A process that appends; killed with the scope at the latest. */
const appender = (root: string, ...args: ReadonlyArray<string>) =>
  Effect.acquireRelease(
    Effect.sync(() =>
      spawn(process.execPath, [script, root, ...args], { stdio: ["ignore", "pipe", "inherit"] })
    ),
    (child) => Effect.sync(() => child.kill("SIGKILL"))
  )

/** Resolves when the process has said so many lines; the numbers it says all go into `said`. */
const hear = (child: ChildProcess, said: Set<number>, count: number) =>
  Effect.promise(() =>
    new Promise<void>((resolve, fail) => {
      let rest = ""
      let heard = 0
      child.on("exit", () => fail(new Error(`it ended after ${heard} lines`)))
      child.stdout?.on("data", (chunk: Buffer) => {
        const lines = (rest + chunk.toString()).split("\n")
        rest = lines.pop() ?? ""
        for (const line of lines) said.add(Number(line))
        heard += lines.length
        if (heard >= count) resolve()
      })
    })
  )

const ended = (child: ChildProcess) => Effect.promise(() => once(child, "close"))

describe("processes", () => {
  const layer = Layer.merge(NodeDisk.layer, NativeFileLock.layer)
  const recovered = (root: string) =>
    Effect.provide(
      Effect.flatMap(DurableAppender, (durable) => durable.append(makeRecord(-1))),
      DurableAppender.layer.pipe(Layer.provide(DataDirectory.layer(root))),
      { local: true }
    )

  it.effect("I1-I5: killed with -9 again and again, two at a time, nothing that was acknowledged is lost", () =>
    Effect.gen(function*() {
      const root = yield* tempDir
      const said = new Set<number>()
      for (let round = 0; round < 3; round++) {
        const children = yield* Effect.forEach(
          [0, 1],
          (which) => appender(root, String((round * 2 + which) * 1_000_000), String(4 ** round))
        )
        // An odd count each time, so that the kill finds it at another place of its work.
        yield* Effect.forEach(children, (child) => hear(child, said, 37 + 61 * round), {
          concurrency: 2
        })
        for (const child of children) child.removeAllListeners("exit").kill("SIGKILL")
        yield* Effect.forEach(children, ended, { concurrency: 2 })
        for (const file of [paths(root).updates, paths(root).successes]) {
          const ids = new Set(
            linesOf(fs.readFileSync(file, "utf8")).filter((line) => verifyLine(line) === "valid")
              .map(recordIdOf)
          )
          for (const n of said) {
            assert.isTrue(ids.has(`r:${n}`), `${file} has lost acknowledged record ${n}`)
          }
        }
      }
      yield* recovered(root)
      const ids = yield* idsOfMasters(root)
      for (const n of said) assert.isTrue(ids.has(`r:${n}`))
      assert.isAbove(said.size, 400)
    }).pipe(Effect.provide(layer)))

  it.effect("two interleave without damage", () =>
    Effect.gen(function*() {
      const root = yield* tempDir
      const said = new Set<number>()
      const children = yield* Effect.forEach(["0", "1000"], (first) =>
        appender(root, first, "4", "200"))
      for (const child of children) {
        child.stdout?.on("data", () =>
          said.add(said.size))
      }
      yield* Effect.forEach(children, ended, { concurrency: 2 })
      const expected = [...range(0, 200), ...range(1000, 1200)].map((n) => `r:${n}`)
      assert.deepStrictEqual([...(yield* idsOfMasters(root))].sort(), expected.sort())
    }).pipe(Effect.provide(layer)))
})
