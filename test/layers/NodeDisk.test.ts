// The real disk keeps the contract of `Disk`, and meets what only a kernel has.
import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import { execFileSync } from "node:child_process"
import * as fs from "node:fs"
import builtin from "node:fs"
import { syncBuiltinESMExports } from "node:module"
import * as NodeDisk from "../../src/layers/NodeDisk.ts"
import { Disk } from "../../src/services/durability/Disk.ts"
import { readFile } from "../../src/services/durability/FileIo.ts"
import { diskSuite } from "../support/diskSuite.ts"
import { tempDir } from "../support/TempDir.ts"

diskSuite("NodeDisk", NodeDisk.layer, tempDir)

it.effect("a named pipe that nobody writes to is refused and does not stop the process", () =>
  Effect.gen(function*() {
    const pipe = `${yield* tempDir}/pipe`
    execFileSync("mkfifo", [pipe])
    const error = yield* Effect.flip(readFile(yield* Disk, pipe))
    assert.strictEqual(error.code, "ESPIPE")
  }).pipe(Effect.provide(NodeDisk.layer)))

it.effect("an interrupted write has ended before its fiber has, and its file is not closed under it", () =>
  Effect.gen(function*() {
    const disk = yield* Disk
    const path = `${yield* tempDir}/large`
    const large = Buffer.alloc(64 * 1024 * 1024, "x")
    const writer = yield* Effect.forkChild(Effect.scoped(
      Effect.flatMap(disk.open(path, "append"), (file) => disk.append(file, large))
    ))
    yield* Effect.yieldNow
    yield* Fiber.interrupt(writer)
    assert.strictEqual(fs.statSync(path).size, large.byteLength)
  }).pipe(Effect.provide(NodeDisk.layer)))

it.effect("files are closed by their scopes", () =>
  Effect.gen(function*() {
    const disk = yield* Disk
    const path = `${yield* tempDir}/a`
    const before = fs.readdirSync("/proc/self/fd").length
    for (let i = 0; i < 50; i++) {
      yield* Effect.scoped(disk.open(path, "append"))
      yield* disk.makeDirectory(`${path}.d`)
      yield* Effect.ignore(Effect.scoped(disk.open(`${path}.d`, "read")))
    }
    assert.strictEqual(fs.readdirSync("/proc/self/fd").length, before)
  }).pipe(Effect.provide(NodeDisk.layer)))

/** As xfs does to every call on it once its log could not be written. */
const statsFail = Effect.acquireRelease(
  Effect.sync(() => {
    const stat = builtin.fstatSync
    builtin.fstatSync = () => {
      throw Object.assign(new Error("EIO: i/o error, fstat"), { code: "EIO" })
    }
    syncBuiltinESMExports()
    return stat
  }),
  (stat) =>
    Effect.sync(() => {
      builtin.fstatSync = stat
      syncBuiltinESMExports()
    })
)

it.effect("files of a file system that has stopped are closed, and so let go of their locks and the mount", () =>
  Effect.gen(function*() {
    const disk = yield* Disk
    const path = `${yield* tempDir}/a`
    const open = () => fs.readdirSync("/proc/self/fd").length
    const before = open()
    const outer = yield* Effect.scope
    const stopped = Effect.gen(function*() {
      yield* disk.open(path, "append")
      yield* disk.open(path, "update")
      assert.strictEqual(open(), before + 2)
      yield* Scope.provide(statsFail, outer)
      const error = yield* Effect.flip(disk.open(path, "read"))
      assert.strictEqual(error.code, "EIO")
    })
    yield* Effect.scoped(stopped)
    assert.strictEqual(open(), before)
  }).pipe(Effect.provide(NodeDisk.layer)))
