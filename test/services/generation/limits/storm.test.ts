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
  /** The server admits so many tokens a second instead, and calls take from 10 to 1000 of them. */
  readonly tokensPerSecond?: number
}

interface Second {
  admitted: number
  refused: number
  tokens: number
}

/** A bucket of one second's tokens; a call that it does not hold is refused. */
const makeTokenRate = (perSecond: number) => {
  let level = perSecond
  let atMs = 0
  return (tokens: number, nowMs: number): boolean => {
    level = Math.min(perSecond, level + (nowMs - atMs) * perSecond / 1000)
    atMs = nowMs
    if (level < tokens) return false
    level -= tokens
    return true
  }
}

const silent = { limit: null, remaining: null, resetMs: null }

/** Time in steps of a millisecond; a caller that was refused comes back after up to half a second. */
const simulate = (
  { callers, latencyMs, perSecond, seconds, tells, tokensPerSecond }: Storm
): ReadonlyArray<Second> => {
  const limits = new ModelLimits(
    "m",
    callers,
    { requestsPerMinute: null, tokensPerMinute: null },
    0
  )
  const server = makeRequestRate(perSecond)
  const tokenRate = makeTokenRate(tokensPerSecond ?? Infinity)
  const due = new Map<number, Array<() => void>>()
  const after = (nowMs: number, ms: number, what: () => void) => {
    const at = nowMs + Math.max(1, Math.round(ms))
    const there = due.get(at)
    if (there === undefined) due.set(at, [what])
    else there.push(what)
  }
  const detail = tokensPerSecond === undefined ? "" : "limit reached on tokens per min (TPM)"
  const told: Array<Second> = Array.from({ length: seconds }, () => ({
    admitted: 0,
    refused: 0,
    tokens: 0
  }))
  let waiting = callers
  let random = 1
  const jitterMs = () => {
    random = random * 48_271 % 2_147_483_647
    return random % 500
  }
  let next = 10
  const send = (nowMs: number) => {
    waiting--
    const input = next
    next = tokensPerSecond === undefined ? 10 : 10 + jitterMs() * 2
    const turn = limits.begin(nowMs, input, 100)
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
    const isAdmitted = tokensPerSecond === undefined
      ? state.isAdmitted
      : tokenRate(input + 20, nowMs)
    if (isAdmitted) {
      if (second !== undefined) {
        second.admitted++
        second.tokens += input + 20
      }
      after(nowMs, latencyMs, () => {
        tell(nowMs + latencyMs)
        limits.answered(nowMs + latencyMs, turn, { input, output: 20 }, 100)
        waiting++
      })
    } else {
      if (second !== undefined) second.refused++
      after(nowMs, 2, () => {
        tell(nowMs + 2)
        const retryAfterMs = tells ? state.retryAfterMs : null
        limits.failed(nowMs + 2, turn, new RateLimited({ retryAfterMs, detail }))
        after(nowMs + 2, jitterMs(), () => waiting++)
      })
    }
  }
  for (let nowMs = 0; nowMs < seconds * 1000; nowMs++) {
    for (const what of due.get(nowMs) ?? []) what()
    due.delete(nowMs)
    while (waiting > 0 && limits.readyInMs(nowMs, next, 100) === 0) send(nowMs)
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

  it("of tokens: the calls are paced by what they take, whatever their size", () => {
    const tokensPerSecond = 50_000
    const storm = { perSecond: 1e6, callers: 512, latencyMs: 500, tells: false, seconds: 90 }
    const late = simulate({ ...storm, tokensPerSecond }).slice(20)
    const sum = (of: (second: Second) => number) => late.reduce((all, each) => all + of(each), 0)
    const share = sum(({ tokens }) => tokens) / late.length / tokensPerSecond
    assert.isAtLeast(share, 0.85, JSON.stringify(late))
    const refused = sum((second) => second.refused)
    assert.isBelow(refused / (refused + sum(({ admitted }) => admitted)), 0.03)
  })

  it("of a server that admits one call in three seconds: it is not asked at every turn", () => {
    const storm = { perSecond: 1 / 3, callers: 16, latencyMs: 500, tells: false, seconds: 600 }
    const late = simulate(storm).slice(120)
    const admitted = late.reduce((sum, second) => sum + second.admitted, 0)
    const refused = late.reduce((sum, second) => sum + second.refused, 0)
    assert.isAtLeast(admitted / (late.length / 3), 0.7)
    assert.isBelow(refused / (admitted + refused), 0.15)
  })

  it("nothing limits where nothing is refused and nothing is said", () => {
    const told = simulate({ perSecond: 1e6, callers: 64, latencyMs: 100, tells: false, seconds: 3 })
    assert.deepStrictEqual(told.map(({ refused }) => refused), [0, 0, 0])
    assert.isAtLeast(told[1]?.admitted ?? 0, 630)
  })
})
