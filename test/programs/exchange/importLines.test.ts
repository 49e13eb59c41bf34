// Lines of an older pipeline: what comes in, what does not and why, and that a second import changes nothing.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as MemoryDisk from "../../../src/layers/MemoryDisk.ts"
import * as Store from "../../../src/layers/MemoryStore.ts"
import { importLines } from "../../../src/programs/exchange/importLines.ts"
import type { SkippedLine } from "../../../src/programs/exchange/importLines.ts"
import { DataDirectory } from "../../../src/services/durability/DataDirectory.ts"
import { DurableAppender } from "../../../src/services/durability/DurableAppender.ts"
import { RejectLog } from "../../../src/services/durability/RejectLog.ts"
import { Audit } from "../../../src/services/master/Audit.ts"
import { Unreachable } from "../../../src/services/generation/Llm.ts"
import { encodeEvent, failure, intent, response, verdict } from "../../support/journalEvents.ts"
import { data, readMasters, recordLine, root } from "../../support/masters.ts"

const masters = "/old/successes.jsonl"
const raw = "/old/run.jsonl"

const importAll = (store: Store.MemoryStore) =>
  Effect.gen(function*() {
    const skipped: Array<string> = []
    const onSkip = ({ file, line, slug, why }: SkippedLine) =>
      Effect.sync(() => void skipped.push(`${file}:${line} ${slug}: ${why}`))
    const report = yield* importLines([masters, raw], onSkip)
    const audit = yield* Effect.flatMap(Audit, (service) => service.audit(undefined))
    assert.isTrue(audit.ok)
    return { report, skipped }
  }).pipe(
    Effect.provide(
      Layer.mergeAll(DurableAppender.layer, RejectLog.layer, Audit.layer).pipe(
        Layer.provideMerge(Layer.merge(MemoryDisk.layer(store), DataDirectory.layer(root)))
      )
    )
  )

const own = recordLine({ slug: "ours", id: "r:7", atMs: 7 })

const older = () => {
  const store = Store.make()
  store.put(
    masters,
    `\ufeff{"slug":"lamp","title":"Lamp"}\r\n{"title":"old chair","slug":"chair"}\n\nnot json\n${own}`
  )
  store.put(
    raw,
    [
      `{"slug":"chair","title":"Chair"}`,
      `{"slug":"table","error":"timeout"}`,
      `{"slug":"lamp","error":{"code":429}}`,
      `{"title":"nobody's"}`,
      `{"slug":"bare"}`,
      `{"slug":"desk","error":null,"title":"Desk"}`,
      `{"slug":"cut","title":`
    ].join("\n")
  )
  return store
}

const slugsIn = (text: string): ReadonlyArray<string> =>
  text.split("\n").slice(0, -1).map((line) => (JSON.parse(line) as { slug: string }).slug).sort()

describe("importLines", () => {
  it.effect("takes in the last line of each slug, and tells of every other one by file and line", () =>
    Effect.gen(function*() {
      const store = older()
      const { report, skipped } = yield* importAll(store)
      const after = readMasters(store)
      assert.deepStrictEqual(report, {
        lines: 11,
        records: 4,
        rejects: 1,
        skipped: skipped.length
      })
      assert.deepStrictEqual(slugsIn(after.successes), ["chair", "desk", "lamp", "ours"])
      assert.deepStrictEqual(slugsIn(after.rejects), ["table"])
      assert.include(after.successes, `"title":"Chair"`)
      assert.notInclude(after.successes, "old chair")
      assert.include(after.successes, own, "a line of ours keeps its provenance")
      assert.deepStrictEqual(skipped.sort(), [
        "/old/run.jsonl:3 lamp: a record of it is imported",
        "/old/run.jsonl:4 null: it has no slug",
        "/old/run.jsonl:5 bare: it has no content beside its slug",
        "/old/run.jsonl:7 null: it ends in no newline and is not whole: the file was cut off, or is still being written",
        "/old/successes.jsonl:2 chair: a later line of it is imported",
        "/old/successes.jsonl:4 null: its checksum does not hold, or it is no JSON object in UTF-8"
      ])
    }))

  it.effect("numbers keep their digits, and a last line that is whole needs no newline", () =>
    Effect.gen(function*() {
      const store = Store.make()
      store.put(masters, `{"slug":"a","id":12345678901234567890}`)
      store.put(raw, `{"slug":"b","v":{"price":1.10}, "n":0.001 }`)
      const { report, skipped } = yield* importAll(store)
      assert.deepStrictEqual(skipped, [])
      assert.deepInclude(report, { lines: 2, records: 2 })
      const { successes } = readMasters(store)
      assert.include(successes, `{"slug":"a","id":12345678901234567890,"_meta":`)
      assert.include(successes, `{"slug":"b","v":{"price":1.10},"n":0.001,"_meta":`)
    }))

  it.effect("events of journals of ours are no content, with their checksums or without", () =>
    Effect.gen(function*() {
      const store = Store.make()
      const events = [
        intent("a", "r:1"),
        response("a", "r:1"),
        failure("a", "r:1", new Unreachable({ detail: "" }), 0),
        verdict("a", "r:1")
      ].map((event) => Buffer.from(encodeEvent(event)).toString())
      store.put(masters, events.join(""))
      store.put(raw, events.join("").replaceAll(/,"_crc":"[0-9a-f]+"/g, ""))
      const { report, skipped } = yield* importAll(store)
      assert.deepInclude(report, { records: 0, rejects: 0, skipped: 8 })
      for (const why of skipped) assert.include(why, "an event of a run's journal")
      store.put(raw, `{"slug":"a","_tag":"verdict","text":"a field of theirs"}\n`)
      assert.strictEqual((yield* importAll(store)).report.records, 1)
    }))

  it.effect("a second import, also after one that was cut off at any call, ends in the same slugs once", () =>
    Effect.gen(function*() {
      const clean = older()
      yield* importAll(clean)
      const expected = readMasters(clean)
      const again = yield* importAll(clean)
      assert.deepInclude(again.report, { records: 0, rejects: 0 })
      assert.deepStrictEqual(readMasters(clean), expected)
      for (let n = 20; n < 120; n += 7) {
        const store = older()
        const alive = store.failAlways(({ index }) => index >= n ? "EIO" : undefined)
        yield* Effect.exit(importAll(store))
        alive()
        yield* importAll(store)
        const after = readMasters(store)
        assert.deepStrictEqual(slugsIn(after.successes), slugsIn(expected.successes), `call ${n}`)
        assert.deepStrictEqual(slugsIn(after.rejects), ["table"], `call ${n}`)
        assert.isDefined(store.get(data.updates))
      }
    }))
})
