// The line that a person watches: what it counts, and that it never wraps.
import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import type { Budgets, ProgressState } from "../../src/programs/cli/progress.ts"
import {
  advance,
  formatDuration,
  goesOnAt,
  initialProgress,
  renderProgress
} from "../../src/programs/cli/progress.ts"
import type { Happening } from "../../src/programs/generate/RunEvent.ts"

const at = "2026-01-02T03:04:05.678Z"
const after = (
  events: ReadonlyArray<Happening>,
  spentNanoUsd = 0,
  before: ProgressState = initialProgress(1_000),
  waiting = 0
): ProgressState =>
  events.reduce(
    (state, event) =>
      advance(state, { ...event, at, spentNanoUsd, totalSpentNanoUsd: null, waiting }),
    before
  )

const ofRun = (runBudgetNanoUsd: number | null): Budgets => ({
  runBudgetNanoUsd,
  totalBudgetNanoUsd: null
})

const started: Happening = {
  event: "started",
  runId: "r",
  input: 10,
  accepted: 1,
  rejected: 1,
  toDo: 8,
  atRisk: []
}
const begun = (slug: string): Happening => ({ event: "begun", slug })
const accepted = (slug: string): Happening => ({
  event: "accepted",
  slug,
  id: "r:1",
  model: "m",
  rung: 0,
  attempt: 1,
  costUsd: 0.001
})
const rejected = (slug: string): Happening => ({
  event: "rejected",
  slug,
  cause: "QaFailed",
  reason: "",
  findings: []
})

const half = after([
  started,
  begun("a"),
  begun("b"),
  begun("c"),
  begun("d"),
  accepted("a"),
  rejected("b")
], 2_000_000)

describe("the progress line", () => {
  it("says how far, what came of it, how fast, until when, and for how much", () => {
    assert.strictEqual(
      renderProgress(half, ofRun(1_000_000_000), 3_000, 200),
      "[#####...............] 2/8  1 accepted, 1 rejected, 2 in flight  1.0/s  ETA 0:06  $0.002 of $1.00, ~$0.008 in all"
    )
  })

  it("on a narrower terminal says it in signs, then less of it", () => {
    const at = (columns: number): string =>
      renderProgress(half, ofRun(1_000_000_000), 3_000, columns)
    assert.strictEqual(
      at(80),
      "[##........] 2/8  +1 -1 ~2  1.0/s  ETA 0:06  $0.002 of $1.00, ~$0.008 in all"
    )
    assert.strictEqual(at(64), "2/8  +1 -1 ~2  ETA 0:06  $0.002 of $1.00, ~$0.008 in all")
    assert.strictEqual(at(40), "2/8  +1 -1 ~2  $0.002 of $1.00")
    assert.strictEqual(at(20), "2/8  +1 -1 ~2")
    assert.strictEqual(at(5), "2/8")
  })

  it("with a total budget says what all runs have spent of it", () => {
    const total = { ...half, totalSpentNanoUsd: 3_000_000_000 }
    const budgets = { runBudgetNanoUsd: null, totalBudgetNanoUsd: 5_000_000_000 }
    assert.strictEqual(
      renderProgress(total, budgets, 3_000, 200),
      "[#####...............] 2/8  1 accepted, 1 rejected, 2 in flight  1.0/s  ETA 0:06  " +
        "$0.002, ~$0.008 in all, $3.00 of $5.00 over all runs"
    )
    assert.strictEqual(
      renderProgress(total, budgets, 3_000, 60),
      "2/8  +1 -1 ~2  $3.00 of $5.00 over all runs"
    )
    assert.strictEqual(
      renderProgress(total, { ...budgets, runBudgetNanoUsd: 1_000_000_000 }, 3_000, 66),
      "2/8  +1 -1 ~2  $0.002 of $1.00, $3.00 of $5.00 over all runs"
    )
  })

  it("shows no bar before it is known what there is to do, nor where that is nothing", () => {
    const idle = { ...initialProgress(1_000), toDo: 0 }
    assert.strictEqual(renderProgress(idle, ofRun(null), 3_000, 80), "nothing to do")
    const line = renderProgress(initialProgress(1_000), ofRun(null), 3_000, 80)
    assert.strictEqual(line, "looking at what there is")
    assert.strictEqual(renderProgress(initialProgress(1_000), ofRun(null), 3_000, 8), "looking")
  })

  it("counts those that wait apart from those in flight", () => {
    const events = [started, begun("a"), begun("b"), begun("c")]
    const waiting = after(events, 0, initialProgress(1_000), 2)
    assert.include(renderProgress(waiting, ofRun(null), 3_000, 200), "1 in flight, 2 waiting  0.0")
    assert.include(renderProgress(waiting, ofRun(null), 3_000, 40), "+0 -0 ~1  ETA")
  })

  it("guesses nothing before anything is settled", () => {
    assert.strictEqual(
      renderProgress(after([started, begun("a")]), ofRun(null), 3_000, 200),
      "[....................] 0/8  0 accepted, 0 rejected, 1 in flight  0.0/s  ETA -  $0.00"
    )
  })

  it("says that the run is stopping, and projects no total of what it will not do", () => {
    const stop = { _tag: "Signal", signal: "SIGINT" } as const
    const stopping = after([{ event: "stopping", stop, inFlight: 2 }], 2_000_000, half)
    assert.strictEqual(
      renderProgress(stopping, ofRun(null), 3_000, 200),
      "[#####...............] 2/8  1 accepted, 1 rejected, 2 in flight  1.0/s  stopping  $0.002"
    )
  })

  it("is shorter than the terminal is wide, whatever the numbers", () => {
    const count = fc.nat({ max: 50_000_000 })
    fc.assert(fc.property(
      fc.record({
        toDo: fc.option(count),
        accepted: count,
        rejected: count,
        deferred: count,
        open: count,
        waiting: count,
        spentNanoUsd: fc.maxSafeNat(),
        totalSpentNanoUsd: fc.option(fc.maxSafeNat())
      }),
      fc.record({
        runBudgetNanoUsd: fc.option(fc.maxSafeNat()),
        totalBudgetNanoUsd: fc.option(fc.maxSafeNat())
      }),
      fc.integer({ min: 1, max: 200 }),
      fc.nat(),
      (counts, budgets, columns, nowMs) => {
        const line = renderProgress(
          { ...counts, startedAtMs: 0, stopping: null, paused: [] },
          budgets,
          nowMs,
          columns
        )
        assert.isBelow(line.length, Math.max(columns, 1))
        assert.notMatch(line, /NaN|Infinity|undefined|\n/)
      }
    ))
  })

  it("says when a model that is left alone goes on, until then", () => {
    const pause: Happening = {
      event: "paused",
      model: "small",
      why: "asked",
      until: "1970-01-01T01:00:00.000Z",
      inMs: 3_600_000
    }
    const paused = after([started, pause], 0, initialProgress(0))
    assert.include(
      renderProgress(paused, ofRun(null), 3_599_999, 120),
      "small goes on at 01:00:00 UTC"
    )
    assert.notInclude(renderProgress(paused, ofRun(null), 3_600_000, 120), "small")
    assert.strictEqual(goesOnAt("2026-11-24T01:02:03.000Z", 90_000_000), "2026-11-24 01:02:03 UTC")
  })

  it("writes durations as a clock does", () => {
    assert.deepStrictEqual([0, 59.4, 60, 3_599.6, 36_000, Infinity].map(formatDuration), [
      "0:00",
      "0:59",
      "1:00",
      "1:00:00",
      "10:00:00",
      "-"
    ])
  })
})
