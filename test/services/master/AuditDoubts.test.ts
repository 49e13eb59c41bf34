// What an audit could not see is never a pass: each thing that may be missing is named, and nothing to look at is no proof.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as MemoryDisk from "../../../src/layers/MemoryDisk.ts"
import * as Store from "../../../src/layers/MemoryStore.ts"
import { journalPath, manifestPath } from "../../../src/services/durability/DataDirectory.ts"
import { redoPath } from "../../../src/services/durability/Redo.ts"
import { readManifest } from "../../../src/services/journal/RunManifest.ts"
import { encodeMoneySlot } from "../../../src/services/spending/MoneySlot.ts"
import {
  a,
  audit,
  b,
  budgets,
  healthy,
  id,
  input,
  intent,
  lines,
  response,
  run,
  storeOf,
  totals,
  verdict
} from "../../support/auditedDirectory.ts"
import type { AuditedFiles } from "../../support/auditedDirectory.ts"
import { data, recordLine, rejectLine, textOf } from "../../support/masters.ts"

const whole = input("a", "b", "c", "d")

const checkOf = (store: Store.MemoryStore, check: string, slugs = whole) =>
  Effect.map(audit(store, slugs), ({ checks }) => checks.find(({ id: each }) => each === check))

const lease = (runId: string, closed: boolean) =>
  encodeMoneySlot({
    runId,
    grantedNanoUsd: 2_000_000_000,
    spentNanoUsd: 0,
    closed,
    short: false
  })

const doubts: ReadonlyArray<
  readonly [what: string, check: string, plant: (store: Store.MemoryStore) => void, says: string]
> = [
  ["journals that are gone", "I1", (store) => {
    store.unlink(journalPath(data, run), 0)
  }, "2 records are of runs that have no journal here"],
  ["a manifest whose journal is gone", "I10", (store) => {
    store.unlink(journalPath(data, run), 0)
  }, `run ${run} has a manifest and no journal`],
  ["a journal without a manifest", "I11", (store) => {
    store.unlink(manifestPath(data, run), 0)
  }, "has no manifest"],
  ["a file of others in the data directory", "I11", (store) => {
    store.put(`${data.root}/notes.txt`, "mine")
  }, "notes.txt: is no file of ours"],
  ["a directory of others in the data directory", "I11", (store) => {
    store.put(`${data.root}/backup/notes.txt`, "mine")
  }, "backup: is no file of ours"],
  ["a directory of others in quarantine", "quarantine", (store) => {
    store.put(`${data.quarantine}/seen/notes.txt`, "mine")
  }, "quarantine/seen: is no file of ours"],
  ["another boot of the machine", "I7", (store) => {
    store.put("/proc/sys/kernel/random/boot_id", "another\n")
  }, "nobody has written in this boot"],
  ["a recovery that was cut off", "recovery", (store) => {
    store.put(redoPath(data.updates), "lines on their way")
  }, "a recovery was cut off"],
  ["the torn end of a dead run's journal", "recovery", (store) => {
    store.put(journalPath(data, run), `${textOf(store, journalPath(data, run))}{"slug":"x`)
  }, "its run is dead, and it ends in no newline"],
  ["a lease that its run died with", "recovery", (store) => {
    store.put(data.money, lease(run, false))
  }, `run ${run} is dead and holds $2`],
  ["a lease of a run that has no journal", "recovery", (store) => {
    store.put(data.money, Buffer.concat([lease(run, true), lease("20260101T000000-bbbbbb", false)]))
  }, "run 20260101T000000-bbbbbb is dead"],
  ["a damaged place in the money that runs share", "recovery", (store) => {
    store.put(data.money, Buffer.concat([lease(run, true), lease(run, true).subarray(1)]))
  }, "place 1 is damaged"],
  ["a whole record in quarantine that stands nowhere else", "quarantine", (store) => {
    store.put(
      `${data.quarantine}/updates.jsonl.0.x`,
      `${a}torn\n${
        recordLine({
          slug: "z",
          id: "r:9",
          atMs: 1
        })
      }`
    )
  }, "updates.jsonl.0.x:3: z: is whole, and stands in no master"],
  ["a settled slug that is not in the input", "I9", (store) => {
    const more = recordLine({ slug: "z", id: "import-1:0", atMs: 1, costUsd: 0 })
    const file = (path: string) => store.put(path, textOf(store, path) + more)
    file(data.updates)
    file(data.successes)
  }, "successes.jsonl:3: z: is settled here and not in this input"]
]

