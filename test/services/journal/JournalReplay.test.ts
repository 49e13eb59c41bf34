// Replay: whatever a run left of its journal, no answer is lost, no intent forgotten, and the money adds up (I10).
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as fc from "fast-check"
import * as MemoryDisk from "../../../src/layers/MemoryDisk.ts"
import * as MemoryStore from "../../../src/layers/MemoryStore.ts"
import * as NativeFileLock from "../../../src/layers/NativeFileLock.ts"
import * as NodeDisk from "../../../src/layers/NodeDisk.ts"
import {
  DataDirectory,
  journalPath,
  manifestPath,
  paths
} from "../../../src/services/durability/DataDirectory.ts"
import { Disk } from "../../../src/services/durability/Disk.ts"
import { FileLock } from "../../../src/services/durability/FileLock.ts"
import { verifyLine } from "../../../src/services/durability/LineCodec.ts"
import { RateLimited, TimedOut } from "../../../src/services/generation/Llm.ts"
import { Journal } from "../../../src/services/journal/Journal.ts"
import type { JournalEvent } from "../../../src/services/journal/JournalEvent.ts"
import { replayJournals } from "../../../src/services/journal/JournalReplay.ts"
import { sealSettledRuns } from "../../../src/services/journal/SealRuns.ts"
import type { ReplayOptions } from "../../../src/services/journal/JournalReplay.ts"
import {
  encodeEvent,
  failure,
  finding,
  intent,
  rejected,
  response,
  verdict
} from "../../support/journalEvents.ts"
import { manifest, totals } from "../../support/manifests.ts"
import { tempDir } from "../../support/TempDir.ts"

const data = paths("/data")
const runA = "20261122T101500-aaaaaa"
const runB = "20261122T111500-bbbbbb"
const own = "20261122T121500-cccccc"

const bytesOf = (events: ReadonlyArray<JournalEvent>): Buffer =>
  Buffer.concat(events.map(encodeEvent))

/** A replay over journals of dead runs with these bytes. */
const replayOf = (
  files: { readonly [runId: string]: string | Uint8Array },
  options: Partial<ReplayOptions> = {},
  store = MemoryStore.make()
) =>
  Effect.suspend(() => {
    for (const [runId, bytes] of Object.entries(files)) store.put(journalPath(data, runId), bytes)
    return replayJournals({ isSettled: () => false, ...options })
  }).pipe(Effect.provide(Layer.merge(MemoryDisk.layer(store), DataDirectory.layer("/data"))))

