// Failures that other programs are known for, each reproduced on the simulated disk: the usual way fails, ours does not.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as CrashDisk from "../../src/layers/CrashDisk.ts"
import { DataDirectory, paths } from "../../src/services/durability/DataDirectory.ts"
import type { DiskError } from "../../src/services/durability/Disk.ts"
import { Disk } from "../../src/services/durability/Disk.ts"
import { DurableAppender } from "../../src/services/durability/DurableAppender.ts"
import { appendAll, writeAllAt } from "../../src/services/durability/FileIo.ts"
import { encodeLine, recordIdOf, verifyLine } from "../../src/services/durability/LineCodec.ts"
import { replaceFile } from "../../src/services/durability/ReplaceFile.ts"
import { toLineObject } from "../../src/services/master/Record.ts"
import { makeRecord } from "../support/records.ts"

const data = paths("/data")
type Machine = CrashDisk.CrashMachine

const line = (n: number): Buffer =>
  Buffer.from(encodeLine(toLineObject(makeRecord(n, "x".repeat(40 * n)))))

/** Ids of the valid lines, in order; "?" for every other line and for an unterminated end. */
const idsIn = (machine: Machine, file: string): ReadonlyArray<string> => {
  const bytes = machine.store.get(file) ?? Buffer.alloc(0)
  const texts = bytes.toString("latin1").split("\n")
  const end = texts.pop()
  const ids = texts.map((text) => {
    const found = Buffer.from(text, "latin1")
    return verifyLine(found) === "valid" ? recordIdOf(found) ?? "?" : "?"
  })
  return end === "" ? ids : [...ids, "?"]
}

const mastersOf = (machine: Machine) =>
  [idsIn(machine, data.updates), idsIn(machine, data.successes)] as const

/** Opens the masters as a run does, appends these records one after the other, and closes. */
const appended = (machine: Machine, ...numbers: ReadonlyArray<number>) =>
  Effect.flatMap(
    DurableAppender,
    ({ append }) => Effect.forEach(numbers, (n) => append(makeRecord(n, "x".repeat(40 * n))))
  ).pipe(
    Effect.provide(
      DurableAppender.layer.pipe(
        Layer.provide([DataDirectory.layer(data.root), machine.layer])
      )
    ),
    Effect.exit
  )

const withRecords = (...numbers: ReadonlyArray<number>) =>
  Effect.gen(function*() {
    const machine = CrashDisk.start()
    assert.isTrue(Exit.isSuccess(yield* appended(machine, ...numbers)))
    return machine
  })

/** Appends to the files as most programs do; `sync` is what they take for a sync. */
const appendNaively = (
  machine: Machine,
  files: ReadonlyArray<string>,
  bytes: Uint8Array,
  sync: (disk: Disk["Service"], file: Parameters<Disk["Service"]["datasync"]>[0]) => Effect.Effect<
    void,
    DiskError
  > = (disk, file) => disk.datasync(file)
) =>
  Effect.gen(function*() {
    const disk = yield* Disk
    for (const path of files) {
      const file = yield* disk.open(path, "append")
      yield* appendAll(disk, file, bytes)
      yield* sync(disk, file)
    }
  }).pipe(Effect.scoped, Effect.provide(machine.layer), Effect.exit)

describe("a torn tail swallows the next record", () => {
  const torn = Effect.gen(function*() {
    const machine = yield* withRecords(1)
    const from = machine.store.ops.length
    yield* appended(machine, 2)
    return [...machine.powerCuts({ perMoment: 24, sectorBytes: 64 })].filter(({ after }) =>
      after > from
    )
  })

  it.effect("appending behind it glues the two together", () =>
    Effect.gen(function*() {
      let swallowed = 0
      for (const { machine } of yield* torn) {
        yield* appendNaively(machine, [data.updates], line(3))
        if (!idsIn(machine, data.updates).includes("r:3")) swallowed++
      }
      assert.isAbove(swallowed, 0)
    }))

  it.effect("I4: the appender cuts it first, and the record after it is whole", () =>
    Effect.gen(function*() {
      const cuts = yield* torn
      assert.isAbove(cuts.length, 50)
      for (const { machine } of cuts) {
        assert.isTrue(Exit.isSuccess(yield* appended(machine, 3)))
        for (const ids of mastersOf(machine)) {
          assert.notInclude(ids, "?")
          assert.deepStrictEqual([ids[0], ids.at(-1)], ["r:1", "r:3"])
        }
      }
    }))
})

