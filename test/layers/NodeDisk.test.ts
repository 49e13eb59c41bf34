// The real disk keeps the contract of `Disk`, and meets what only a kernel has.
import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { execFileSync } from "node:child_process"
import * as fs from "node:fs"
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
