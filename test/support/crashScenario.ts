// One scenario for every crash: a log with records that are safe, more being appended, and what must hold afterwards.
import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as MemoryDisk from "../../src/layers/MemoryDisk.ts"
import type { MemoryStore } from "../../src/layers/MemoryStore.ts"
import { BootId } from "../../src/services/durability/BootId.ts"
import * as CommitLog from "../../src/services/durability/CommitLog.ts"
import { lineText, recordIdOf, verifyLine } from "../../src/services/durability/LineCodec.ts"
import { toLineObject } from "../../src/services/master/Record.ts"
import { PowerCut } from "./PowerCut.ts"
import { makeRecord } from "./records.ts"

const files = ["/data/master/updates.jsonl", "/data/master/successes.jsonl"]
/** About three of the test's lines: the window of a recovery is then shorter than the files. */
const maxBatchBytes = 1000

const lineOf = (n: number) => () =>
  lineText(toLineObject(makeRecord(n, "x".repeat((n * 37) % 150))))

/** Appends the numbered records, as many at a time, and tells which were acknowledged. */
export const appendAll = (
  store: MemoryStore,
  numbers: ReadonlyArray<number>,
  acknowledged: Set<number>,
  together = 4
) =>
  Effect.gen(function*() {
    const log = yield* CommitLog.open({
      files,
      guard: {
        _tag: "Shared",
        lockFile: "/data/master/.appender.lock",
        slotAt: 0,
        bootId: yield* BootId,
        swap: "/data/master/.swap.json"
      },
      quarantine: "/data/quarantine",
      maxBatchBytes
    })
    yield* Effect.forEach(numbers, (n) =>
      Effect.andThen(log.append(lineOf(n)), Effect.sync(() => void acknowledged.add(n))), {
      concurrency: together,
      discard: true
    })
  }).pipe(
    Effect.scoped,
    Effect.provide(Layer.provideMerge(BootId.layer, MemoryDisk.layer(store))),
    Effect.exit
  )

const linesOf = (store: MemoryStore, file: string): ReadonlyArray<string> => {
  const text = store.get(file)?.toString() ?? ""
  return text.split("\n").slice(0, -1)
}

const idsOf = (store: MemoryStore, file: string): ReadonlyArray<string> =>
  linesOf(store, file).filter((line) => verifyLine(Buffer.from(line)) === "valid").map((line) =>
    recordIdOf(Buffer.from(line)) ?? ""
  )

/** I1, and before any recovery. */
const assertAcknowledged = (
  store: MemoryStore,
  acknowledged: ReadonlySet<number>,
  what: string
) => {
  for (const file of files) {
    const ids = new Set(idsOf(store, file))
    for (const n of acknowledged) {
      assert.isTrue(ids.has(`r:${n}`), `${what}: ${file} has lost acknowledged record ${n}`)
    }
  }
}

/** I2, I4, I5, I6. */
const assertWhole = (store: MemoryStore, what: string) => {
  const [updates, successes] = files.map((file) => idsOf(store, file)) as [
    Array<string>,
    Array<string>
  ]
  assert.deepStrictEqual([...updates].sort(), [...successes].sort(), `${what}: the masters differ`)
  assert.strictEqual(new Set(updates).size, updates.length, `${what}: a record stands twice`)
  for (const file of files) {
    assert.isTrue(
      (store.get(file) ?? Buffer.from("\n")).toString().endsWith("\n"),
      `${what}: ${file} has a torn end`
    )
    assert.strictEqual(
      linesOf(store, file).length,
      updates.length,
      `${what}: ${file} has lines that are not valid`
    )
  }
  const leftovers = store.files().filter((file) => /\.(tmp|redo)$/.test(file))
  assert.deepStrictEqual(leftovers, [], `${what}: temps`)
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i)

/** Twelve records in batches of three or four: what every scenario below is cut out of. */
const before = range(0, 9)
export const during = range(9, 18)
const after = range(18, 21)

/** A machine on which the first records are safe, about to append the others. */
export const started = Effect.fnUntraced(function*(acknowledged: Set<number>, boot = 1) {
  const machine = PowerCut.start(boot)
  yield* appendAll(machine.store, before, acknowledged)
  return machine
})

/** Opens what a crash left, appends more, and checks everything, also what another power cut would leave of it. */
export const assertRecovers = Effect.fnUntraced(
  function*(machine: PowerCut, acknowledged: ReadonlySet<number>, what: string) {
    assertAcknowledged(machine.store, acknowledged, what)
    const opened = yield* appendAll(machine.store, [], new Set())
    assert.isTrue(Exit.isSuccess(opened), `${what}: ${String(opened)}`)
    const reported = files.map((file) => idsOf(machine.store, file))
    const rebooted = machine.reboot("lost").store
    assert.deepStrictEqual(
      files.map((file) => idsOf(rebooted, file)),
      reported,
      `${what}: I7: reported and then gone`
    )
    const all = new Set(acknowledged)
    const appended = yield* appendAll(machine.store, after, all)
    assert.isTrue(Exit.isSuccess(appended), `${what}: ${String(appended)}`)
    assertAcknowledged(machine.store, all, what)
    assertWhole(machine.store, what)
  }
)

export const forEachCall = (run: (n: number) => Effect.Effect<boolean>) =>
  Effect.gen(function*() {
    let n = 0
    while (yield* run(n)) n++
    assert.isAbove(n, 40)
  })
