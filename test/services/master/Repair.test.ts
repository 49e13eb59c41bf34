// Repair on masters with every fault that it mends: told first, mended once, and cut off at every disk call.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as MemoryDisk from "../../../src/layers/MemoryDisk.ts"
import * as Store from "../../../src/layers/MemoryStore.ts"
import { DataDirectory, journalPath } from "../../../src/services/durability/DataDirectory.ts"
import { Audit } from "../../../src/services/master/Audit.ts"
import { Consolidation } from "../../../src/services/master/Consolidation.ts"
import { Repair } from "../../../src/services/master/Repair.ts"
import {
  data,
  putAtRest,
  readMasters,
  recordLine,
  rejectLine,
  root,
  textOf
} from "../../support/masters.ts"

const on = (store: Store.MemoryStore) =>
  Repair.layer.pipe(
    Layer.provideMerge(Layer.merge(Consolidation.layer, Audit.layer)),
    Layer.provide([MemoryDisk.layer(store), DataDirectory.layer(root)])
  )
const repair = (store: Store.MemoryStore, apply: boolean) =>
  Effect.provide(Effect.flatMap(Repair, (service) => service.repair(apply)), on(store))
const audit = (store: Store.MemoryStore) =>
  Effect.provide(Effect.flatMap(Audit, (service) => service.audit(undefined)), on(store))

const record = (slug: string, n: number, title?: string) =>
  recordLine({
    slug,
    id: `r:${n}`,
    atMs: n,
    ...(title === undefined ? {} : { content: { title } })
  })

const a = record("a", 1)
const b = record("b", 2)
const onlyUpdates = record("twinless", 3)
const onlySuccesses = record("orphan", 4)
const twice = record("d", 5, "One text of it")
const twiceAgain = record("d", 5, "Another text with the same id")
const corrupt = record("broken", 6).replace("Title", "Tit1e")
const rejected = rejectLine({ slug: "a", id: "r:7", atMs: 9 })
const standing = rejectLine({ slug: "e", id: "r:8", atMs: 9 })
const torn = `{"slug":"torn-off","_tag":"inte`
const journal = journalPath(data, "20260101T000000-aaaaaa")

const faulty = () => {
  const store = Store.make()
  putAtRest(store, {
    updates: a + b + onlyUpdates + twice + twiceAgain + corrupt,
    successes: a + b + onlySuccesses + twice,
    rejects: rejected + standing
  })
  store.put(journal, torn)
  store.put(data.index, "no index at all")
  store.put(`${data.master}/.successes.jsonl.0123456789ab.tmp`, "left by the dead")
  return store
}

const kinds = [
  "leftover-temp",
  "torn-journal",
  "stale-index",
  "corrupt-line",
  "reject-with-success",
  "missing-twin",
  "missing-twin",
  "duplicate-id"
]

/** Every whole line there is, wherever it stands. */
const everyLine = (store: Store.MemoryStore): string =>
  store.files().map((path) => textOf(store, path)).join("\n")

/** Of the calls that change nothing one in so many: REPAIR_STRIDE=1 takes every one. */
const lookStride = Number(process.env["REPAIR_STRIDE"] ?? 8)

/** Names, those of temps as one, and contents. */
const everything = (store: Store.MemoryStore): string =>
  store.files().map((path) =>
    `${path.replace(/[0-9a-f]{12}\.tmp$/, "tmp")}\n${store.get(path)?.toString("latin1")}`
  ).sort().join("\n")

const isMended = Effect.fnUntraced(function*(store: Store.MemoryStore, where: string) {
  const { rejects, successes, updates } = readMasters(store)
  assert.strictEqual(updates, successes, where)
  for (const line of [a, b, onlyUpdates, onlySuccesses]) assert.include(successes, line, where)
  assert.strictEqual(rejects, standing, where)
  const everything = everyLine(store)
  for (const line of [twice, twiceAgain, corrupt, rejected]) {
    assert.include(everything, line.trimEnd(), `${where}: nothing is lost`)
  }
  assert.include(everything, torn, where)
  assert.deepStrictEqual(store.files().filter((each) => each.endsWith(".tmp")), [], where)
  const report = yield* audit(store)
  assert.isTrue(report.ok, `${where}: ${JSON.stringify(report.checks)}`)
  for (const check of report.checks) {
    // What no journal here tells of, and no input was given for, stays unverified.
    if (["I1", "I9", "I10", "I11"].includes(check.id)) continue
    assert.strictEqual(check.outcome, "holds", `${where}: ${check.id}: ${check.note}`)
  }
  const again = yield* repair(store, true)
  assert.deepStrictEqual([again.mends, again.log], [[], null], where)
})

