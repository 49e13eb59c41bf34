// Telling half a batch while the other half's commit begins: only where telling is the slower part, and never too early.
import { assert, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { DiskError } from "../../../src/services/durability/Disk.ts"
import { makeGroupCommit } from "../../../src/services/durability/GroupCommit.ts"
import { lineText } from "../../../src/services/durability/LineCodec.ts"

const writers = 64
const linesEach = 12

/**
 * Writers that bring their next line as soon as they are told, on a clock that moves by what each step is said to take.
 * Answers how many lines each commit had.
 */
const run = (commitMs: number, tellMs: number) =>
  Effect.gen(function*() {
    let nowMs = 0
    const clock = Object.create(yield* Clock.Clock, {
      monotonicTimeNanosUnsafe: { value: () => BigInt(Math.round(nowMs * 1e6)) }
    }) as Clock.Clock
    const batches: Array<number> = []
    const durable = new Set<number>()
    const commit = (batch: Uint8Array): Effect.Effect<void, DiskError> =>
      Effect.gen(function*() {
        const lines = Buffer.from(batch).toString().trim().split("\n")
        const numbers = lines.map((line) => Number(JSON.parse(line).slug))
        yield* Effect.yieldNow
        nowMs += commitMs
        batches.push(numbers.length)
        for (const n of numbers) durable.add(n)
      })
    const failed = () => ({ batch: "failed", queued: "failed" })
    const group = yield* Effect.provideService(
      makeGroupCommit({ maxBatchBytes: 1_000_000, maxLineBytes: 1000, commit, failed }),
      Clock.Clock,
      clock
    )
    let next = 0
    const bring = (left: number) => {
      const n = next++
      group.submit(lineText({ slug: String(n) }), () => {
        assert.isTrue(durable.has(n), "told before it was durable")
        nowMs += tellMs
        if (left > 1) bring(left - 1)
      })
    }
    for (let i = 0; i < writers; i++) bring(linesEach)
    yield* group.idle
    assert.strictEqual(durable.size, writers * linesEach)
    return batches
  })

it.effect("everyone is told before the next commit where syncing is the slower part", () =>
  Effect.gen(function*() {
    const batches = yield* run(10, 0.01)
    assert.deepStrictEqual(batches, Array.from({ length: linesEach }, () => writers))
  }))

it.effect("two groups take turns where telling is the slower part", () =>
  Effect.gen(function*() {
    const batches = yield* run(1, 0.5)
    assert.isAbove(batches.length, 1.5 * linesEach)
    assert.isAtMost(batches.length, 2 * linesEach + 1)
  }))
