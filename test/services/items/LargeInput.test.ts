// An input on a real disk that is far larger than what may be held: memory stays bounded, the file may be unreadable.
import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stdio from "effect/Stdio"
import * as Stream from "effect/Stream"
import * as fs from "node:fs"
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import * as NodeDisk from "../../../src/layers/NodeDisk.ts"
import { openItems } from "../../../src/services/items/OpenItems.ts"
import { tempDir } from "../../support/TempDir.ts"
import { faultsOf } from "./Inputs.ts"

setFlagsFromString("--expose-gc")
const collectGarbage = runInNewContext("gc") as () => void

const liveBytes = (): number => {
  collectGarbage()
  const { arrayBuffers, heapUsed } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

const layer = Layer.merge(NodeDisk.layer, Stdio.layerTest({}))
const count = 200_000

const write = (path: string, header: string, row: (at: number) => string) =>
  Effect.sync(() => {
    const file = fs.openSync(path, "w")
    fs.writeSync(file, header)
    for (let start = 0; start < count; start += 1000) {
      fs.writeSync(file, Array.from({ length: 1000 }, (_, at) => row(start + at)).join(""))
    }
    fs.closeSync(file)
  })

const text = "a row as long as rows of catalogues are, give or take; ".repeat(6)

for (
  const [name, header, row] of [
    ["items.jsonl", "", (at: number) => `{"slug":"item-${at}","text":"${text}"}\n`],
    ["items.csv", "slug,text\r\n", (at: number) => `item-${at},"${text}"\r\n`]
  ] as const
) {
  it.effect(`200,000 rows (75 MB) of ${name} take under 32 MB`, () =>
    Effect.gen(function*() {
      const path = `${yield* tempDir}/${name}`
      yield* write(path, header, row)
      const before = liveBytes()
      const source = yield* openItems({ path, format: "auto", key: "slug" })
      assert.strictEqual(source.count, count)
      let seen = 0
      let most = Number.NEGATIVE_INFINITY
      yield* Stream.runForEachArray(source.items, (items) =>
        Effect.sync(() => {
          const next = seen + items.length
          if (Math.floor(next / 40_000) > Math.floor(seen / 40_000)) {
            most = Math.max(most, liveBytes() - before)
          }
          seen = next
        }))
      assert.strictEqual(seen, count)
      assert.isTrue(Number.isFinite(most))
      assert.isBelow(most, 32 * 1024 * 1024)
    }).pipe(Effect.provide(layer)))
}

it.effect("a pipe by its name is refused without waiting for a writer", () =>
  Effect.gen(function*() {
    const path = `${yield* tempDir}/pipe`
    const { execFileSync } = yield* Effect.promise(() => import("node:child_process"))
    execFileSync("mkfifo", [path])
    assert.strictEqual(
      yield* faultsOf({ path }),
      `${path}: is a pipe or a device, which cannot be read twice; pipe the rows in and use --in -`
    )
  }).pipe(Effect.provide(layer)))

it.effect("a directory by its name", () =>
  Effect.gen(function*() {
    const path = yield* tempDir
    assert.strictEqual(
      yield* faultsOf({ path }),
      `${path}: is a directory; name a file in it, such as items.jsonl`
    )
  }).pipe(Effect.provide(layer)))

it.effect("a file that this user may not read", () =>
  Effect.gen(function*() {
    const path = `${yield* tempDir}/items.jsonl`
    fs.writeFileSync(path, "{}", { mode: 0 })
    const mayReadAll = process.getuid?.() === 0
    assert.strictEqual(
      yield* faultsOf({ path }),
      mayReadAll
        ? `${path}:1: no field "slug"`
        : `${path}: permission denied; make the file readable for this user`
    )
  }).pipe(Effect.provide(layer)))

it.effect("standard input is spooled without a trace", () =>
  Effect.gen(function*() {
    const directory = yield* tempDir
    const before = fs.readdirSync("/tmp").filter((name) => name.startsWith("inkfast-stdin"))
    const source = yield* openItems({ path: "-", format: "auto", key: "slug" })
    assert.strictEqual(yield* Stream.runCount(source.items), 3000)
    assert.deepStrictEqual(fs.readdirSync(directory), [])
    assert.deepStrictEqual(
      fs.readdirSync("/tmp").filter((name) => name.startsWith("inkfast-stdin")),
      before
    )
  }).pipe(Effect.provide(Layer.merge(
    NodeDisk.layer,
    Stdio.layerTest({
      stdin: Stream.range(1, 3000).pipe(
        Stream.map((at) => new TextEncoder().encode(`{"slug":"s${at}"}\n`))
      )
    })
  ))))
