// Projections: intervals that hold as often as they promise, from any amount of history, and none of them absurd.
import { assert, describe, it } from "@effect/vitest"
import { seenByRung, seenOf } from "../../../src/programs/estimate/odds.ts"
import { project } from "../../../src/programs/estimate/project.ts"
import type { RungCase } from "../../../src/programs/estimate/project.ts"
import type { Rung } from "../../../src/services/generation/Rung.ts"
import type { ModelCalls } from "../../../src/services/journal/CallHistory.ts"
import { Lots } from "../../../src/services/Lots.ts"
import { costOf } from "../../../src/services/spending/Cost.ts"

const rungOf = (index: number, attempts = 1): Rung => ({
  index,
  model: `rung ${index}`,
  attempts,
  outputTokensMax: 1000,
  temperature: undefined,
  timeoutMs: 1000,
  budgetShare: null,
  requestsPerMinute: null,
  tokensPerMinute: null
})

/** The strong model costs sixteen times as much. */
const prices = [
  { inputUsdPerMtok: 0.15, outputUsdPerMtok: 0.6 },
  { inputUsdPerMtok: 2.5, outputUsdPerMtok: 10 }
]

type Seen = { -readonly [K in keyof ModelCalls]: ModelCalls[K] } & { outputTokens: Array<number> }

const nothingSeen = (): Seen => ({
  outputTokens: [],
  inputTokens: 0,
  promptBytes: 0,
  answers: 0,
  lost: 0,
  judged: 0,
  accepted: 0
})

const casesOf = (seen: ReadonlyArray<ModelCalls>, attempts = 1): ReadonlyArray<RungCase> =>
  seen.map((calls, index) => ({
    rung: rungOf(index, attempts),
    price: prices[index]!,
    seen: seenOf(calls),
    withDraft: 0,
    toJudge: 0
  }))

const promptTokens = 800
const promptsOf = (items: number) => ({
  sure: items,
  unsure: 0,
  looked: 0,
  enough: 0,
  tokens: { count: 50, mean: promptTokens, deviation: 0 },
  bytesMean: promptTokens * 4,
  of: items
})

/** What a rung is really like. */
interface Truth {
  readonly passShare: number
  readonly lostShare: number
  readonly outputTokens: number
  readonly deviation: number
}

/** So many items really written: what they cost, and what the journals say of it. */
const write = (
  items: number,
  truth: ReadonlyArray<Truth>,
  seen: ReadonlyArray<Seen>,
  lots: Lots
) => {
  let nanoUsd = 0
  for (let item = 0; item < items; item++) {
    let draft = 0
    for (const [index, { deviation, lostShare, outputTokens, passShare }] of truth.entries()) {
      const own = seen[index]!
      const length = Math.max(1, Math.round(outputTokens + deviation * lots.normal()))
      const inputTokens = promptTokens + (index === 0 ? 0 : draft + 150)
      const cost = costOf(prices[index]!, {
        inputTokens: Math.round(0.9 * inputTokens),
        cachedInputTokens: 0,
        outputTokens: length,
        reasoningTokens: 0
      })
      while (lots.uniform() < lostShare) {
        own.lost++
        nanoUsd += cost
      }
      nanoUsd += cost
      own.answers++
      own.judged++
      own.outputTokens.push(length)
      // The server counts a tenth less than we do.
      own.promptBytes += 4 * inputTokens
      own.inputTokens += 0.9 * inputTokens
      draft = length
      if (lots.uniform() >= passShare) continue
      own.accepted++
      break
    }
  }
  return nanoUsd
}

const truthOf = (passShare: number, lostShare = 0): ReadonlyArray<Truth> => [
  { passShare, lostShare, outputTokens: 300, deviation: 60 },
  { passShare: 0.9, lostShare, outputTokens: 400, deviation: 80 }
]

describe("odds", () => {
  it("a model of which nothing was seen writes as the one below it did, for as long as it is not seen", () => {
    const base = { ...nothingSeen(), answers: 9, outputTokens: [190, 200, 210, 200, 190, 210] }
    const rungs = [rungOf(0), rungOf(1)]
    const [, strong] = seenByRung(rungs, new Map([["rung 0", base]]))
    assert.deepInclude(strong?.lengths, { mean: 200, count: 3 })
    assert.strictEqual(strong?.answers, 0)
    const own = { ...nothingSeen(), answers: 1, outputTokens: [500] }
    const [, seen] = seenByRung(rungs, new Map([["rung 0", base], ["rung 1", own]]))
    assert.deepInclude(seen?.lengths, { mean: 500, count: 1 })
    const [first] = seenByRung(rungs, new Map([["rung 1", own]]))
    assert.strictEqual(first?.lengths.count, 0)
  })
})

