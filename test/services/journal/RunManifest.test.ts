// Manifests: written whole, read back, and never in the way when they are damaged.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as MemoryDisk from "../../../src/layers/MemoryDisk.ts"
import * as MemoryStore from "../../../src/layers/MemoryStore.ts"
import { manifestPath, paths } from "../../../src/services/durability/DataDirectory.ts"
import { isSealed, readManifest, writeManifest } from "../../../src/services/journal/RunManifest.ts"
import { manifest, totals } from "../../support/manifests.ts"

const data = paths("/data")
const runId = "20261122T101500-3f9a1c"

describe("RunManifest", () => {
  it.effect("is read as it was written, at the start of a run and at its end", () =>
    Effect.gen(function*() {
      const store = MemoryStore.make()
      store.put("/data/raw/other", "")
      yield* Effect.gen(function*() {
        for (
          const each of [
            manifest(runId),
            manifest(runId, { endedAt: "2026-11-22T11:00:00.000Z", exitCode: 3, totals })
          ]
        ) {
          yield* writeManifest(data, each)
          assert.deepStrictEqual(yield* readManifest(data, runId), Option.some(each))
        }
      }).pipe(Effect.provide(MemoryDisk.layer(store)))
      assert.deepStrictEqual(store.files(), [manifestPath(data, runId), "/data/raw/other"])
    }))

  it.effect.each(["", "{", "null", "{\"runId\":\"20261122T101500-3f9a1c\"}", "\xff\xfe"])(
    "one that says %s counts as none",
    (text) =>
      Effect.gen(function*() {
        const store = MemoryStore.make()
        store.put(manifestPath(data, runId), Buffer.from(text, "latin1"))
        const read = yield* Effect.provide(readManifest(data, runId), MemoryDisk.layer(store))
        assert.isTrue(Option.isNone(read))
      })
  )

  it.effect("one of another run under this name counts as none", () =>
    Effect.gen(function*() {
      const store = MemoryStore.make()
      store.put(manifestPath(data, runId), JSON.stringify(manifest("20200101T000000-aaaaaa")))
      assert.isTrue(
        Option.isNone(yield* Effect.provide(readManifest(data, runId), MemoryDisk.layer(store)))
      )
    }))

  it("is sealed only when nothing is left to judge, to risk or to do", () => {
    assert.isFalse(isSealed(manifest(runId)))
    assert.isTrue(isSealed(manifest(runId, { totals })))
    for (const left of [{ unjudged: 1 }, { atRiskNanoUsd: 1 }, { pending: 1 }]) {
      assert.isFalse(isSealed(manifest(runId, { totals: { ...totals, ...left } })))
    }
  })
})
