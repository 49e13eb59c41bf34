// A file is replaced whole or not at all, and no temp outlives its owner.
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import * as Scope from "effect/Scope"
import * as Exit from "effect/Exit"
import * as Stream from "effect/Stream"
import * as MemoryDisk from "../../../src/layers/MemoryDisk.ts"
import * as MemoryStore from "../../../src/layers/MemoryStore.ts"
import * as NativeFileLock from "../../../src/layers/NativeFileLock.ts"
import * as NodeDisk from "../../../src/layers/NodeDisk.ts"
import { Disk } from "../../../src/services/durability/Disk.ts"
import { readTextFile } from "../../../src/services/durability/FileIo.ts"
import { replaceFile, stage, sweep } from "../../../src/services/durability/ReplaceFile.ts"
import { tempDir } from "../../support/TempDir.ts"

const target = "/data/master.jsonl"
const text = (store: MemoryStore.MemoryStore, path = target) => store.get(path)?.toString()

const withOld = (options?: { readonly capacityBytes?: number }): MemoryStore.MemoryStore => {
  const store = MemoryStore.make(options)
  store.put(target, "old")
  return store
}

describe("a staged file", () => {
  it.effect("I1: a sync beside a write that is under way does not vouch for it", () =>
    Effect.gen(function*() {
      const begun = yield* Deferred.make<void>()
      const goOn = yield* Deferred.make<void>()
      let syncs = 0
      const disk = Layer.effect(
        Disk,
        Effect.map(Disk, (plain) => ({
          ...plain,
          writeAt: (...of: Parameters<typeof plain.writeAt>) =>
            Deferred.succeed(begun, undefined).pipe(
              Effect.andThen(Deferred.await(goOn)),
              Effect.andThen(plain.writeAt(...of))
            ),
          datasync: (...of: Parameters<typeof plain.datasync>) =>
            Effect.tap(plain.datasync(...of), () => Effect.sync(() => syncs++))
        }))
      ).pipe(Layer.provideMerge(MemoryDisk.layer(withOld())))
      yield* Effect.gen(function*() {
        const staged = yield* stage(target)
        const writing = yield* Effect.forkChild(staged.append(Buffer.from("new")))
        yield* Deferred.await(begun)
        yield* staged.sync
        yield* Deferred.succeed(goOn, undefined)
        yield* Fiber.join(writing)
        assert.strictEqual(syncs, 1)
        yield* staged.sync
        assert.strictEqual(syncs, 2)
        yield* staged.sync
        assert.strictEqual(syncs, 2)
      }).pipe(Effect.scoped, Effect.provide(disk))
    }))

  it.effect("goes back, and is cut where it ends", () => {
    const store = withOld()
    return Effect.gen(function*() {
      const staged = yield* stage(target)
      yield* staged.append(Buffer.from("abcdef"))
      yield* staged.sync
      yield* staged.rewind(2)
      yield* staged.append(Buffer.from("X"))
      assert.strictEqual(text(store, staged.temp), "abXdef")
      yield* staged.trim
      assert.strictEqual(staged.size(), 3)
      yield* staged.commit
      assert.strictEqual(text(store), "abX")
    }).pipe(Effect.scoped, Effect.provide(MemoryDisk.layer(store)))
  })
})

describe("replaceFile", () => {
  it.effect("I6: success leaves the new file and no temp", () => {
    const store = withOld()
    return Effect.gen(function*() {
      yield* replaceFile(target, Buffer.from("new"))
      assert.deepStrictEqual(store.files(), [target])
      assert.strictEqual(text(store), "new")
      yield* replaceFile("/data/other", Stream.make(Buffer.from("a"), Buffer.from("b")))
      assert.strictEqual(text(store, "/data/other"), "ab")
    }).pipe(Effect.provide(MemoryDisk.layer(store)))
  })

  it.effect("I6: a failing source leaves the old file and no temp", () => {
    const store = withOld()
    return Effect.gen(function*() {
      const source = Stream.concat(Stream.make(Buffer.from("half")), Stream.fail("source" as const))
      assert.strictEqual(yield* Effect.flip(replaceFile(target, source)), "source")
      assert.deepStrictEqual(store.files(), [target])
      assert.strictEqual(text(store), "old")
    }).pipe(Effect.provide(MemoryDisk.layer(store)))
  })

  it.effect("I6: interruption leaves the old file and no temp", () => {
    const store = withOld()
    return Effect.gen(function*() {
      const begun = yield* Deferred.make<void>()
      const source = Stream.concat(
        Stream.make(Buffer.from("half")),
        Stream.fromEffect(Effect.andThen(Deferred.succeed(begun, undefined), Effect.never))
      )
      const fiber = yield* Effect.forkChild(replaceFile(target, source))
      yield* Deferred.await(begun)
      assert.strictEqual(store.files().length, 2)
      yield* Fiber.interrupt(fiber)
      assert.deepStrictEqual(store.files(), [target])
      assert.strictEqual(text(store), "old")
    }).pipe(Effect.provide(MemoryDisk.layer(store)))
  })

  it.effect("a disk that fills up midway leaves the old file whole and no temp", () => {
    const store = withOld({ capacityBytes: 1000 })
    return Effect.gen(function*() {
      const error = yield* Effect.flip(replaceFile(target, Buffer.alloc(2000, "x")))
      assert.strictEqual(error.code, "ENOSPC")
      assert.deepStrictEqual(store.files(), [target])
      assert.strictEqual(text(store), "old")
    }).pipe(Effect.provide(MemoryDisk.layer(store)))
  })

  it.effect("a fault at any call leaves the old file or the new one, whole, and no temp", () =>
    Effect.gen(function*() {
      const clean = withOld()
      const before = clean.calls
      yield* Effect.provide(replaceFile(target, Buffer.from("new")), MemoryDisk.layer(clean))
      const calls = clean.calls - before
      assert.isAbove(calls, 6)
      for (let at = 0; at < calls; at++) {
        const store = withOld()
        store.failNext((call) => call.index === at ? "EIO" : undefined)
        const exit = yield* Effect.exit(
          Effect.provide(replaceFile(target, Buffer.from("new")), MemoryDisk.layer(store))
        )
        assert.isTrue(Exit.isFailure(exit), `call ${at}`)
        assert.include(["old", "new"], text(store))
        assert.deepStrictEqual(store.files(), [target], `call ${at}`)
      }
    }))

  it.effect("a directory that is missing is named", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(replaceFile("/none/file", Buffer.from("new")))
      assert.strictEqual(error.code, "ENOENT")
      assert.include(error.path, "/none/")
    }).pipe(Effect.provide(MemoryDisk.layerEmpty)))

  it.effect("on a real disk the new file stands alone", () =>
    Effect.gen(function*() {
      const directory = yield* tempDir
      const disk = yield* Disk
      yield* replaceFile(`${directory}/a`, Buffer.from("one"))
      yield* replaceFile(`${directory}/a`, Buffer.alloc(2_000_000, "x"))
      assert.deepStrictEqual(yield* disk.list(directory), ["a"])
      assert.strictEqual((yield* readTextFile(disk, `${directory}/a`)).length, 2_000_000)
    }).pipe(Effect.provide(Layer.merge(NodeDisk.layer, NativeFileLock.layer))))
})