describe("a two-file journal adopts the wrong tail", () => {
  /** Syncing both at once, or in the other order, lets either file be ahead of the other, and damaged behind. */
  const ends: ReadonlyArray<readonly [name: string, updates: Buffer, successes: Buffer]> = [
    ["the second file is longer by zeros", line(2), Buffer.concat([line(2), Buffer.alloc(900)])],
    ["the second file is longer by garbage", line(2), Buffer.alloc(900, `"x":1}\n`)],
    ["the first file is longer by a torn record", line(2).subarray(0, -5), Buffer.alloc(0)],
    ["only the second file has the record", Buffer.alloc(0), line(2)],
    ["each has a record that the other has not", line(2), line(3)]
  ]

  const withEnds = (updates: Buffer, successes: Buffer) =>
    Effect.gen(function*() {
      const machine = yield* withRecords(1)
      yield* appendNaively(machine, [data.updates], updates)
      yield* appendNaively(machine, [data.successes], successes)
      return [...machine.powerCuts({ perMoment: 1 })].at(-1)?.machine ?? machine
    })

  /** Takes the longer file for the newer one, and copies what the other lacks, as recoveries by length do. */
  const adoptLonger = (machine: Machine) =>
    Effect.gen(function*() {
      const contentOf = (file: string) => machine.store.get(file) ?? Buffer.alloc(0)
      const [short, long] = [data.updates, data.successes].sort((a, b) =>
        contentOf(a).byteLength - contentOf(b).byteLength
      )
      const missing = contentOf(long!).subarray(contentOf(short!).byteLength)
      yield* appendNaively(machine, [short!], missing)
    })

  it.effect("whoever believes the longer one adopts its damage, or loses what only the other has", () =>
    Effect.gen(function*() {
      const wrong: Array<string> = []
      for (const [name, updates, successes] of ends) {
        const machine = yield* withEnds(updates, successes)
        const whole = new Set(mastersOf(machine).flat().filter((id) => id !== "?"))
        yield* adoptLonger(machine)
        const isRight = mastersOf(machine).every((ids) =>
          !ids.includes("?") && [...whole].every((id) => ids.includes(id))
        )
        if (!isRight) wrong.push(name)
      }
      const [zeros, garbage, torn, , each] = ends.map(([name]) => name)
      assert.deepStrictEqual(wrong, [zeros, garbage, torn, each])
    }))

  it.effect.each(ends)(
    "I2 I5: %s: neither is believed for its length, what is whole in either is kept",
    ([, updates, successes]) =>
      Effect.gen(function*() {
        const rebooted = yield* withEnds(updates, successes)
        const whole = new Set(mastersOf(rebooted).flat().filter((id) => id !== "?"))
        assert.isTrue(Exit.isSuccess(yield* appended(rebooted, 4)))
        for (const ids of mastersOf(rebooted)) {
          assert.deepStrictEqual([...ids].sort(), [...whole, "r:4"].sort())
        }
      })
  )
})

