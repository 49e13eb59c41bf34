// An audit of a healthy directory, and of one with each kind of fault planted: the right check finds it.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Store from "../../../src/layers/MemoryStore.ts"
import { journalPath } from "../../../src/services/durability/DataDirectory.ts"
import { encodeMarker } from "../../../src/services/durability/SwapMarker.ts"
import {
  a,
  audit,
  b,
  budgets,
  c,
  healthy,
  id,
  input,
  intent,
  journal,
  lines,
  outcomes,
  response,
  run,
  storeOf,
  totals,
  verdict
} from "../../support/auditedDirectory.ts"
import type { AuditedFiles } from "../../support/auditedDirectory.ts"
import { data, readMasters, recordLine, rejectLine, textOf } from "../../support/masters.ts"

const everything = (store: Store.MemoryStore) =>
  store.files().map((path) => [path, textOf(store, path)])

describe("Audit", () => {
  it.effect("a healthy directory holds in everything, and not one byte is changed", () =>
    Effect.gen(function*() {
      const store = storeOf(healthy())
      const before = everything(store)
      const report = yield* audit(store, input("a", "b", "c", "d"))
      assert.isTrue(report.ok)
      assert.deepStrictEqual(new Set(Object.values(outcomes(report))), new Set(["holds"]))
      assert.deepStrictEqual(report.counts, {
        records: 2,
        acceptedSlugs: 2,
        rejectedSlugs: 1,
        foreignLines: 0,
        quarantineFiles: 0,
        inputItems: 4,
        pending: 1
      })
      assert.deepStrictEqual(everything(store), before)
    }))

  it.effect("an empty directory is in order, and stays empty", () =>
    Effect.gen(function*() {
      const store = Store.make()
      assert.isTrue((yield* audit(store)).ok)
      assert.deepStrictEqual(store.files(), [])
    }))

  const broken: ReadonlyArray<
    readonly [fault: string, check: string, plant: (files: AuditedFiles) => void, example: string]
  > = [
    ["an accepted piece that is in neither master", "I1", (f) => {
      f.updates = f.successes = a
    }, `raw/ai-run-${run}.jsonl:8: b: ${id(2)} was accepted`],
    ["a record that is not in successes", "I2", (f) => {
      f.successes = a
    }, `updates.jsonl:2: b: record ${id(2)}`],
    ["a record that the masters have in two forms", "I2", (f) => {
      f.successes = a + recordLine({ slug: "b", id: id(2), atMs: 2, content: { title: "New" } })
    }, `successes.jsonl:2: b: record ${id(2)} reads otherwise`],
    ["a record under another slug than its verdict's", "I1", (f) => {
      f.updates = f.successes = a + recordLine({ slug: "d", id: id(2), atMs: 2 })
    }, `:8: b: ${id(2)} was accepted, and its record stands under another slug`],
    ["a record that is not in updates", "I3", (f) => {
      f.updates = b
    }, `successes.jsonl:1: a: record ${id(1)}`],
    ["a flipped byte in a master", "I4", (f) => {
      f.rejects = c.replace("short", "shorn")
    }, "rejects.jsonl:1"],
    ["a flipped byte in a journal", "I4", (f) => {
      f.journal = journal.replace("Write about c", "Write about C")
    }, `raw/ai-run-${run}.jsonl:6`],
    ["a line that is no JSON", "I4", (f) => {
      f.updates += "{\n"
    }, "updates.jsonl:3"],
    ["an id that stands twice", "I5", (f) => {
      f.updates = f.successes = a + b + b
    }, `updates.jsonl:3: b: id ${id(2)}`],
    ["a record that says another price than its answer", "I10", (f) => {
      f.updates = f.successes = recordLine({ slug: "a", id: id(1), atMs: 1, costUsd: 0.002 }) + b
    }, `raw/ai-run-${run}.jsonl:2: a`],
    ["a record without an answer", "I10", (f) => {
      f.journal = lines(intent(1, "a"), response(1, "a"), intent(2, "b"))
      f.manifest = {}
    }, `updates.jsonl:2: b: record ${id(2)} has no answer`],
    ["an answer without an intent", "I10", (f) => {
      f.journal = journal + lines(response(9, "z"))
    }, `:11: z: answer ${id(9)}`],
    ["a second answer to one call", "I10", (f) => {
      f.journal = journal + lines(response(3, "c"))
    }, `:11: c: call ${id(3)}`],
    ["a request bought twice", "I10", (f) => {
      f.journal = journal + lines(intent(5, "a", "hash-1"))
    }, `:11: a: ${id(5)} asked again`],
    ["a run that is said to have spent less than its journal", "I10", (f) => {
      f.manifest = { ...f.manifest, totals: { ...totals, spentNanoUsd: 1 } }
    }, `raw/ai-run-${run}.meta.json: says 3 calls, $0.000000001 spent`],
    ["a run over its budget", "I10", (f) => {
      f.manifest = { ...f.manifest, budgets: { ...budgets, runNanoUsd: 2_999_999 } }
    }, `run ${run}: used $0.003 of a budget`],
    ["runs over the total budget", "I10", (f) => {
      f.manifest = { ...f.manifest, budgets: { ...budgets, totalNanoUsd: 2_999_999 } }
    }, `run ${run}: all runs up to it used $0.003`],
    ["an item over its budget", "I10", (f) => {
      f.manifest = { ...f.manifest, budgets: { ...budgets, itemNanoUsd: 999_999 } }
    }, `:2: a: ${id(1)} took the item to $0.001`],
    ["a reject that says more than its calls cost", "I10", (f) => {
      f.rejects = rejectLine({ slug: "c", id: id(4), atMs: 3, costUsd: 0.5, attempts: 1 })
    }, "rejects.jsonl:1: c: says $0.5"],
    ["only an older record of a slug whose newer one was accepted", "I1", (f) => {
      f.journal += lines(intent(5, "a"), response(5, "a"), verdict(5, "a", true))
    }, `:13: a: ${id(5)} was accepted and is not in both masters, which have an older record`],
    ["rejects that are gone", "I9", (f) => {
      f.rejects = ""
    }, `:10: c: ended rejected (${id(4)}), and stands in no master`],
    ["more records than the run counted", "I9", (f) => {
      f.manifest = { ...f.manifest, totals: { ...totals, accepted: 1 } }
    }, `run ${run}: says 1 accepted and 1 rejected; the masters have 2 records`]
  ]
  for (const [fault, check, plant, example] of broken) {
    it.effect(`${check}: finds ${fault}`, () =>
      Effect.gen(function*() {
        const files = healthy()
        plant(files)
        const report = yield* audit(storeOf(files))
        assert.isFalse(report.ok)
        const found = report.checks.find((each) => each.id === check)
        assert.strictEqual(found?.outcome, "broken")
        assert.isTrue(
          found?.examples.some((each) => each.includes(example)),
          found?.examples.join("\n")
        )
      }))
  }

  it.effect("I10: a request may be made again once its answer was rejected, or when none came", () =>
    Effect.gen(function*() {
      const files: AuditedFiles = { ...healthy(), manifest: {} }
      files.journal += lines(
        intent(7, "c", "hash-3"),
        response(7, "c"),
        intent(5, "d", "hash-d"),
        intent(6, "d", "hash-d"),
        response(6, "d")
      )
      assert.strictEqual(outcomes(yield* audit(storeOf(files)))["I10"], "holds")
    }))

  it.effect("I1: a record that a newer one superseded may be consolidated away", () =>
    Effect.gen(function*() {
      const newer = recordLine({ slug: "a", id: id(9), atMs: 9 })
      const files = { ...healthy(), updates: b + newer, successes: b + newer, manifest: {} }
      files.journal += lines(intent(9, "a"), response(9, "a"), verdict(9, "a", true))
      assert.isTrue((yield* audit(storeOf(files))).ok)
    }))

  const unverified: ReadonlyArray<
    readonly [what: string, check: string, plant: (files: AuditedFiles) => void]
  > = [
    ["superseded lines", "I5", (f) => {
      f.updates = f.successes = a + b + recordLine({ slug: "a", id: "other:1", atMs: 5 })
    }],
    ["a slug that has both a success and a reject", "I8", (f) => {
      f.rejects += rejectLine({ slug: "a", id: `${run}:r2`, atMs: 1 })
    }],
    ["lines of other programs", "I4", (f) => {
      f.successes += `{"slug":"foreign"}\n`
    }],
    ["records of runs whose journals are gone", "I10", (f) => {
      f.updates = f.successes = a + b + recordLine({ slug: "x", id: "gone:1", atMs: 1 })
    }]
  ]
  for (const [what, check, plant] of unverified) {
    it.effect(`${check}: does not vouch for ${what}, nor call it broken`, () =>
      Effect.gen(function*() {
        const files = healthy()
        plant(files)
        const report = yield* audit(storeOf(files))
        assert.isTrue(report.ok)
        assert.strictEqual(outcomes(report)[check], "unverified")
      }))
  }

  it.effect("I9: without an input it is unverified; slugs that are not in the input are named", () =>
    Effect.gen(function*() {
      const store = storeOf(healthy())
      assert.strictEqual(outcomes(yield* audit(store))["I9"], "unverified")
      const report = yield* audit(store, input("a", "z"))
      assert.strictEqual(report.counts.pending, 1)
      assert.include(report.checks.find((each) => each.id === "I9")?.note, "2 settled slugs")
    }))

  it.effect("I6: a temp whose owner is dead is found, one whose owner lives is not", () =>
    Effect.gen(function*() {
      const store = storeOf(healthy())
      const temp = `${data.master}/.updates.jsonl.0123456789ab.tmp`
      store.put(temp, "left over")
      assert.strictEqual(outcomes(yield* audit(store))["I6"], "broken")
      assert.strictEqual(textOf(store, temp), "left over")
      const owner = store.open(temp, "update", 0)
      store.tryLock(owner)
      assert.strictEqual(outcomes(yield* audit(store))["I6"], "holds")
    }))

  it.effect("what waits for a recovery is unverified: a writer that died between the masters, a swap cut off", () =>
    Effect.gen(function*() {
      const store = storeOf({
        ...healthy(),
        updates: a,
        successes: a,
        journal: lines(intent(1, "a"), response(1, "a"))
      })
      const file = store.open(data.updates, "append", 0)
      store.write(file, Buffer.from(b), null, Number.POSITIVE_INFINITY, 0)
      store.close(file)
      store.put(journalPath(data, run), journal.split("\n").slice(0, 7).join("\n") + "\n")
      const report = yield* audit(store)
      assert.isTrue(report.ok)
      assert.strictEqual(outcomes(report)["I2"], "unverified")
      assert.strictEqual(outcomes(report)["recovery"], "unverified")

      const swapping = storeOf(healthy())
      swapping.put(data.swap, encodeMarker({ version: 1, pairs: [] }))
      assert.strictEqual(outcomes(yield* audit(swapping))["recovery"], "unverified")
    }))

  it.effect("I3: finds a master shorter than it was made durable", () =>
    Effect.gen(function*() {
      const store = storeOf(healthy())
      const file = store.open(data.successes, "update", 0)
      store.truncate(file, a.length, 0)
      store.close(file)
      const found = outcomes(yield* audit(store))
      assert.deepInclude(found, { I3: "broken", recovery: "unverified" })
      assert.deepStrictEqual(readMasters(store).successes, a)
    }))
})