describe("Audit: what could not be verified", () => {
  for (const [what, check, plant, says] of doubts) {
    it.effect(`${check}: does not vouch for ${what}`, () =>
      Effect.gen(function*() {
        const store = storeOf(healthy())
        plant(store)
        const files = store.files()
        const found = yield* checkOf(store, check)
        assert.strictEqual(found?.outcome, "unverified", JSON.stringify(found))
        assert.include([found?.note, ...found?.examples ?? []].join("\n"), says)
        assert.deepStrictEqual(store.files(), files)
      }))
  }

  it.effect("where nothing was looked at nothing holds", () =>
    Effect.gen(function*() {
      const { checks, ok } = yield* audit(Store.make())
      assert.isTrue(ok)
      for (const { checked, id: each, outcome } of checks) {
        assert.isTrue(checked > 0 || outcome === "unverified", each)
      }
      assert.includeMembers(
        checks.filter(({ outcome }) => outcome === "unverified").map((each) => each.id),
        ["I1", "I2", "I3", "I4", "I5", "I8", "I9", "I10"]
      )
    }))

  it.effect("I2: lines of other programs count by their bytes; one that has no twin is named", () =>
    Effect.gen(function*() {
      const [f1, f2] = [`{"slug":"f1"}\n`, `{"slug":"f2"}\n`]
      const twins = yield* checkOf(
        storeOf({ ...healthy(), updates: a + b + f1, successes: a + b + f1 }),
        "I2"
      )
      assert.deepInclude(twins, { outcome: "holds", checked: 3 })
      const alone = yield* checkOf(
        storeOf({ ...healthy(), updates: a + b + f1 + f2, successes: a + b + f1 }),
        "I2"
      )
      assert.strictEqual(alone?.outcome, "unverified")
      assert.include(alone?.note, "1 lines of other programs")
    }))

  it.effect("what runs that live hold, and what was given back, is in order", () =>
    Effect.gen(function*() {
      const store = storeOf(healthy())
      const alive = "20260101T000000-cccccc"
      store.put(journalPath(data, alive), "")
      store.tryLock(store.open(journalPath(data, alive), "append", 0))
      store.put(data.money, Buffer.concat([lease(run, true), lease(alive, false)]))
      const found = yield* checkOf(store, "recovery")
      assert.strictEqual(found?.outcome, "holds", JSON.stringify(found))
    }))

  it.effect("I11: a probe's report inside the data directory breaks it", () =>
    Effect.gen(function*() {
      const store = storeOf(healthy())
      store.put(`${data.root}/report.json`, `{"job":"h","at":"now","items":[\n],"report":{}}`)
      assert.strictEqual((yield* checkOf(store, "I11"))?.outcome, "broken")
    }))

  it.effect("I10: a manifest that was changed by hand is noticed, and not believed", () =>
    Effect.gen(function*() {
      const store = storeOf(healthy())
      const path = manifestPath(data, run)
      const text = textOf(store, path)
      store.put(path, text.replace(`"spentNanoUsd": 3000000`, `"spentNanoUsd": 1`))
      const read = yield* readManifest(data, run).pipe(Effect.provide(MemoryDisk.layer(store)))
      assert.isTrue(Option.isNone(read))
      const found = yield* checkOf(store, "I10")
      assert.strictEqual(found?.outcome, "broken")
      assert.include(found?.examples[0], "is not as it was written")
      // Manifests of earlier versions have no checksum.
      store.put(path, text.replace(/,\s*"_crc": "[0-9a-f]+"/, ""))
      assert.strictEqual((yield* checkOf(store, "I10"))?.outcome, "holds")
    }))

  it.effect("I10: what a server bills over the worst case may pass a budget, and nothing else may", () =>
    Effect.gen(function*() {
      const costly = 9_000_000
      const files: AuditedFiles = {
        updates: recordLine({ slug: "a", id: id(1), atMs: 1, costUsd: 0.009 }),
        successes: recordLine({ slug: "a", id: id(1), atMs: 1, costUsd: 0.009 }),
        rejects: "",
        journal: lines(intent(1, "a"), response(1, "a", costly), verdict(1, "a", true)),
        manifest: {
          exitCode: 0,
          totals: { ...totals, calls: 1, accepted: 1, rejected: 0, spentNanoUsd: costly },
          budgets: { itemNanoUsd: 5_000_000, runNanoUsd: 5_000_000, totalNanoUsd: 5_000_000 }
        }
      }
      assert.strictEqual((yield* checkOf(storeOf(files), "I10"))?.outcome, "holds")
      const lower = { ...budgets, runNanoUsd: 4_999_999 }
      const over = { ...files, manifest: { ...files.manifest, budgets: lower } }
      assert.strictEqual((yield* checkOf(storeOf(over), "I10"))?.outcome, "broken")
    }))

  it.effect("I10: a reject of calls whose journals are gone is not called a lie", () =>
    Effect.gen(function*() {
      const rejects = rejectLine({ slug: "c", id: id(4), atMs: 3, costUsd: 0.5, attempts: 7 })
      const found = yield* checkOf(storeOf({ ...healthy(), rejects }), "I10")
      assert.strictEqual(found?.outcome, "unverified")
      assert.include(found?.note, "1 rejects tell of calls that no journal here has")
    }))
})
