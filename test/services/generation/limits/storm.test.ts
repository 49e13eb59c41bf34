// Storms simulated: many callers, a server that admits so many a second, and what the limits make of it.
import { assert, describe, it } from "@effect/vitest"
import { makeRequestRate } from "../../../../src/programs/fake-llm/RequestRate.ts"
import { RateLimited } from "../../../../src/services/generation/Llm.ts"
import { ModelLimits } from "../../../../src/services/generation/limits/ModelLimits.ts"

interface Storm {
  readonly perSecond: number
  readonly callers: number
  readonly latencyMs: number
  readonly tells: boolean
  readonly seconds: number
}

interface Second {
  admitted: number
  refused: number
}

const silent = { limit: null, remaining: null, resetMs: null }

/** Time in steps of a millisecond; a caller that was refused comes back after up to half a second. */
const simulate = (
  { callers, latencyMs, perSecond, seconds, tells }: Storm
): ReadonlyArray<Second> => {
  const limits = new ModelLimits(
    "m",
    callers,
    { requestsPerMinute: null, tokensPerMinute: null },
    0
  )
  const server = makeRequestRate(perSecond)
  const due = new Map<number, Array<() => void>>()
  const after = (nowMs: number, ms: number, what: () => void) => {
    const at = nowMs + Math.max(1, Math.round(ms))
    const there = due.get(at)
    if (there === undefined) due.set(at, [what])
    else there.push(what)
  }
  const told: Array<Second> = Array.from({ length: seconds }, () => ({ admitted: 0, refused: 0 }))
  let waiting = callers
  let random = 1
  const jitterMs = () => {
    random = random * 48_271 % 2_147_483_647
    return random % 500
  }
  const send = (nowMs: number) => {
    waiting--
    const turn = limits.begin(nowMs, 10, 100)
    const state = server("m", nowMs)
    const requests = {
      limit: state.limitPerMinute,
      remaining: state.remaining,
      resetMs: state.resetMs
    }
    const tell = (atMs: number) => {
      if (tells) limits.read(atMs, turn, { requests, tokens: silent })
    }
    const second = told[Math.floor(nowMs / 1000)]
    if (state.isAdmitted) {
      if (second !== undefined) second.admitted++
      after(nowMs, latencyMs, () => {
        tell(nowMs + latencyMs)
        limits.answered(nowMs + latencyMs, turn, { input: 10, output: 20 }, 100)
        waiting++
      })
    } else {
      if (second !== undefined) second.refused++
      after(nowMs, 2, () => {
        tell(nowMs + 2)
        const retryAfterMs = tells ? state.retryAfterMs : null
        limits.failed(nowMs + 2, turn, new RateLimited({ retryAfterMs, detail: "" }))
        after(nowMs + 2, jitterMs(), () => waiting++)
      })
    }
  }
  for (let nowMs = 0; nowMs < seconds * 1000; nowMs++) {
    for (const what of due.get(nowMs) ?? []) what()
    due.delete(nowMs)
    while (waiting > 0 && limits.readyInMs(nowMs, 10, 100) === 0) send(nowMs)
  }
  return told
}

const shareOf = (told: ReadonlyArray<Second>, { perSecond }: Storm) => {
  const late = told.slice(10)
  const admitted = late.reduce((sum, second) => sum + second.admitted, 0)
  const refused = late.reduce((sum, second) => sum + second.refused, 0)
  return { admitted: admitted / late.length / perSecond, refused: refused / (admitted + refused) }
}

describe("a storm", () => {
  const storms: ReadonlyArray<Storm> = [
    { perSecond: 200, callers: 1024, latencyMs: 500, tells: true, seconds: 60 },
    { perSecond: 200, callers: 1024, latencyMs: 500, tells: false, seconds: 60 },
    { perSecond: 40, callers: 256, latencyMs: 500, tells: true, seconds: 60 },
    { perSecond: 40, callers: 256, latencyMs: 500, tells: false, seconds: 60 },
    { perSecond: 200, callers: 1024, latencyMs: 3000, tells: true, seconds: 60 },
    { perSecond: 1000, callers: 1024, latencyMs: 100, tells: false, seconds: 30 }
  ]
  for (const storm of storms) {
    const { callers, latencyMs, perSecond, tells } = storm
    it(`${callers} callers on a server that admits ${perSecond}/s after ${latencyMs} ms and ${tells ? "tells of it" : "only refuses"}`, () => {
      const told = simulate(storm)
      const { admitted, refused } = shareOf(told, storm)
      assert.isAtLeast(admitted, 0.9, JSON.stringify(told))
      assert.isBelow(refused, 0.02, JSON.stringify(told))
    })
  }

  it("nothing limits where nothing is refused and nothing is said", () => {
    const told = simulate({ perSecond: 1e6, callers: 64, latencyMs: 100, tells: false, seconds: 3 })
    assert.deepStrictEqual(told.map(({ refused }) => refused), [0, 0, 0])
    assert.isAtLeast(told[1]?.admitted ?? 0, 630)
  })
})
