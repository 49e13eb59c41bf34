// The disk that loses power: it is a disk like the others, and after a crash it has what a crash may leave, and all of it.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as CrashDisk from "../../src/layers/CrashDisk.ts"
import { Disk } from "../../src/services/durability/Disk.ts"
import { readTextFile } from "../../src/services/durability/FileIo.ts"
import { FileLock } from "../../src/services/durability/FileLock.ts"
import { diskSuite } from "../support/diskSuite.ts"
import { fileLockSuite } from "../support/fileLockSuite.ts"

const root = Effect.as(Effect.void, "/tmp")
const made = Layer.unwrap(Effect.sync(() => {
  const machine = CrashDisk.start()
  machine.store.makeDirectory("/tmp", 0)
  return machine.layer
}))

diskSuite("CrashDisk", made, root)
fileLockSuite("CrashDisk", made, root)

const append = (text: string, options: { readonly sync: boolean }) =>
  Effect.scoped(Effect.gen(function*() {
    const disk = yield* Disk
    const file = yield* disk.open("/d/a", "append")
    yield* disk.append(file, Buffer.from(text))
    if (options.sync) yield* disk.datasync(file)
  }))

/** A machine with a file `/d/a` that holds "old" for certain. */
const withOld = Effect.gen(function*() {
  const machine = CrashDisk.start()
  yield* Effect.provide(
    Effect.gen(function*() {
      const disk = yield* Disk
      yield* disk.makeDirectory("/d")
      yield* append("old", { sync: true })
      yield* disk.syncDirectory("/d")
    }),
    machine.layer
  )
  return machine
})

const last = (machine: CrashDisk.CrashMachine, options: CrashDisk.PowerCutOptions = {}) => {
  const after = machine.store.ops.length
  return [...machine.powerCuts({ perMoment: 200, ...options })].filter((cut) => cut.after === after)
}

const contents = (
  machine: CrashDisk.CrashMachine,
  file = "/d/a",
  options: CrashDisk.PowerCutOptions = {}
) => new Set(last(machine, options).map((cut) => cut.machine.store.get(file)?.toString("latin1")))