describe("JournalReplay", () => {
  it.effect("a data directory without journals has nothing to tell", () =>
    Effect.map(replayOf({}), (replay) => {
      assert.strictEqual(replay.history.size, 0)
      assert.deepStrictEqual(replay.totals, { calls: 0, spentNanoUsd: 0, atRiskNanoUsd: 0 })
    }))

  it.effect("an answer without a verdict is judged again; an open intent is at risk", () =>
    Effect.gen(function*() {
      const events = [
        intent("a", `${runA}:1`, { rung: 1, attempt: 3 }),
        intent("b", `${runA}:2`),
        response("a", `${runA}:1`)
      ]
      const replay = yield* replayOf({ [runA]: bytesOf(events) })
      const a = replay.history.get("a")
      assert.deepStrictEqual(a?.unjudged, [{
        id: `${runA}:1`,
        rung: 1,
        model: "small-2026",
        requestedModel: "small",
        requestHash: "r",
        attempt: 3,
        outputTokensMax: 100,
        promptHash: "p",
        schemaHash: "s",
        evidenceHash: "e",
        completion: { ...response("a", `${runA}:1`).completion, body: null },
        costNanoUsd: 300
      }])
      assert.deepInclude(a, {
        attempts: 3,
        spentNanoUsd: 300,
        atRiskNanoUsd: 0,
        rejection: undefined
      })
      assert.deepInclude(replay.history.get("b"), {
        attempts: 1,
        spentNanoUsd: 0,
        atRiskNanoUsd: 1000,
        unjudged: []
      })
      assert.deepStrictEqual(replay.atRisk, [{
        runId: runA,
        slug: "b",
        id: `${runA}:2`,
        model: "small",
        at: "2026-11-22T10:15:00.000Z",
        maxNanoUsd: 1000
      }])
      assert.deepStrictEqual(replay.totals, { calls: 2, spentNanoUsd: 300, atRiskNanoUsd: 1000 })
    }))

  it.effect("I10: what the judge was asked costs money, is no draft, and is not asked again", () =>
    Effect.gen(function*() {
      const judges = `${runA}:1`
      const replay = yield* replayOf({
        [runA]: bytesOf([
          intent("a", `${runA}:1`),
          response("a", `${runA}:1`),
          intent("a", `${runA}:2`, { judges, rung: 2, attempt: 9, requestHash: "j" }),
          response("a", `${runA}:2`, { judges, costNanoUsd: 50 }),
          intent("a", `${runA}:3`, { judges, rung: 2, requestHash: "k", reservedNanoUsd: 70 })
        ])
      })
      const a = replay.history.get("a")
      assert.deepInclude(a, { attempts: 1, spentNanoUsd: 350, atRiskNanoUsd: 70 })
      assert.deepStrictEqual(a?.unjudged.map(({ id }) => id), [`${runA}:1`])
      assert.deepStrictEqual([...a?.bought ?? []], ["r"])
      assert.deepStrictEqual([...a?.spentByRung ?? []], [[0, 300]])
      assert.deepStrictEqual(a?.opinions.map(({ about, answer }) => [about, answer.id]), [
        [judges, `${runA}:2`]
      ])
      assert.deepStrictEqual(replay.atRisk.map(({ id, maxNanoUsd }) => [id, maxNanoUsd]), [
        [`${runA}:3`, 70]
      ])
      assert.strictEqual(replay.runs[0]?.totals.unjudged, 1)
      assert.deepStrictEqual(replay.totals, { calls: 3, spentNanoUsd: 350, atRiskNanoUsd: 70 })
    }))

  it.effect("a rejected draft comes back with its findings, the newest attempt's", () =>
    Effect.gen(function*() {
      const text = (draft: string) => ({
        completion: { ...response("a", "").completion, text: draft }
      })
      const events = [
        intent("a", `${runA}:1`),
        response("a", `${runA}:1`, text("first")),
        rejected("a", `${runA}:1`),
        intent("a", `${runA}:2`, { rung: 1, attempt: 2 }),
        response("a", `${runA}:2`, text("second")),
        rejected("a", `${runA}:2`),
        intent("a", `${runA}:3`, { rung: 2, attempt: 3 }),
        failure("a", `${runA}:3`, new RateLimited({ retryAfterMs: null, detail: "" }), 0)
      ]
      const replay = yield* replayOf({ [runA]: bytesOf(events) })
      const a = replay.history.get("a")
      assert.deepInclude(a, { attempts: 3, spentNanoUsd: 600, atRiskNanoUsd: 0, unjudged: [] })
      assert.deepInclude(a?.rejection, { cause: "QaFailed", findings: [finding], draftsOnRung: 1 })
      assert.deepInclude(a?.rejection?.answer, { id: `${runA}:2`, rung: 1 })
      assert.strictEqual(a?.rejection?.answer.completion.text, "second")
    }))

  it.effect("a failure that may have been billed is at risk, one that was not is not", () =>
    Effect.gen(function*() {
      const events = [
        intent("a", `${runA}:1`),
        failure("a", `${runA}:1`, new TimedOut({ timeoutMs: 1 }), 700),
        intent("a", `${runA}:2`, { attempt: 2 }),
        failure("a", `${runA}:2`, new RateLimited({ retryAfterMs: 5, detail: "" }), 0)
      ]
      for (const isSettled of [() => true, () => false]) {
        const replay = yield* replayOf({ [runA]: bytesOf(events) }, { isSettled })
        assert.deepStrictEqual(replay.atRisk.map(({ id, maxNanoUsd }) => [id, maxNanoUsd]), [[
          `${runA}:1`,
          700
        ]])
        assert.deepStrictEqual(replay.totals, { calls: 2, spentNanoUsd: 0, atRiskNanoUsd: 700 })
        assert.strictEqual(replay.history.get("a")?.atRiskNanoUsd, isSettled() ? undefined : 700)
      }
    }))

  it.effect("a verdict of a later run counts for the answer of an earlier one, whatever the clocks said", () =>
    Effect.gen(function*() {
      const answer = bytesOf([intent("a", `${runA}:1`), response("a", `${runA}:1`)])
      const judgement = bytesOf([rejected("a", `${runA}:1`)])
      const back = "20251122T111500-dddddd"
      for (const later of [runB, back]) {
        const replay = yield* replayOf({ [runA]: answer, [later]: judgement })
        assert.deepStrictEqual(replay.history.get("a")?.unjudged, [])
        assert.strictEqual(replay.history.get("a")?.rejection?.answer.rung, 0)
        assert.deepStrictEqual(replay.runs.map((run) => run.totals.unjudged), [0, 0])
        assert.strictEqual(replay.totals.calls, 1)
      }
    }))

  it.effect("an accepted answer whose record is in no master is offered again", () =>
    Effect.gen(function*() {
      const events = [
        intent("a", `${runA}:1`),
        response("a", `${runA}:1`),
        verdict("a", `${runA}:1`)
      ]
      const replay = yield* replayOf({ [runA]: bytesOf(events) })
      assert.deepStrictEqual(replay.history.get("a")?.unjudged.map(({ id }) => id), [`${runA}:1`])
    }))

  it.effect("settled items leave nothing but their money", () =>
    Effect.gen(function*() {
      const events = [
        ...["a", "b"].flatMap((
          slug,
          i
        ) => [intent(slug, `${runA}:${i}`), response(slug, `${runA}:${i}`)]),
        verdict("a", `${runA}:0`)
      ]
      const replay = yield* replayOf({ [runA]: bytesOf(events) }, {
        isSettled: (slug) => slug === "a"
      })
      assert.deepStrictEqual([...replay.history.keys()], ["b"])
      assert.deepStrictEqual(replay.runs[0]?.totals, {
        calls: 2,
        accepted: 1,
        rejected: null,
        pending: 1,
        spentNanoUsd: 600,
        atRiskNanoUsd: 0,
        unjudged: 1
      })
    }))

  it.effect("damage is counted and passed over, and other programs' files are left alone", () =>
    Effect.gen(function*() {
      const store = MemoryStore.make()
      store.put("/data/raw/ai-run-2025-05-01.jsonl", `{"prompt":"x"}\n`)
      store.put("/data/raw/old-pipeline.json", "[]")
      store.put("/data/raw/.run-1-of-1.lock", "")
      const spoilt = Buffer.from(encodeEvent(response("a", `${runA}:1`)))
      spoilt[spoilt.length >> 1]! ^= 1
      const bytes = Buffer.concat([
        bytesOf([intent("a", `${runA}:1`)]),
        spoilt,
        Buffer.from(`{"slug":"a","note":"by hand"}\nnot JSON\n`),
        bytesOf([intent("b", `${runA}:2`), response("b", `${runA}:2`)]),
        Buffer.from(`{"slug":"c","_tag":"int`)
      ])
      const replay = yield* replayOf({ [runA]: bytes }, {}, store)
      assert.deepStrictEqual(replay.damage, [{
        file: journalPath(data, runA),
        corruptLines: 2,
        firstCorruptLine: 2,
        foreignLines: 1,
        unterminatedBytes: 23
      }])
      assert.strictEqual(replay.foreignFiles, 2)
      assert.deepStrictEqual(replay.atRisk.map(({ slug }) => slug), ["a"])
      assert.strictEqual(replay.history.get("b")?.unjudged.length, 1)
      assert.deepStrictEqual(store.get(journalPath(data, runA)), bytes)
    }))

  it.effect("I4: a run mends what a dead run's journal ends in, and keeps the damaged bytes", () =>
    Effect.gen(function*() {
      const store = MemoryStore.make()
      const whole = bytesOf([intent("a", `${runA}:1`)])
      yield* replayOf({ [runA]: Buffer.concat([whole, Buffer.from(`{"slug":"a","_tag":"resp`)]) }, {
        ownRunId: own
      }, store)
      assert.deepStrictEqual(store.get(journalPath(data, runA)), whole)
      const kept = store.files().filter((file) => file.startsWith(data.quarantine))
      assert.deepStrictEqual(kept.map((file) => store.get(file)?.toString()), [
        `{"slug":"a","_tag":"resp`
      ])
    }))

  it.effect("a sealed run is not read: its manifest has its totals", () =>
    Effect.gen(function*() {
      const store = MemoryStore.make()
      store.put(manifestPath(data, runA), JSON.stringify(manifest(runA, { totals })))
      const replay = yield* replayOf({ [runA]: bytesOf([intent("a", `${runA}:1`)]) }, {}, store)
      assert.deepStrictEqual(
        replay.runs.map(({ runId, state, totals }) => ({ runId, state, totals })),
        [
          { runId: runA, state: "sealed", totals }
        ]
      )
      assert.strictEqual(replay.history.size, 0)
      assert.deepStrictEqual(replay.totals, { calls: 3, spentNanoUsd: 900, atRiskNanoUsd: 0 })
    }))

  it.effect("a dead run is sealed by the run that finds all of its items settled, and not before", () =>
    Effect.gen(function*() {
      const store = MemoryStore.make()
      const layer = Layer.merge(MemoryDisk.layer(store), DataDirectory.layer("/data"))
      store.put(manifestPath(data, runA), JSON.stringify(manifest(runA)))
      store.put(
        journalPath(data, runA),
        bytesOf([intent("a", `${runA}:1`), response("a", `${runA}:1`)])
      )
      const states = (judged: ReadonlyArray<JournalEvent>, settled: boolean) =>
        Effect.gen(function*() {
          store.put(journalPath(data, runB), bytesOf(judged))
          const replay = yield* replayJournals({ ownRunId: own, isSettled: () => settled })
          yield* sealSettledRuns(replay, own)
          return replay.runs.map(({ state }) => state)
        }).pipe(Effect.provide(layer))
      assert.deepStrictEqual(yield* states([], false), ["dead", "dead"])
      assert.deepStrictEqual(yield* states([verdict("a", `${runA}:1`)], false), ["dead", "dead"])
      // With a verdict or without: nobody judges what is settled.
      assert.deepStrictEqual(yield* states([verdict("a", `${runA}:1`)], true), ["dead", "dead"])
      assert.deepStrictEqual(yield* states([verdict("a", `${runA}:1`)], true), ["sealed", "dead"])
      const sealed = JSON.parse(String(store.get(manifestPath(data, runA)))) as Record<
        string,
        unknown
      >
      assert.deepInclude(sealed, { settledBy: own, endedAt: null })
      assert.deepInclude(sealed.totals as object, {
        calls: 1,
        accepted: 1,
        spentNanoUsd: 300,
        pending: 0
      })
    }))
})