describe("a sync fails, and the next one says that all is well", () => {
  const lostAfter = (
    machine: Machine,
    from: number,
    file: string,
    id: string
  ) =>
    [...machine.powerCuts({ perMoment: 32 })].filter((cut) =>
      cut.after > from && !idsIn(cut.machine, file).includes(id)
    ).length

  it.effect("whoever syncs once more has lost what he then acknowledges", () =>
    Effect.gen(function*() {
      const machine = yield* withRecords(1)
      machine.store.failNext(({ operation }) => operation === "datasync" ? "EIO" : undefined)
      const exit = yield* appendNaively(
        machine,
        [data.updates],
        line(2),
        (disk, file) => Effect.catch(disk.datasync(file), () => disk.datasync(file))
      )
      assert.isTrue(Exit.isSuccess(exit))
      assert.isAbove(lostAfter(machine, machine.store.ops.length - 1, data.updates, "r:2"), 0)
    }))

  it.effect("so has he who writes the same bytes to the same place first", () =>
    Effect.gen(function*() {
      const machine = yield* withRecords(1)
      machine.store.failNext(({ operation }) => operation === "datasync" ? "EIO" : undefined)
      const exit = yield* appendNaively(
        machine,
        [data.updates],
        line(2),
        (disk, file) =>
          Effect.catch(disk.datasync(file), () =>
            Effect.gen(function*() {
              const again = yield* disk.open(file.path, "update")
              const { size } = yield* disk.statFile(again)
              yield* writeAllAt(disk, again, line(2), size - line(2).byteLength)
              yield* disk.datasync(again)
            }).pipe(Effect.scoped))
      )
      assert.isTrue(Exit.isSuccess(exit))
      assert.isAbove(lostAfter(machine, machine.store.ops.length - 1, data.updates, "r:2"), 0)
    }))

  it.effect("I1 I7: the appender says that it failed, and the next open writes anew what it finds", () =>
    Effect.gen(function*() {
      for (const path of [data.updates, data.successes]) {
        const machine = yield* withRecords(1)
        machine.store.failNext((call) =>
          call.operation === "datasync" && call.path === path ? "EIO" : undefined
        )
        assert.isTrue(Exit.isFailure(yield* appended(machine, 2)))
        assert.isTrue(Exit.isSuccess(yield* appended(machine, 3)))
        const acknowledged = machine.store.ops.length
        const [updates, successes] = mastersOf(machine)
        assert.deepStrictEqual(updates, successes)
        for (const id of updates) {
          for (const file of [data.updates, data.successes]) {
            assert.strictEqual(
              lostAfter(machine, acknowledged - 1, file, id),
              0,
              `${id} in ${file}`
            )
          }
        }
      }
    }))
})

describe("a rename without a directory sync", () => {
  const target = "/data/list.json"
  const started = Effect.gen(function*() {
    const machine = CrashDisk.start()
    yield* Effect.gen(function*() {
      yield* (yield* Disk).makeDirectory("/data")
      yield* replaceFile(target, Buffer.from("old"))
    }).pipe(Effect.provide(machine.layer))
    return machine
  })
  const left = (machine: Machine) => {
    const { length } = machine.store.ops
    const cuts = [...machine.powerCuts({ perMoment: 64 })].filter(({ after }) => after === length)
    return new Set(cuts.map((cut) => cut.machine.store.get(target)?.toString()))
  }

  it.effect("is undone by a power cut", () =>
    Effect.gen(function*() {
      const machine = yield* started
      yield* Effect.gen(function*() {
        const disk = yield* Disk
        const file = yield* disk.open("/data/list.tmp", "create")
        yield* appendAll(disk, file, Buffer.from("new"))
        yield* disk.datasync(file)
        yield* disk.rename("/data/list.tmp", target)
      }).pipe(Effect.scoped, Effect.provide(machine.layer))
      assert.isTrue(left(machine).has("old"))
    }))

  it.effect("I7: a file that was replaced stays replaced", () =>
    Effect.gen(function*() {
      const machine = yield* started
      yield* Effect.provide(replaceFile(target, Buffer.from("new")), machine.layer)
      assert.deepStrictEqual([...left(machine)], ["new"])
    }))
})