describe("stage", () => {
  it.effect("two at once in one directory have temps of their own, even with the same random numbers", () => {
    const store = withOld()
    return Effect.scoped(Effect.gen(function*() {
      const one = yield* stage(target).pipe(Random.withSeed("same"))
      const other = yield* stage(target).pipe(Random.withSeed("same"))
      assert.notStrictEqual(one.temp, other.temp)
      yield* one.append(Buffer.from("one"))
      yield* other.append(Buffer.from("other"))
      yield* one.commit
      assert.strictEqual(text(store), "one")
      yield* other.commit
      assert.strictEqual(text(store), "other")
    })).pipe(Effect.provide(MemoryDisk.layer(store)))
  })

  it.effect("a sweep between creation and lock costs a name, not the file", () => {
    const store = withOld()
    let swept = 0
    store.failAlways((call) => {
      // What a sweep of another process does in that moment.
      if (call.operation === "tryLock" && swept++ < 2) store.unlink(call.path, 0)
      return undefined
    })
    return Effect.scoped(Effect.gen(function*() {
      const staged = yield* stage(target)
      yield* staged.append(Buffer.from("new"))
      yield* staged.commit
      assert.strictEqual(swept, 3)
      assert.strictEqual(text(store), "new")
      assert.deepStrictEqual(store.files(), [target])
    })).pipe(Effect.provide(MemoryDisk.layer(store)))
  })
})

describe("sweep", () => {
  it.effect("I6: what a kill left behind is removed, a living owner's temp is not", () => {
    const store = withOld()
    return Effect.gen(function*() {
      store.put("/data/.master.jsonl.0123456789ab.tmp", "left behind")
      store.put("/data/.appender.lock", "slot")
      store.put("/data/notes.tmp", "a person's")
      yield* Effect.scoped(Effect.gen(function*() {
        const staged = yield* stage(target)
        yield* staged.append(Buffer.from("new"))
        const swept = yield* sweep("/data").pipe(Effect.provide(MemoryDisk.layer(store)))
        assert.deepStrictEqual(swept, [".master.jsonl.0123456789ab.tmp"])
        yield* staged.commit
      }))
      assert.strictEqual(text(store), "new")
      assert.deepStrictEqual(store.files(), ["/data/.appender.lock", target, "/data/notes.tmp"])
    }).pipe(Effect.provide(MemoryDisk.layer(store)))
  })

  it.effect("I6: the temp of an owner that died at any call is swept", () =>
    Effect.gen(function*() {
      const clean = withOld()
      yield* Effect.provide(replaceFile(target, Buffer.from("new")), MemoryDisk.layer(clean))
      for (let at = 0; at < clean.calls; at++) {
        const store = withOld()
        // A dead process calls nothing any more; the kernel closes its files.
        const lift = store.failAlways((call) => call.index >= at ? "EIO" : undefined)
        yield* Effect.ignore(
          Effect.provide(replaceFile(target, Buffer.from("new")), MemoryDisk.layer(store))
        )
        lift()
        yield* Effect.provide(sweep("/data"), MemoryDisk.layer(store))
        assert.deepStrictEqual(store.files(), [target], `died at call ${at}`)
        assert.include(["old", "new"], text(store))
      }
    }))

  it.effect("a directory that does not exist has no leftovers", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* sweep("/none"), [])
    }).pipe(Effect.provide(MemoryDisk.layerEmpty)))

  it.effect("on a real disk the kernel's lock tells the living from the dead", () =>
    Effect.gen(function*() {
      const directory = yield* tempDir
      const disk = yield* Disk
      const scope = yield* Scope.make()
      const staged = yield* Scope.provide(stage(`${directory}/a`), scope)
      yield* Effect.scoped(disk.open(`${directory}/.a.ffffffffffff.tmp`, "create"))
      assert.deepStrictEqual(yield* sweep(directory), [".a.ffffffffffff.tmp"])
      yield* staged.append(Buffer.from("new"))
      yield* staged.commit
      yield* Scope.close(scope, Exit.void)
      assert.deepStrictEqual(yield* disk.list(directory), ["a"])
    }).pipe(Effect.provide(Layer.merge(NodeDisk.layer, NativeFileLock.layer))))
})