describe("JournalReplay of a journal cut off anywhere", () => {
  const events = [
    intent("a", `${runA}:1`),
    intent("b", `${runA}:2`),
    response("a", `${runA}:1`),
    failure("b", `${runA}:2`, new TimedOut({ timeoutMs: 1 }), 1000),
    rejected("a", `${runA}:1`)
  ]

  it.effect(
    "I10: after every byte, each call is answered, failed or at risk, and each answer is there",
    () =>
      Effect.gen(function*() {
        const bytes = bytesOf(events)
        const ends = events.map((_, i) => bytesOf(events.slice(0, i + 1)).byteLength)
        for (let length = 0; length <= bytes.byteLength; length++) {
          const store = MemoryStore.make()
          // A line that is whole but for its newline was paid for too: whoever may write keeps it.
          const seen = events.filter((_, i) => (ends[i] ?? 0) <= length + 1)
          const replay = yield* replayOf(
            { [runA]: bytes.subarray(0, length) },
            { ownRunId: own },
            store
          )
          const of = (tag: JournalEvent["_tag"]) =>
            seen.filter(({ _tag }) => _tag === tag).map(({ id }) => id)
          assert.strictEqual(replay.totals.calls, of("intent").length)
          assert.strictEqual(replay.totals.spentNanoUsd, 300 * of("response").length)
          const risky = of("intent").filter((id) => !of("response").includes(id))
          assert.sameMembers(replay.atRisk.map(({ id }) => id), risky)
          assert.deepStrictEqual(
            replay.history.get("a")?.unjudged.map(({ id }) => id) ?? [],
            of("response").filter((id) => !of("verdict").includes(id))
          )
          const mended = store.get(journalPath(data, runA))?.toString() ?? ""
          for (const line of mended.split("\n").slice(0, -1)) {
            assert.strictEqual(verifyLine(Buffer.from(line)), "valid")
          }
          assert.isTrue(mended === "" || mended.endsWith("\n"))
        }
      })
  )

  /** What becomes of a call, in the order that it is written. */
  const fate = fc.constantFrom("open", "free", "billed", "unjudged", "rejected", "accepted")
  const call = fc.record({
    slug: fc.constantFrom("a", "b", "c", "d"),
    fate,
    cost: fc.nat({ max: 900 }),
    turn: fc.nat()
  })

  const eventsOf = (
    calls: ReadonlyArray<{ slug: string; fate: string; cost: number }>,
    runId: string
  ) =>
    calls.map(({ cost, fate, slug }, i): ReadonlyArray<JournalEvent> => {
      const id = `${runId}:${i + 1}`
      const begun = intent(slug, id, { attempt: i + 1 })
      const answered = response(slug, id, { costNanoUsd: cost })
      switch (fate) {
        case "open":
          return [begun]
        case "free":
          return [begun, failure(slug, id, new RateLimited({ retryAfterMs: null, detail: "" }), 0)]
        case "billed":
          return [begun, failure(slug, id, new TimedOut({ timeoutMs: 1 }), begun.reservedNanoUsd)]
        case "unjudged":
          return [begun, answered]
        case "rejected":
          return [begun, answered, rejected(slug, id)]
        default:
          return [begun, answered, verdict(slug, id)]
      }
    })

  /** The calls' events shuffled together, each call's own in order. */
  const interleave = (
    lists: ReadonlyArray<ReadonlyArray<JournalEvent>>,
    turns: ReadonlyArray<number>
  ) => {
    const rest = lists.map((list) => [...list])
    const out: Array<JournalEvent> = []
    for (let step = 0; rest.some((list) => list.length > 0); step++) {
      const open = rest.filter((list) => list.length > 0)
      const next = open[(turns[step % turns.length] ?? 0) % open.length]?.shift()
      if (next !== undefined) out.push(next)
    }
    return out
  }

  it.effect("I10: responses + failures + open = intents, and money adds up, over random runs cut at any event", () =>
    Effect.promise(() =>
      fc.assert(
        fc.asyncProperty(
          fc.array(call, { minLength: 1, maxLength: 12 }),
          fc.array(call, { minLength: 1, maxLength: 12 }),
          fc.subarray(["a", "b", "c", "d"]),
          fc.nat(),
          (first, second, settled, cutAt) =>
            Effect.runPromise(Effect.gen(function*() {
              const a = interleave(eventsOf(first, runA), first.map(({ turn }) => turn))
              const b = interleave(eventsOf(second, runB), second.map(({ turn }) => turn))
              const cut = b.slice(0, cutAt % (b.length + 1))
              const replay = yield* replayOf(
                { [runA]: bytesOf(a), [runB]: bytesOf(cut) },
                { isSettled: (slug) => settled.includes(slug) }
              )
              const all = [...a, ...cut]
              const of = <T extends JournalEvent["_tag"]>(tag: T) =>
                all.filter((event): event is Extract<JournalEvent, { readonly _tag: T }> =>
                  event._tag === tag
                )
              const [intents, responses, failures] = [of("intent"), of("response"), of("failure")]
              const answered = new Set([...responses, ...failures].map(({ id }) => id))
              const open = intents.filter(({ id }) => !answered.has(id))
              const billed = failures.filter(({ atRiskNanoUsd }) => atRiskNanoUsd > 0)
              assert.strictEqual(responses.length + failures.length + open.length, intents.length)
              assert.sameMembers(
                replay.atRisk.map(({ id }) => id),
                [...open, ...billed].map(({ id }) => id)
              )
              assert.strictEqual(replay.totals.calls, intents.length)
              assert.strictEqual(
                replay.totals.spentNanoUsd,
                responses.reduce((sum, one) => sum + one.costNanoUsd, 0)
              )
              assert.strictEqual(replay.totals.atRiskNanoUsd, 1000 * (open.length + billed.length))
              const rejectedIds = new Set(
                of("verdict").filter(({ accepted }) => !accepted).map(({ id }) => id)
              )
              const owed = responses.filter(({ id, slug }) =>
                !rejectedIds.has(id) && !settled.includes(slug)
              )
              const offered = [...replay.history.values()].flatMap(({ unjudged }) =>
                unjudged.map(({ id }) => id)
              )
              assert.sameMembers(offered, owed.map(({ id }) => id))
              for (const slug of settled) assert.isFalse(replay.history.has(slug))
            }))
        ),
        { numRuns: 200 }
      )
    ))
})

