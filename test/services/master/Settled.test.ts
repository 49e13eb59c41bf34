// Which items a run skips, and what is counted, for masters of every kind.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as MemoryDisk from "../../../src/layers/MemoryDisk.ts"
import * as Store from "../../../src/layers/MemoryStore.ts"
import { DataDirectory } from "../../../src/services/durability/DataDirectory.ts"
import { itemsFromRows } from "../../../src/services/items/RowItems.ts"
import { countMasters } from "../../../src/services/master/Counts.ts"
import { compareInput, loadSettled, settledAs } from "../../../src/services/master/Settled.ts"
import { data, recordLine, rejectLine, root } from "../../support/masters.ts"

const onStore = (successes: string, rejects: string) => {
  const store = Store.make()
  store.put(data.successes, successes)
  store.put(data.rejects, rejects)
  return Layer.merge(MemoryDisk.layer(store), DataDirectory.layer(root))
}

const a = recordLine({ slug: "a", id: "r:1", atMs: 1 })
const quoted = recordLine({ slug: `"q"\u2028`, id: "r:2", atMs: 2 })
const foreign = `\ufeff{"title":"\\"slug\\":\\"x\\"","slug":"f\\u00fcr"}\r\n`
const corrupt = recordLine({ slug: "broken", id: "r:3", atMs: 3 }).replace("Title", "Tit1e")
const torn = recordLine({ slug: "torn", id: "r:4", atMs: 4 }).slice(0, -1)
const successes = foreign + a + quoted + "\n" + corrupt + a + torn
const rejects = rejectLine({ slug: "a", id: "r:r1", atMs: 9 }) +
  rejectLine({ slug: "c", id: "r:r2", atMs: 9 })

describe("Settled", () => {
  it.effect("a success beats a reject; corrupt lines and an unterminated tail settle nothing", () =>
    Effect.gen(function*() {
      const settled = yield* loadSettled
      assert.strictEqual(settledAs(settled, "a"), "accepted")
      assert.strictEqual(settledAs(settled, `"q"\u2028`), "accepted")
      assert.strictEqual(settledAs(settled, "für"), "accepted")
      assert.strictEqual(settledAs(settled, "c"), "rejected")
      for (const slug of ["broken", "torn", "x", "fu\u0308r", ""]) {
        assert.isUndefined(settledAs(settled, slug), slug)
      }
      const input = yield* itemsFromRows(["a", "c", "d", "torn"].map((slug) => ({ slug })))
      const { pending, ...counts } = yield* compareInput(input, settled)
      assert.deepStrictEqual(counts, { accepted: 1, rejected: 1 })
      assert.strictEqual(pending.size, 2)
      assert.isDefined(pending.get("torn"))
    }).pipe(Effect.provide(onStore(successes, rejects))))

  it.effect("a data directory without masters has settled nothing", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* loadSettled).size, 0)
    }).pipe(Effect.provide(Layer.merge(MemoryDisk.layerEmpty, DataDirectory.layer(root)))))

  it.effect("counts slugs and lines, corrupt ones apart", () =>
    Effect.gen(function*() {
      const { accepted, quarantineFiles, rejected } = yield* countMasters
      assert.deepStrictEqual(
        [accepted.slugs, accepted.lines, accepted.corruptLines, accepted.bytes],
        [3, 4, 1, Buffer.byteLength(successes) - Buffer.byteLength(torn)]
      )
      assert.deepStrictEqual([rejected.slugs, rejected.lines, quarantineFiles], [1, 2, 0])
    }).pipe(Effect.provide(onStore(successes, rejects))))
})
