// The journal of a run: a file of its own, locked while the run lives, with every written event durable in it.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import type * as Scope from "effect/Scope"
import * as TestClock from "effect/testing/TestClock"
import * as MemoryDisk from "../../../src/layers/MemoryDisk.ts"
import * as NativeFileLock from "../../../src/layers/NativeFileLock.ts"
import * as NodeDisk from "../../../src/layers/NodeDisk.ts"
import {
  DataDirectory,
  journalPath,
  paths
} from "../../../src/services/durability/DataDirectory.ts"
import { Disk } from "../../../src/services/durability/Disk.ts"
import type { DiskError } from "../../../src/services/durability/Disk.ts"
import { readFile } from "../../../src/services/durability/FileIo.ts"
import { FileLock } from "../../../src/services/durability/FileLock.ts"
import { decodeEvent } from "../../../src/services/journal/EventCodec.ts"
import { Journal } from "../../../src/services/journal/Journal.ts"
import { intent, rejected, response, verdict } from "../../support/journalEvents.ts"
import { tempDir } from "../../support/TempDir.ts"

const eventsIn = (root: string, runId: string) =>
  Effect.gen(function*() {
    const text = (yield* readFile(yield* Disk, journalPath(paths(root), runId))).toString()
    return text.split("\n").slice(0, -1).map((line) => decodeEvent(Buffer.from(line)))
  })

const suite = (
  name: string,
  disk: Layer.Layer<Disk | FileLock>,
  directory: Effect.Effect<string, never, Scope.Scope>
) => {
  const test = <E>(
    title: string,
    body: (
      root: string,
      journal: Layer.Layer<Journal, DiskError, Disk | FileLock>
    ) => Effect.Effect<
      void,
      E,
      Disk | FileLock | Scope.Scope
    >
  ) =>
    it.effect(title, () =>
      Effect.gen(function*() {
        const root = yield* directory
        yield* body(root, Layer.fresh(Journal.layer).pipe(Layer.provide(DataDirectory.layer(root))))
      }).pipe(Effect.provide(disk)))

  describe(name, () => {
    test(
      "names the run by its time, and its calls by a count",
      (root, journal) =>
        Effect.gen(function*() {
          yield* TestClock.setTime(Date.UTC(2026, 10, 22, 10, 15, 0, 999))
          yield* Effect.gen(function*() {
            const { nextId, runId } = yield* Journal
            assert.match(runId, /^20261122T101500-3e7[0-9a-f]{3}$/)
            assert.deepStrictEqual(yield* Effect.all([nextId, nextId]), [
              `${runId}:1`,
              `${runId}:2`
            ])
          }).pipe(Effect.provide(journal))
          assert.strictEqual((yield* (yield* Disk).list(`${root}/raw`)).length, 1)
        })
    )

    test(
      "a written event is in the file when it is acknowledged; a noted one when the journal has closed",
      (root, journal) =>
        Effect.gen(function*() {
          const runId = yield* Effect.gen(function*() {
            const { nextId, runId, totals, write, note } = yield* Journal
            const id = yield* nextId
            yield* write(intent("a", id))
            assert.deepStrictEqual(yield* eventsIn(root, runId), [intent("a", id)])
            yield* write(response("a", id))
            yield* note(rejected("a", id))
            yield* note(verdict("b", "20200101T000000-aaaaaa:1"))
            assert.deepInclude(yield* totals, {
              calls: 1,
              responses: 1,
              unjudged: 0,
              unanswered: 0,
              spentNanoUsd: 300
            })
            return runId
          }).pipe(Effect.provide(journal))
          const id = `${runId}:1`
          assert.deepStrictEqual(yield* eventsIn(root, runId), [
            intent("a", id),
            response("a", id),
            rejected("a", id),
            verdict("b", "20200101T000000-aaaaaa:1")
          ])
        })
    )

    test("takes another name when one is taken", (root, journal) =>
      Effect.gen(function*() {
        const runIdOf = Effect.map(Journal, ({ runId }) => runId)
        const twice = Effect.gen(function*() {
          const first = yield* Effect.provide(runIdOf, journal)
          return [first, yield* Effect.provide(runIdOf, journal)]
        })
        const [first] = yield* twice.pipe(Random.withSeed("same"))
        const [again] = yield* twice.pipe(Random.withSeed("same"))
        assert.notStrictEqual(first, again)
        assert.strictEqual((yield* (yield* Disk).list(`${root}/raw`)).length, 4)
      }))

    test(
      "the file is locked while the run lives, and free when it has ended",
      (root, journal) =>
        Effect.gen(function*() {
          const isLocked = (runId: string) =>
            Effect.scoped(Effect.gen(function*() {
              const file = yield* (yield* Disk).open(journalPath(paths(root), runId), "append")
              return !(yield* (yield* FileLock).tryLock(file))
            }))
          const runId = yield* Effect.gen(function*() {
            const { runId } = yield* Journal
            assert.isTrue(yield* isLocked(runId))
            return runId
          }).pipe(Effect.provide(journal))
          assert.isFalse(yield* isLocked(runId))
        })
    )
  })
}

suite("Journal on MemoryDisk", MemoryDisk.layerEmpty, Effect.succeed("/data"))
suite("Journal on the real disk", Layer.mergeAll(NodeDisk.layer, NativeFileLock.layer), tempDir)