describe("JournalReplay beside a run that lives", () => {
  const alive = (root: string) =>
    Layer.fresh(Journal.layer).pipe(Layer.provide(DataDirectory.layer(root)))

  const check = (root: string) =>
    Effect.gen(function*() {
      const replay = replayJournals({ ownRunId: own, isSettled: () => false })
      const runId = yield* Effect.gen(function*() {
        const journal = yield* Journal
        const [first, second] = [yield* journal.nextId, yield* journal.nextId]
        yield* journal.write(intent("a", first))
        yield* journal.write(response("a", first))
        yield* journal.write(intent("b", second))
        const { atRisk, history, runs } = yield* replay
        assert.deepStrictEqual(runs.map(({ inFlight, state }) => [state, inFlight]), [["alive", 1]])
        assert.deepStrictEqual(atRisk, [])
        assert.deepStrictEqual(history.get("a")?.unjudged, [])
        assert.strictEqual(history.get("b")?.atRiskNanoUsd, 0)
        return journal.runId
      }).pipe(Effect.provide(alive(root)))
      const { atRisk, history, runs } = yield* replay
      assert.deepStrictEqual(runs.map(({ runId, state }) => [runId, state]), [[runId, "dead"]])
      assert.deepStrictEqual(atRisk.map(({ slug }) => slug), ["b"])
      assert.strictEqual(history.get("a")?.unjudged.length, 1)
    }).pipe(Effect.provide(DataDirectory.layer(root)))

  it.effect("I10: whoever only tries the lock of a dead run's journal does not make its answers be paid again", () =>
    Effect.gen(function*() {
      yield* Effect.gen(function*() {
        const journal = yield* Journal
        const id = yield* journal.nextId
        yield* journal.write(intent("a", id))
        yield* journal.write(response("a", id))
      }).pipe(Effect.provide(alive("/data")))
      const disk = yield* Disk
      const [name = ""] = yield* disk.list("/data/raw")
      yield* (yield* FileLock).lock(yield* disk.open(`/data/raw/${name}`, "append"))
      const historyFor = (isOurs: boolean) =>
        Effect.map(
          replayJournals({ ownRunId: own, isOurs: () => isOurs, isSettled: () => false }),
          ({ history }) => history.get("a")?.unjudged.length
        )
      assert.strictEqual(yield* historyFor(true), 1)
      assert.strictEqual(yield* historyFor(false), 0)
    }).pipe(Effect.provide(Layer.merge(DataDirectory.layer("/data"), MemoryDisk.layerEmpty))))

  it.effect("its open calls are its own, until it is dead (memory disk)", () =>
    Effect.provide(check("/data"), MemoryDisk.layerEmpty))

  it.effect("its open calls are its own, until it is dead (real disk)", () =>
    Effect.flatMap(tempDir, check).pipe(
      Effect.provide(Layer.mergeAll(NodeDisk.layer, NativeFileLock.layer))
    ))
})