describe("Repair", () => {
  it.effect("tells every fault, and changes nothing unless it is asked to", () =>
    Effect.gen(function*() {
      const store = faulty()
      const before = everyLine(store)
      const report = yield* repair(store, false)
      assert.deepStrictEqual(report.mends.map(({ kind }) => kind), kinds)
      assert.include(
        report.mends.find(({ kind }) => kind === "duplicate-id")?.where,
        "updates.jsonl:5"
      )
      assert.strictEqual(everyLine(store), before)
      assert.isFalse((yield* audit(store)).ok)
    }))

  it.effect("mends them all; what it drops is in quarantine, what it did in a log", () =>
    Effect.gen(function*() {
      const store = faulty()
      const report = yield* repair(store, true)
      assert.deepStrictEqual(report.mends.map(({ kind }) => kind), kinds)
      assert.strictEqual(textOf(store, report.log ?? "").split("\n").length, kinds.length + 1)
      const dropped = textOf(store, report.dropped ?? "")
      assert.include(dropped, rejected)
      assert.notInclude(dropped, a)
      yield* isMended(store, "once")
    }))

  it.effect("I1 I2 I5 I6 I8: cut off at any disk call, the same command does the rest", () =>
    Effect.gen(function*() {
      const clean = faulty()
      const looks: Array<boolean> = []
      clean.failAlways(({ index, operation }) => {
        looks[index] = ["read", "stat", "statFile", "list"].includes(operation)
        return undefined
      })
      yield* repair(clean, true)
      const seen = new Set<string>()
      for (const [n, isLook] of looks.entries()) {
        if (isLook && n % lookStride !== 0) continue
        const store = faulty()
        const alive = store.failAlways(({ index }) => index >= n ? "EIO" : undefined)
        yield* Effect.exit(repair(store, true))
        alive()
        // What was left is the same between two changes of the disk.
        const left = everything(store)
        if (seen.has(left)) continue
        seen.add(left)
        yield* repair(store, true)
        yield* isMended(store, `call ${n}`)
      }
    }))

  it.effect("what a recovery mends first is told and written down like the rest", () =>
    Effect.gen(function*() {
      // Masters that no slot vouches for: the first to take the lock recovers them.
      const unclean = () => {
        const store = Store.make()
        store.put(data.updates, a + corrupt + b)
        store.put(data.successes, corrupt + a + b + onlySuccesses)
        return store
      }
      const told = yield* repair(unclean(), false)
      assert.deepStrictEqual(told.mends.map(({ kind, where }) => `${kind} ${where}`), [
        "corrupt-line updates.jsonl:2",
        "corrupt-line successes.jsonl:1",
        "missing-twin successes.jsonl:4"
      ])
      const store = unclean()
      const { log, mends } = yield* repair(store, true)
      assert.deepStrictEqual(mends.map(({ kind, where }) => `${kind} ${where}`), [
        `corrupt-line updates.jsonl at byte ${a.length}`,
        "corrupt-line successes.jsonl at byte 0",
        "missing-twin updates.jsonl"
      ])
      assert.strictEqual(textOf(store, log ?? "").split("\n").length, mends.length + 1)
      const { successes, updates } = readMasters(store)
      for (const line of [a, b, onlySuccesses]) {
        assert.include(updates, line)
        assert.include(successes, line)
      }
      assert.deepStrictEqual((yield* repair(store, true)).mends, [])
    }))

  it.effect("one id of two slugs is told as undecided, every time, and left alone", () =>
    Effect.gen(function*() {
      const store = Store.make()
      const lines = a + recordLine({ slug: "b", id: "r:1", atMs: 2 })
      const masters = { updates: lines, successes: lines, rejects: "" }
      putAtRest(store, masters)
      for (const apply of [false, true, true]) {
        const { log, mends, undecided } = yield* repair(store, apply)
        assert.deepStrictEqual([mends, log], [[], null])
        assert.deepStrictEqual(undecided.map(({ kind, slug, where }) => [kind, slug, where]), [
          ["duplicate-id", "b", "updates.jsonl:2"],
          ["duplicate-id", "b", "successes.jsonl:2"]
        ])
        assert.deepStrictEqual(readMasters(store), masters)
      }
    }))

  it.effect("I2: of a record in two forms the one in updates stands, the other is set aside", () =>
    Effect.gen(function*() {
      const store = Store.make()
      const other = record("a", 1, "In other words")
      putAtRest(store, { updates: a + b, successes: other + b, rejects: "" })
      const { dropped, mends } = yield* repair(store, true)
      assert.deepStrictEqual(mends.map(({ kind, where }) => [kind, where]), [
        ["different-twin", "successes.jsonl:1"]
      ])
      assert.deepStrictEqual(readMasters(store), { updates: a + b, successes: a + b, rejects: "" })
      assert.strictEqual(textOf(store, dropped ?? ""), other)
      assert.deepStrictEqual((yield* repair(store, true)).mends, [])
    }))

  it.effect("I2: a line of another program that only one master has is put into the other", () =>
    Effect.gen(function*() {
      const store = Store.make()
      const [one, two] = [`{"slug":"f1","n":1}\n`, `{"slug":"f2","n":2}\n`]
      putAtRest(store, { updates: one + two, successes: one, rejects: "" })
      const { mends } = yield* repair(store, true)
      assert.deepStrictEqual(mends.map(({ kind, where }) => [kind, where]), [
        ["missing-twin", "updates.jsonl:2"]
      ])
      assert.deepStrictEqual(readMasters(store).successes, one + two)
      assert.deepStrictEqual((yield* repair(store, true)).mends, [])
    }))

  it.effect("sound masters and missing ones need nothing, superseded lines are left to a consolidation", () =>
    Effect.gen(function*() {
      const store = Store.make()
      const masters = {
        updates: a + record("a", 9),
        successes: a + record("a", 9),
        rejects: standing
      }
      putAtRest(store, masters)
      assert.deepStrictEqual((yield* repair(store, true)).mends, [])
      assert.deepStrictEqual(readMasters(store), masters)
      assert.deepStrictEqual((yield* repair(Store.make(), true)).mends, [])
    }))
})
