// One limit as a bucket: what the user, the server and refusals make of it, whatever numbers come.
import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { TokenBucket } from "../../../../src/services/generation/limits/TokenBucket.ts"

const said = (limit: number | null, remaining: number | null, resetMs: number | null) => ({
  limit,
  remaining,
  resetMs
})

describe("TokenBucket", () => {
  it("is open until something limits it", () => {
    const bucket = new TokenBucket(null, 0)
    bucket.take(0, 1e9)
    assert.strictEqual(bucket.readyInMs(0, 1e9), 0)
  })

  it("fills at the user's rate, from full; what is more than it holds needs all of it", () => {
    const bucket = new TokenBucket(60, 0)
    bucket.take(0, 60)
    assert.closeTo(bucket.readyInMs(0, 1), 1000, 1e-6)
    assert.closeTo(bucket.readyInMs(30_000, 1000), 30_000, 1e-6)
  })

  it("follows the server's count, less what was sent since", () => {
    const bucket = new TokenBucket(null, 0)
    const first = bucket.take(0, 1)
    bucket.take(0, 1)
    bucket.read(0, first, said(600, 1, 59_900), 0)
    assert.closeTo(bucket.readyInMs(0, 1), 100, 1e-6)
    const later = bucket.take(100, 1)
    bucket.read(100, later, said(600, 50, 1000), 0)
    assert.strictEqual(bucket.readyInMs(100, 50), 0)
    bucket.read(100, first, said(600, 0, 60_000), 0)
    assert.strictEqual(bucket.readyInMs(100, 50), 0, "an older call knows less")
  })

  it("a server may lower the user's limit, not raise it", () => {
    const bucket = new TokenBucket(60, 0)
    bucket.read(0, bucket.take(0, 60), said(6000, 5999, 10), 0)
    assert.isAbove(bucket.readyInMs(0, 1), 900)
    bucket.read(0, bucket.take(0, 1), said(6, 5, 10_000), 0)
    assert.closeTo(bucket.perMs, 6 / 60_000, 1e-9)
  })

  it("a limit of a second is told from one of a minute by how soon it is full again", () => {
    const bucket = new TokenBucket(null, 0)
    bucket.read(0, bucket.take(0, 1), said(50, 49, 20), 0)
    assert.closeTo(bucket.perMs, 0.05, 1e-9)
    const minute = new TokenBucket(null, 0)
    minute.read(0, minute.take(0, 1), said(50, 49, 1200), 0)
    assert.closeTo(minute.perMs, 50 / 60_000, 1e-9)
  })

  it("whatever is said and done, a wait is a number, and it ends", () => {
    const number = fc.option(fc.integer({ min: 0, max: 2 ** 40 }))
    const act = fc.record({
      afterMs: fc.integer({ min: -1000, max: 100_000 }),
      amount: fc.integer({ min: 0, max: 100_000 }),
      limit: fc.option(fc.integer({ min: 1, max: 2 ** 40 })),
      remaining: number,
      resetMs: fc.option(fc.double({ min: 0, max: 1e12, noNaN: true })),
      admitted: fc.option(fc.double({ min: 0, max: 100, noNaN: true })),
      kind: fc.constantFrom("take", "read", "refused", "correct")
    })
    const own = fc.option(fc.integer({ min: 1, max: 1e9 }))
    fc.assert(fc.property(own, fc.array(act, { maxLength: 40 }), (perMinute, acts) => {
      const bucket = new TokenBucket(perMinute, 0)
      let nowMs = 0
      let draw = bucket.take(0, 1)
      for (const { admitted, afterMs, amount, kind, ...reading } of acts) {
        nowMs = Math.max(0, nowMs + afterMs)
        if (kind === "take") draw = bucket.take(nowMs, amount)
        else if (kind === "read") bucket.read(nowMs, draw, reading, amount)
        else if (kind === "refused") bucket.refused(nowMs, admitted ?? undefined)
        else bucket.correct(draw, amount)
        const readyInMs = bucket.readyInMs(nowMs, amount)
        assert.isTrue(Number.isFinite(readyInMs) && readyInMs >= 0, `${readyInMs}`)
      }
    }))
  })
})
