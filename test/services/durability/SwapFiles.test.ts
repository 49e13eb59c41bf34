// Several files are swapped together: after any crash and `finishSwap` all of them are new, or none.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as CrashDisk from "../../../src/layers/CrashDisk.ts"
import * as MemoryDisk from "../../../src/layers/MemoryDisk.ts"
import * as MemoryStore from "../../../src/layers/MemoryStore.ts"
import { Disk } from "../../../src/services/durability/Disk.ts"
import { stage, sweep } from "../../../src/services/durability/ReplaceFile.ts"
import { commitAll, finishSwap } from "../../../src/services/durability/SwapFiles.ts"

const marker = "/m/.swap.json"
const targets = ["/m/rejects.jsonl", "/m/successes.jsonl", "/m/updates.jsonl"]

const withOld = (): MemoryStore.MemoryStore => {
  const store = MemoryStore.make()
  for (const target of targets) store.put(target, "old\n")
  return store
}

const crashing = (): CrashDisk.CrashMachine => {
  const machine = CrashDisk.start()
  for (const target of targets) machine.store.put(target, "old\n")
  return machine
}

const contents = (store: MemoryStore.MemoryStore) =>
  targets.map((target) => store.get(target)?.toString())
const allOld = targets.map(() => "old\n")
const allNew = targets.map(() => "new\n")

const swap = Effect.scoped(Effect.gen(function*() {
  const staged = yield* Effect.forEach(targets, stage)
  for (const each of staged) yield* each.append(Buffer.from("new\n"))
  yield* commitAll(marker, staged)
}))

const recover = Effect.gen(function*() {
  const finished = yield* finishSwap(marker)
  yield* sweep("/m", marker)
  return finished
})

describe("commitAll", () => {
  it.effect("swaps all files and leaves neither marker nor temp", () => {
    const store = withOld()
    return Effect.gen(function*() {
      yield* swap
      assert.deepStrictEqual(contents(store), allNew)
      assert.deepStrictEqual(store.files(), targets)
      assert.isFalse(yield* finishSwap(marker))
    }).pipe(Effect.provide(MemoryDisk.layer(store)))
  })

  it.effect("a crash at any call, and one in the recovery at any call, leave all files old or all new", () =>
    Effect.gen(function*() {
      const clean = withOld()
      yield* Effect.provide(swap, MemoryDisk.layer(clean))
      const outcomes = new Set<string>()
      for (let at = 0; at < clean.calls; at++) {
        for (let recoveryCalls = 0;; recoveryCalls++) {
          const store = withOld()
          const died = store.failAlways((call) => call.index >= at ? "EIO" : undefined)
          yield* Effect.ignore(Effect.provide(swap, MemoryDisk.layer(store)))
          died()
          const from = store.calls
          const diedAgain = store.failAlways((call) =>
            call.index >= from + recoveryCalls ? "EIO" : undefined
          )
          const first = yield* Effect.exit(Effect.provide(recover, MemoryDisk.layer(store)))
          diedAgain()
          yield* Effect.provide(recover, MemoryDisk.layer(store))
          const where = `died at call ${at}, recovery at ${recoveryCalls}`
          assert.deepInclude([allOld, allNew], contents(store), where)
          assert.deepStrictEqual(store.files(), targets, where)
          outcomes.add(contents(store).join(""))
          if (first._tag === "Success") break
        }
      }
      assert.strictEqual(outcomes.size, 2)
    }))

  it.effect("a failure at any single call is told by the marker: without it nothing was changed", () =>
    Effect.gen(function*() {
      const clean = withOld()
      yield* Effect.provide(swap, MemoryDisk.layer(clean))
      for (let at = 0; at < clean.calls; at++) {
        const store = withOld()
        store.failNext((call) => call.index === at ? "EIO" : undefined)
        const exit = yield* Effect.exit(Effect.provide(swap, MemoryDisk.layer(store)))
        if (exit._tag === "Success") {
          assert.deepStrictEqual(contents(store), allNew, `call ${at}`)
        } else if (store.get(marker) === undefined) {
          assert.deepStrictEqual(contents(store), allOld, `call ${at}`)
          assert.deepStrictEqual(store.files(), targets, `call ${at}`)
        }
        yield* Effect.provide(recover, MemoryDisk.layer(store))
        assert.deepInclude([allOld, allNew], contents(store), `call ${at}`)
        assert.deepStrictEqual(store.files(), targets, `call ${at}`)
      }
    }))

  it.effect("temps that a decided swap names are not swept", () => {
    const store = withOld()
    return Effect.gen(function*() {
      const lift = store.failAlways((call) =>
        call.operation === "rename" && call.path === "/m/successes.jsonl" ? "EIO" : undefined
      )
      yield* Effect.flip(swap)
      lift()
      assert.deepStrictEqual(contents(store), ["new\n", "old\n", "old\n"])
      assert.deepStrictEqual(yield* sweep("/m", marker), [])
      assert.isTrue(yield* finishSwap(marker))
      assert.deepStrictEqual(contents(store), allNew)
    }).pipe(Effect.provide(MemoryDisk.layer(store)))
  })

  it.effect("what was appended between the decision and its end is carried over, once", () => {
    const store = withOld()
    return Effect.gen(function*() {
      const disk = yield* Disk
      const lift = store.failAlways((call) =>
        call.operation === "rename" && call.path === "/m/successes.jsonl" ? "EIO" : undefined
      )
      yield* Effect.flip(swap)
      yield* Effect.scoped(Effect.gen(function*() {
        for (const target of targets) {
          yield* disk.append(yield* disk.open(target, "append"), Buffer.from("later\n"))
        }
      }))
      // The carry is done and the rename fails: done again, it must not stand twice.
      yield* Effect.flip(finishSwap(marker))
      lift()
      yield* finishSwap(marker)
      assert.deepStrictEqual(contents(store), targets.map(() => "new\nlater\n"))
    }).pipe(Effect.provide(MemoryDisk.layer(store)))
  })

  it.effect("a target need not exist", () => {
    const store = withOld()
    store.unlink("/m/rejects.jsonl", 0)
    return Effect.gen(function*() {
      yield* swap
      assert.deepStrictEqual(contents(store), allNew)
    }).pipe(Effect.provide(MemoryDisk.layer(store)))
  })

  it.effect("an unfinished swap is not decided over, a foreign directory not swapped", () => {
    const store = withOld()
    store.makeDirectory("/other", 0)
    return Effect.gen(function*() {
      const lift = store.failAlways((call) =>
        call.operation === "rename" && call.path === targets[0] ? "EIO" : undefined
      )
      yield* Effect.flip(swap)
      lift()
      assert.strictEqual((yield* Effect.flip(swap)).code, "EEXIST")
      yield* finishSwap(marker)
      const stray = Effect.scoped(
        Effect.flatMap(stage("/other/file"), (staged) => commitAll(marker, [staged]))
      )
      assert.strictEqual((yield* Effect.flip(stray)).code, "EXDEV")
      assert.deepStrictEqual(store.files(), targets)
    }).pipe(Effect.provide(MemoryDisk.layer(store)))
  })
})

