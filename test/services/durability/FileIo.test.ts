// Short counts are gone on with, and a disk that takes nothing is an error and not a loop.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as MemoryDisk from "../../../src/layers/MemoryDisk.ts"
import * as MemoryStore from "../../../src/layers/MemoryStore.ts"
import { Disk } from "../../../src/services/durability/Disk.ts"
import {
  appendAll,
  readFile,
  readTextFile,
  writeAllAt
} from "../../../src/services/durability/FileIo.ts"

describe("FileIo", () => {
  it.effect("writes and reads go on after short counts", () => {
    const store = MemoryStore.make()
    store.failAlways((call) => call.bytes === undefined ? undefined : { shortBytes: 3 })
    return Effect.gen(function*() {
      const disk = yield* Disk
      yield* appendAll(disk, yield* disk.open("/a", "append"), Buffer.from("0123456789"))
      yield* writeAllAt(disk, yield* disk.open("/a", "update"), Buffer.from("abcdefg"), 8)
      assert.strictEqual((yield* readFile(disk, "/a")).toString(), "01234567abcdefg")
    }).pipe(Effect.provide(MemoryDisk.layer(store)))
  })

  it.effect("a disk that takes no byte and gives no error fails with EIO", () => {
    const store = MemoryStore.make()
    store.failAlways((call) => call.operation === "append" ? { shortBytes: 0 } : undefined)
    return Effect.gen(function*() {
      const disk = yield* Disk
      const file = yield* disk.open("/a", "append")
      assert.strictEqual((yield* Effect.flip(appendAll(disk, file, Buffer.from("x")))).code, "EIO")
    }).pipe(Effect.provide(MemoryDisk.layer(store)))
  })

  it.effect("a disk that fills up midway fails with ENOSPC", () => {
    const store = MemoryStore.make({ capacityBytes: 4 })
    return Effect.gen(function*() {
      const disk = yield* Disk
      const file = yield* disk.open("/a", "append")
      assert.strictEqual(
        (yield* Effect.flip(appendAll(disk, file, Buffer.from("123456")))).code,
        "ENOSPC"
      )
      assert.strictEqual(store.get("/a")?.toString(), "1234")
    }).pipe(Effect.provide(MemoryDisk.layer(store)))
  })

  it.effect("a byte order mark is no part of a text", () => {
    const store = MemoryStore.make()
    store.put("/a", "\uFEFFname: ü")
    return Effect.gen(function*() {
      assert.strictEqual(yield* readTextFile(yield* Disk, "/a"), "name: ü")
    }).pipe(Effect.provide(MemoryDisk.layer(store)))
  })
})