describe("project", () => {
  it("the interval from a sample holds for the rest in nine of ten cases at least, however small the sample", () => {
    const lots = new Lots(11)
    const repetitions = 150
    const shares: Array<string> = []
    let held = 0
    let tried = 0
    for (const passShare of [0.5, 0.8, 0.95]) {
      for (const sample of [3, 10, 40]) {
        let here = 0
        for (let n = 0; n < repetitions; n++) {
          const seen = [nothingSeen(), nothingSeen()]
          const truth = truthOf(passShare, 0.02)
          write(sample, truth, seen, lots)
          const rest = 200
          const { highNanoUsd, lowNanoUsd } = project(casesOf(seen), promptsOf(rest), 200)
          const cost = write(rest, truth, [nothingSeen(), nothingSeen()], lots)
          if (cost >= lowNanoUsd && cost <= highNanoUsd) here++
        }
        shares.push(`${passShare} pass, ${sample} seen: ${here} of ${repetitions}`)
        assert.isAtLeast(here, 0.88 * repetitions, shares.at(-1))
        held += here
        tried += repetitions
      }
    }
    assert.isAtLeast(held, 0.92 * tried, shares.join("\n"))
  })

  it("a little history narrows the interval, and makes nothing of it absurd", () => {
    const after = (sample: number) => {
      const seen = [nothingSeen(), nothingSeen()]
      write(sample, [{ ...truthOf(1)[0]!, passShare: 1, outputTokens: 200 }], seen, new Lots(5))
      return project(casesOf(seen), promptsOf(35))
    }
    const none = after(0)
    assert.isBelow(none.highNanoUsd, 8 * none.expectedNanoUsd)
    let before = none
    for (const sample of [1, 5, 20, 100]) {
      const now = after(sample)
      assert.isBelow(now.highNanoUsd, before.highNanoUsd, `${sample} seen`)
      assert.isBelow(now.highNanoUsd, 10 * now.expectedNanoUsd, `${sample} seen`)
      assert.isAtMost(now.lowNanoUsd, now.expectedNanoUsd)
      before = now
    }
    assert.isBelow(before.highNanoUsd, 3 * before.expectedNanoUsd)
  })

  it("drafts, answers that wait and attempts are counted where they are", () => {
    const seen = [nothingSeen(), nothingSeen()]
    write(400, truthOf(0.75), seen, new Lots(9))
    const cases = casesOf(seen, 2).map((of, index) => ({
      ...of,
      withDraft: index === 1 ? 8 : 0,
      toJudge: index === 0 ? 100 : 0
    }))
    const { expected: [base, strong] } = project(cases, promptsOf(100), 10)
    const fails = 1 - (2 + seen[0]!.accepted) / (2.5 + seen[0]!.judged)
    assert.closeTo(base?.calls ?? 0, 100 * (1 + fails), 1e-6)
    assert.closeTo(strong?.items ?? 0, 100 * fails ** 2 + 100 * fails + 8, 1e-6)
  })

  it("calls that were all lost so far are expected to be answered in the end", () => {
    const { expected, highNanoUsd } = project(
      casesOf([{ ...nothingSeen(), lost: 3 }, nothingSeen()]),
      promptsOf(10),
      100
    )
    assert.closeTo(expected[0]!.calls, 100, 1e-9)
    assert.isTrue(Number.isFinite(highNanoUsd))
  })

  it("nothing to do costs nothing, for sure", () => {
    const { expectedNanoUsd, highNanoUsd, lowNanoUsd } = project(
      casesOf([nothingSeen(), nothingSeen()]),
      promptsOf(0)
    )
    assert.deepStrictEqual([lowNanoUsd, expectedNanoUsd, highNanoUsd], [0, 0, 0])
  })

  it("a prompt's evidence that may not be enough, and few prompts, widen it", () => {
    const seen = [nothingSeen(), nothingSeen()]
    write(2000, truthOf(0.9), seen, new Lots(9))
    const spread = (prompts: Parameters<typeof project>[1]) => {
      const { highNanoUsd, lowNanoUsd } = project(casesOf(seen), prompts)
      return highNanoUsd / lowNanoUsd
    }
    const sure = promptsOf(1000)
    const unsure = { ...sure, sure: 0, unsure: 1000, looked: 20, enough: 10 }
    const uneven = { ...sure, tokens: { count: 4, mean: promptTokens, deviation: 400 } }
    assert.isAbove(spread(unsure), 1.3 * spread(sure))
    assert.isAbove(spread(uneven), 1.1 * spread(sure))
  })
})