describe("finishSwap", () => {
  it.effect("I7: after a directory sync that failed, the files stay swapped through the next power cut", () =>
    Effect.gen(function*() {
      for (let nth = 0;; nth++) {
        const machine = crashing()
        let syncs = 0
        machine.store.failAlways(({ operation }) =>
          operation === "syncDirectory" && syncs++ === nth ? "EIO" : undefined
        )
        yield* Effect.exit(Effect.provide(swap, machine.layer))
        if (syncs <= nth) return assert.isAbove(nth, 3)
        const finished = yield* Effect.provide(recover, machine.layer)
        const { length } = machine.store.ops
        for (const cut of machine.powerCuts({ perMoment: 32 })) {
          if (cut.after < length || !finished) continue
          yield* Effect.provide(recover, cut.machine.layer)
          assert.deepStrictEqual(contents(cut.machine.store), allNew, `sync ${nth} failed`)
        }
      }
    }))

  it.effect("a damaged marker is named and left alone, and so are the temps", () => {
    const store = withOld()
    store.put("/m/.updates.jsonl.0123456789ab.tmp", "new\n")
    return Effect.gen(function*() {
      for (
        const text of [
          "",
          "{}",
          `{"version":1,"pairs":[{"temp":"../x","target":"y","tempBytes":0,"targetBytes":0}]}`
        ]
      ) {
        store.put(marker, text)
        const error = yield* Effect.flip(finishSwap(marker))
        assert.strictEqual(error.code, "EBADMSG")
        assert.include(error.message, marker)
        assert.strictEqual((yield* Effect.flip(sweep("/m", marker))).code, "EBADMSG")
      }
      assert.deepStrictEqual(contents(store), allOld)
    }).pipe(Effect.provide(MemoryDisk.layer(store)))
  })
})
