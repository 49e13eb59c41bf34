// The disk in memory keeps the contracts of `Disk` and `FileLock`, fills up, and fails where a test says so.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as MemoryDisk from "../../src/layers/MemoryDisk.ts"
import * as MemoryStore from "../../src/layers/MemoryStore.ts"
import { Disk } from "../../src/services/durability/Disk.ts"
import { appendAll } from "../../src/services/durability/FileIo.ts"
import { FileLock } from "../../src/services/durability/FileLock.ts"
import { diskSuite } from "../support/diskSuite.ts"
import { fileLockSuite } from "../support/fileLockSuite.ts"

const root = Effect.succeed("/root")
const withRoot = Layer.unwrap(Effect.sync(() => {
  const store = MemoryStore.make()
  store.makeDirectory("/root", 0)
  return MemoryDisk.layer(store)
}))

diskSuite("MemoryDisk", withRoot, root)
fileLockSuite("MemoryDisk's FileLock", withRoot, root)

describe("MemoryStore", () => {
  it.effect("a full disk takes what has room, then refuses", () => {
    const store = MemoryStore.make({ capacityBytes: 10 })
    return Effect.gen(function*() {
      const disk = yield* Disk
      const file = yield* disk.open("/a", "append")
      assert.strictEqual(yield* disk.append(file, Buffer.from("12345678")), 8)
      assert.strictEqual(yield* disk.append(file, Buffer.from("abcd")), 2)
      assert.strictEqual((yield* Effect.flip(disk.append(file, Buffer.from("x")))).code, "ENOSPC")
      assert.strictEqual(
        yield* disk.writeAt(yield* disk.open("/a", "update"), Buffer.from("over"), 0),
        4
      )
      assert.strictEqual(yield* disk.freeSpace("/"), 0)
      store.setCapacity(20)
      yield* appendAll(disk, file, Buffer.from("x"))
      assert.strictEqual(store.get("/a")?.toString(), "over5678abx")
    }).pipe(Effect.provide(MemoryDisk.layer(store)))
  })

  it.effect("a removed file gives its room back once its last handle is closed", () => {
    const store = MemoryStore.make({ capacityBytes: 10 })
    store.put("/a", "0123456789")
    return Effect.gen(function*() {
      const disk = yield* Disk
      yield* Effect.scoped(Effect.gen(function*() {
        yield* disk.open("/a", "read")
        yield* disk.unlink("/a")
        assert.strictEqual(yield* disk.freeSpace("/"), 0)
      }))
      assert.strictEqual(yield* disk.freeSpace("/"), 10)
    }).pipe(Effect.provide(MemoryDisk.layer(store)))
  })

  it.effect("planned faults hit the calls they name, once or until they are lifted", () => {
    const store = MemoryStore.make()
    return Effect.gen(function*() {
      const disk = yield* Disk
      const file = yield* disk.open("/a", "append")
      store.failNext((call) => call.operation === "datasync" ? "EIO" : undefined)
      store.failNext((call) => call.operation === "append" ? { shortBytes: 2 } : undefined)
      assert.strictEqual(yield* disk.append(file, Buffer.from("abcd")), 2)
      assert.strictEqual(yield* disk.append(file, Buffer.from("cd")), 2)
      assert.strictEqual((yield* Effect.flip(disk.datasync(file))).code, "EIO")
      yield* disk.datasync(file)
      const at = store.calls
      const lift = store.failAlways((call) => call.index >= at ? "EIO" : undefined)
      yield* Effect.flip(disk.datasync(file))
      yield* Effect.flip(disk.stat("/a"))
      lift()
      yield* disk.datasync(file)
    }).pipe(Effect.provide(MemoryDisk.layer(store)))
  })

  it.effect("two layers over one store are two processes on one disk", () => {
    const store = MemoryStore.make()
    const opened = Effect.gen(function*() {
      const file = yield* (yield* Disk).open("/lock", "update")
      return { file, locks: yield* FileLock }
    })
    return Effect.gen(function*() {
      const one = yield* Effect.provide(opened, MemoryDisk.layer(store))
      const other = yield* Effect.provide(opened, MemoryDisk.layer(store))
      assert.isTrue(yield* one.locks.tryLock(one.file))
      assert.isFalse(yield* other.locks.tryLock(other.file))
    })
  })
})