describe("CrashDisk", () => {
  it.effect("what was synced, contents and name, is there after any power cut", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual([...contents(yield* withOld)], ["old"])
    }))

  it.effect("what was not synced is there wholly, in part, as zeros, as garbage, or not at all", () =>
    Effect.gen(function*() {
      const machine = yield* withOld
      yield* Effect.provide(append("NEW!", { sync: false }), machine.layer)
      const found = contents(machine)
      for (const expected of ["old", "oldNEW!", "old\0\0\0\0", "oldNEW", "old\0\0\0"]) {
        assert.isTrue(found.has(expected), JSON.stringify(expected))
      }
      for (const each of found) assert.isTrue(each?.startsWith("old"))
      assert.isTrue(
        [...found].some((each) => each?.length === 7 && !/NEW!|\0/.test(each)),
        "garbage"
      )
    }))

  it.effect("sectors arrive in any order, whole", () =>
    Effect.gen(function*() {
      const machine = yield* withOld
      yield* Effect.provide(
        append(`${"x".repeat(13)}${"y".repeat(16)}`, { sync: false }),
        machine.layer
      )
      const found = contents(machine, "/d/a", { sectorBytes: 16 })
      assert.isTrue(found.has(`old${"\0".repeat(13)}${"y".repeat(16)}`))
      assert.isTrue(found.has(`old${"x".repeat(13)}${"\0".repeat(16)}`))
    }))

  it.effect("a name that was not synced may be missing, though the file was", () =>
    Effect.gen(function*() {
      const machine = CrashDisk.start()
      const make = Effect.flatMap(Disk, (disk) => disk.makeDirectory("/d"))
      yield* Effect.provide(Effect.andThen(make, append("a", { sync: true })), machine.layer)
      assert.deepStrictEqual(contents(machine), new Set([undefined, "a"]))
    }))

  it.effect("of a rename both names, either or none may be left, and a replaced file is the old one or the new one", () =>
    Effect.gen(function*() {
      const machine = yield* withOld
      yield* Effect.provide(
        Effect.scoped(Effect.gen(function*() {
          const disk = yield* Disk
          const file = yield* disk.open("/d/b", "create")
          yield* disk.append(file, Buffer.from("new"))
          yield* disk.datasync(file)
          yield* disk.syncDirectory("/d")
          yield* disk.rename("/d/b", "/d/a")
        })),
        machine.layer
      )
      const left = last(machine).map(({ machine: { store } }) =>
        `${String(store.get("/d/a"))} ${String(store.get("/d/b"))}`
      )
      assert.deepStrictEqual(left.sort(), ["new new", "new undefined", "old new", "old undefined"])
    }))

  it.effect("once a sync has failed, later ones answer well and mend nothing until the bytes are cut off and written anew", () =>
    Effect.gen(function*() {
      const machine = yield* withOld
      yield* Effect.provide(
        Effect.scoped(Effect.gen(function*() {
          const disk = yield* Disk
          const file = yield* disk.open("/d/a", "append")
          yield* disk.append(file, Buffer.from("NEW"))
          machine.store.failNext((call) => call.operation === "datasync" ? "EIO" : undefined)
          assert.strictEqual((yield* Effect.flip(disk.datasync(file))).code, "EIO")
          yield* disk.datasync(file)
          assert.strictEqual(yield* readTextFile(disk, "/d/a"), "oldNEW")
          assert.isTrue(contents(machine).has("old\0\0\0"))
          yield* disk.truncate(file, 3)
          yield* disk.append(file, Buffer.from("NEW"))
          yield* disk.datasync(file)
          assert.deepStrictEqual([...contents(machine)], ["oldNEW"])
        })),
        machine.layer
      )
    }))

  it.effect("a sync that fails after a rename loses what it was for, though the path is another one now", () =>
    Effect.gen(function*() {
      const machine = yield* withOld
      yield* Effect.provide(
        Effect.scoped(Effect.gen(function*() {
          const disk = yield* Disk
          const file = yield* disk.open("/d/t", "append")
          yield* disk.append(file, Buffer.from("NEW"))
          yield* disk.rename("/d/t", "/d/f")
          yield* disk.syncDirectory("/d")
          machine.store.failNext((call) => call.operation === "datasync" ? "EIO" : undefined)
          yield* Effect.flip(disk.datasync(file))
          yield* disk.datasync(file)
        })),
        machine.layer
      )
      assert.isTrue(contents(machine, "/d/f").has("\0\0\0"))
    }))

  it.effect("once a directory's sync has failed, the next one mends nothing until a name in it has changed", () =>
    Effect.gen(function*() {
      const machine = yield* withOld
      yield* Effect.provide(
        Effect.scoped(Effect.gen(function*() {
          const disk = yield* Disk
          yield* disk.rename("/d/a", "/d/b")
          machine.store.failNext((call) => call.operation === "syncDirectory" ? "EIO" : undefined)
          yield* Effect.flip(disk.syncDirectory("/d"))
          yield* disk.syncDirectory("/d")
          assert.deepStrictEqual(contents(machine, "/d/b"), new Set([undefined, "old"]))
          yield* disk.open("/d/c", "create")
          yield* disk.unlink("/d/c")
          yield* disk.syncDirectory("/d")
          assert.deepStrictEqual(contents(machine, "/d/b"), new Set(["old"]))
        })),
        machine.layer
      )
    }))

  it.effect("a power cut is another boot, the death of processes is not and loses nothing", () =>
    Effect.gen(function*() {
      const bootId = Effect.flatMap(
        Disk,
        (disk) => readTextFile(disk, "/proc/sys/kernel/random/boot_id")
      )
      const machine = yield* withOld
      yield* Effect.provide(append("NEW", { sync: false }), machine.layer)
      const killed = machine.killed()
      const first = yield* Effect.provide(bootId, machine.layer)
      assert.strictEqual(yield* Effect.provide(bootId, killed.layer), first)
      assert.strictEqual(killed.store.get("/d/a")?.toString(), "oldNEW")
      assert.isTrue(contents(killed).has("old"), "the dead have not synced it")
      for (const cut of last(killed)) {
        assert.notStrictEqual(yield* Effect.provide(bootId, cut.machine.layer), first)
      }
    }))

  it.effect("a killed process changes nothing more, and its locks go to whoever waits", () =>
    Effect.gen(function*() {
      const machine = yield* withOld
      const [first, second] = [machine.process(), machine.process()]
      const hold = Effect.gen(function*() {
        const disk = yield* Disk
        const file = yield* disk.open("/d/a", "append")
        yield* (yield* FileLock).lock(file)
        first.kill()
        assert.strictEqual(
          (yield* Effect.flip(disk.append(file, Buffer.from("x")))).code,
          "EKILLED"
        )
        const other = Effect.gen(function*() {
          return yield* (yield* FileLock).tryLock(yield* (yield* Disk).open("/d/a", "append"))
        })
        assert.isTrue(yield* Effect.scoped(Effect.provide(other, second.layer)))
      })
      yield* Effect.scoped(Effect.provide(hold, first.layer))
      assert.strictEqual(machine.store.get("/d/a")?.toString(), "old")
    }))

  it.effect("the same seed gives the same power cuts", () =>
    Effect.gen(function*() {
      const machine = yield* withOld
      yield* Effect.provide(append("x".repeat(3000), { sync: false }), machine.layer)
      const cuts = (seed: number) =>
        [...machine.powerCuts({ perMoment: 8, seed })].map((
          { after, choice }
        ) => [after, ...choice])
      assert.deepStrictEqual(cuts(3), cuts(3))
      assert.notDeepEqual(cuts(3), cuts(4))
    }))
})
