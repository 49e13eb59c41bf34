// What every `Disk` must do: one list of tests, run against each implementation.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import type { DiskError } from "../../src/services/durability/Disk.ts"
import { Disk } from "../../src/services/durability/Disk.ts"
import {
  appendAll,
  readAllAt,
  readFile,
  readTextFile,
  writeAllAt
} from "../../src/services/durability/FileIo.ts"

const bytes = (text: string) => Buffer.from(text)

const write = (path: string, text: string) =>
  Effect.scoped(Effect.gen(function*() {
    const disk = yield* Disk
    yield* appendAll(disk, yield* disk.open(path, "append"), bytes(text))
  }))

const errorOf = <A, R>(effect: Effect.Effect<A, DiskError, R>) =>
  Effect.orDie(Effect.flip(Effect.scoped(effect)))

const codeOf = <A, R>(effect: Effect.Effect<A, DiskError, R>) =>
  Effect.map(errorOf(effect), (error) => error.code)

export const diskSuite = (
  name: string,
  layer: Layer.Layer<Disk>,
  directory: Effect.Effect<string, never, Scope.Scope>
): void => {
  type Body = (
    disk: Disk["Service"],
    root: string
  ) => Effect.Effect<void, DiskError, Disk | Scope.Scope>
  const test = (title: string, body: Body) =>
    it.effect(title, () =>
      Effect.gen(function*() {
        yield* body(yield* Disk, yield* directory)
      }).pipe(Effect.provide(layer)))

  describe(name, () => {
    describe("contents", () => {
      test(
        "appends go to the end, whatever was written before",
        (disk, root) =>
          Effect.gen(function*() {
            const first = yield* disk.open(`${root}/a`, "append")
            const second = yield* disk.open(`${root}/a`, "append")
            yield* appendAll(disk, first, bytes("one\n"))
            yield* appendAll(disk, second, bytes("two\n"))
            yield* appendAll(disk, first, bytes("three\n"))
            yield* disk.datasync(first)
            assert.strictEqual(yield* readTextFile(disk, `${root}/a`), "one\ntwo\nthree\n")
          })
      )

      test("an append is large or empty", (disk, root) =>
        Effect.gen(function*() {
          const file = yield* disk.open(`${root}/a`, "append")
          const large = Buffer.alloc(3_000_000, "x")
          yield* appendAll(disk, file, large)
          yield* appendAll(disk, file, new Uint8Array(0))
          const read = yield* readFile(disk, `${root}/a`)
          assert.isTrue(read.equals(large))
        }))

      test(
        "writes and reads at positions, a gap reads as zeros",
        (disk, root) =>
          Effect.gen(function*() {
            const file = yield* disk.open(`${root}/slot`, "update")
            yield* writeAllAt(disk, file, bytes("world"), 8)
            yield* writeAllAt(disk, file, bytes("hello"), 0)
            const into = Buffer.alloc(20, 1)
            assert.strictEqual(yield* readAllAt(disk, file, into, 0), 13)
            assert.strictEqual(into.subarray(0, 13).toString(), "hello\0\0\0world")
            assert.strictEqual(yield* disk.read(file, into, 13), 0)
          })
      )

      test(
        "truncation cuts, and what grows again is zeros",
        (disk, root) =>
          Effect.gen(function*() {
            const file = yield* disk.open(`${root}/a`, "append")
            yield* appendAll(disk, file, bytes("abcdef"))
            yield* disk.truncate(file, 2)
            yield* disk.truncate(file, 4)
            yield* appendAll(disk, file, bytes("z"))
            assert.strictEqual(yield* readTextFile(disk, `${root}/a`), "ab\0\0z")
          })
      )

      test("a file opened to update keeps its contents", (disk, root) =>
        Effect.gen(function*() {
          yield* write(`${root}/a`, "abc")
          const file = yield* disk.open(`${root}/a`, "update")
          yield* writeAllAt(disk, file, bytes("X"), 1)
          assert.strictEqual(yield* readTextFile(disk, `${root}/a`), "aXc")
        }))

      test("a file opened to read is not written", (disk, root) =>
        Effect.gen(function*() {
          yield* write(`${root}/a`, "abc")
          const file = yield* disk.open(`${root}/a`, "read")
          assert.strictEqual(yield* codeOf(disk.append(file, bytes("d"))), "EBADF")
          assert.strictEqual(yield* readTextFile(disk, `${root}/a`), "abc")
        }))

      test(
        "text that is no UTF-8, and a file that is too large, are refused by name",
        (disk, root) =>
          Effect.gen(function*() {
            const file = yield* disk.open(`${root}/a`, "append")
            yield* appendAll(disk, file, Uint8Array.of(0x61, 0xff, 0x62))
            assert.strictEqual(yield* codeOf(readTextFile(disk, `${root}/a`)), "EILSEQ")
            const error = yield* errorOf(readFile(disk, `${root}/a`, 2))
            assert.strictEqual(error.code, "EFBIG")
            assert.include(error.message, `${root}/a`)
          })
      )
    })

    describe("names", () => {
      test(
        "an exclusive creation fails where something is",
        (disk, root) =>
          Effect.gen(function*() {
            yield* Effect.scoped(disk.open(`${root}/new`, "create"))
            assert.strictEqual(yield* codeOf(disk.open(`${root}/new`, "create")), "EEXIST")
          })
      )

      test(
        "errors name the call, the path and the system's code",
        (disk, root) =>
          Effect.gen(function*() {
            const error = yield* errorOf(disk.open(`${root}/missing`, "read"))
            assert.strictEqual(error.operation, "open")
            assert.strictEqual(error.path, `${root}/missing`)
            assert.strictEqual(error.code, "ENOENT")
          })
      )

      test(
        "a directory is no file, and a file no directory",
        (disk, root) =>
          Effect.gen(function*() {
            yield* disk.makeDirectory(`${root}/d`)
            yield* write(`${root}/f`, "")
            assert.strictEqual(yield* codeOf(disk.open(`${root}/d`, "read")), "EISDIR")
            assert.strictEqual(yield* codeOf(disk.open(`${root}/d`, "append")), "EISDIR")
            assert.strictEqual(yield* codeOf(disk.open(`${root}/f/x`, "append")), "ENOTDIR")
            assert.strictEqual(yield* codeOf(disk.makeDirectory(`${root}/f/x`)), "ENOTDIR")
            assert.strictEqual(yield* codeOf(disk.list(`${root}/f`)), "ENOTDIR")
            assert.strictEqual(yield* codeOf(disk.list(`${root}/none`)), "ENOENT")
            assert.strictEqual(yield* codeOf(disk.rename(`${root}/f`, `${root}/d`)), "EISDIR")
            assert.strictEqual(yield* codeOf(disk.open(`${root}/none/x`, "append")), "ENOENT")
          })
      )

      test(
        "a file replaced by a rename has another identity, and the old one lives on in its handles",
        (disk, root) =>
          Effect.gen(function*() {
            yield* write(`${root}/a`, "old")
            yield* write(`${root}/b`, "new")
            const open = yield* disk.open(`${root}/a`, "append")
            const newcomer = Option.getOrThrow(yield* disk.stat(`${root}/b`))
            yield* disk.rename(`${root}/b`, `${root}/a`)
            const named = Option.getOrThrow(yield* disk.stat(`${root}/a`))
            assert.strictEqual(named.inode, newcomer.inode)
            assert.notStrictEqual(named.inode, (yield* disk.statFile(open)).inode)
            const into = Buffer.alloc(3)
            yield* disk.read(open, into, 0)
            assert.strictEqual(into.toString(), "old")
            assert.isTrue(Option.isNone(yield* disk.stat(`${root}/b`)))
          })
      )

      test(
        "an open handle survives the removal of its name",
        (disk, root) =>
          Effect.gen(function*() {
            const file = yield* disk.open(`${root}/a`, "append")
            yield* disk.unlink(`${root}/a`)
            yield* appendAll(disk, file, bytes("still"))
            assert.strictEqual((yield* disk.statFile(file)).size, 5)
            assert.isTrue(Option.isNone(yield* disk.stat(`${root}/a`)))
            assert.strictEqual(yield* codeOf(disk.unlink(`${root}/a`)), "ENOENT")
            assert.strictEqual(yield* codeOf(disk.rename(`${root}/a`, `${root}/b`)), "ENOENT")
          })
      )

      test("names are listed in the order of their bytes", (disk, root) =>
        Effect.gen(function*() {
          // U+FF5E sorts after U+1F600 as UTF-16 and before it as bytes.
          for (const name of ["b", "😀", "～", "B", ".t"]) yield* write(`${root}/${name}`, "")
          assert.deepStrictEqual(yield* disk.list(root), [".t", "B", "b", "～", "😀"])
        }))

      test(
        "a directory comes with its parents, and may be there",
        (disk, root) =>
          Effect.gen(function*() {
            yield* disk.makeDirectory(`${root}/x/y/z`)
            yield* disk.makeDirectory(`${root}/x/y/z/`)
            const found = Option.getOrThrow(yield* disk.stat(`${root}/x/y/z`))
            assert.strictEqual(found.kind, "directory")
            yield* disk.syncDirectory(`${root}/x/y`)
            assert.strictEqual(yield* codeOf(disk.syncDirectory(`${root}/none`)), "ENOENT")
          })
      )

      test("two at once may make the same directories", (disk, root) =>
        Effect.gen(function*() {
          yield* Effect.all(
            [disk.makeDirectory(`${root}/x/y`), disk.makeDirectory(`${root}/x/y`)],
            {
              concurrency: "unbounded"
            }
          )
          assert.deepStrictEqual(yield* disk.list(`${root}/x`), ["y"])
        }))

      test("nothing is where a path leads through a file", (disk, root) =>
        Effect.gen(function*() {
          yield* write(`${root}/f`, "abc")
          assert.isTrue(Option.isNone(yield* disk.stat(`${root}/f/x`)))
          const found = Option.getOrThrow(yield* disk.stat(`${root}/f`))
          assert.strictEqual(found.kind, "file")
          assert.strictEqual(found.size, 3)
        }))

      test("free space is a number of bytes", (disk, root) =>
        Effect.gen(function*() {
          assert.isAbove(yield* disk.freeSpace(root), 0)
          assert.strictEqual(yield* codeOf(disk.freeSpace(`${root}/none`)), "ENOENT")
        }))
    })
  })
}
