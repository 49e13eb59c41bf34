// What is read of a line's provenance in place is what it says when it is parsed, whatever the line looks like.
import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { encodeLine } from "../../../src/services/durability/LineCodec.ts"
import { MasterLine } from "../../../src/services/master/MasterLine.ts"
import { recordLine, rejectLine } from "../../support/masters.ts"

const lineOf = (object: { readonly [key: string]: unknown }): Buffer =>
  Buffer.from(encodeLine(object)).subarray(0, -1)

const atMsOf = (bytes: Buffer): number => {
  const line = new MasterLine()
  line.read(bytes)
  const { atMs, costUsd, id, meta, runId } = line
  assert.deepStrictEqual({ atMs, costUsd, id, runId }, {
    atMs: meta.atMs,
    costUsd: meta.costUsd,
    id: meta.id,
    runId: meta.runId
  })
  return atMs
}

describe("MasterLine", () => {
  it("reads cost and run in place as they were written", () => {
    const costs = fc.oneof(
      fc.double({ min: 0, max: 1e6, noNaN: true }),
      fc.constantFrom(0, 1e-9, 5e-7, 0.00123, 1e21)
    )
    const runIds = fc.oneof(fc.constantFrom("20260101T000000-aaaaaa", ""), fc.string())
    fc.assert(fc.property(costs, runIds, (costUsd, runId) => {
      const record = Buffer.from(recordLine({ slug: "a", id: "r:1", atMs: 1, costUsd, runId }))
      atMsOf(record.subarray(0, -1))
      const line = new MasterLine()
      line.read(record.subarray(0, -1))
      assert.strictEqual(line.costUsd, Object.is(costUsd, -0) ? 0 : costUsd)
      assert.strictEqual(line.runId, runId)
    }))
  })

  it("atMs is what the provenance says, for records and rejects of any time", () => {
    const lastOfYear9999 = 253_402_300_799_999
    fc.assert(fc.property(fc.integer({ min: 0, max: lastOfYear9999 }), (atMs) => {
      const record = recordLine({ slug: "a", id: "r:1", atMs })
      assert.strictEqual(atMsOf(Buffer.from(record.trimEnd())), atMs)
      const reject = rejectLine({ slug: "a", id: "r:1", atMs })
      assert.strictEqual(atMsOf(Buffer.from(reject.trimEnd())), atMs)
    }))
  })

  it("nothing is taken from content, from other shapes, or from times that no calendar has", () => {
    const at = "2026-01-02T03:04:05.678Z"
    const bait = `,"acceptedAt":"2030-01-01T00:00:00.000Z","qa":{"rules":"`
    const lines = [
      { slug: "a", acceptedAt: at },
      { slug: "a", inner: { acceptedAt: at, qa: { rules: "r" } } },
      { slug: "a", text: bait, _meta: { id: "r:1", acceptedAt: at, qa: { rules: bait } } },
      { slug: "a", _meta: { acceptedAt: at } },
      { slug: "a", _meta: { acceptedAt: "2026-02-30T00:00:00.000Z", qa: { rules: "r" } } },
      { slug: "a", _meta: { acceptedAt: "2024-02-29T00:00:00.000Z", qa: { rules: "r" } } },
      { slug: "a", _meta: { acceptedAt: "2026-13-01T00:00:00.000Z", qa: { rules: "r" } } },
      { slug: "a", _meta: { rejectedAt: at, demotes: "r:7" } },
      {
        slug: "a",
        _meta: { id: "r:1", runId: `","runId":"r`, acceptedAt: at, qa: { rules: "r" } }
      },
      { slug: "a", _meta: { id: "r:1", note: `"costUsd":7`, acceptedAt: at, qa: { rules: "r" } } },
      { slug: "a", _meta: { id: "r:1", costUsd: "7", acceptedAt: at, qa: { rules: "r" } } },
      {
        slug: "a",
        _meta: { id: "r:1", usage: { costUsd: 7 }, acceptedAt: at, qa: { rules: "r" } }
      },
      {
        slug: "a",
        _meta: { acceptedAt: at, qa: { rules: "r", warnings: [{ text: "x".repeat(900) }] } }
      }
    ]
    for (const line of lines) atMsOf(lineOf(line))
    assert.strictEqual(atMsOf(lineOf({ slug: "a" })), -Infinity)
  })
})
