// From prompts, prices and odds to dollars: how many items reach each rung, how often it is asked, what that costs.
//
// The job is played through once on average, and many times by lot: each time with other odds, as far as they are not
// known, and with the luck that even known odds leave. What 95 of 100 of these come to is the interval.
import type { Rung } from "../../services/generation/Rung.ts"
import { Lots } from "../../services/Lots.ts"
import { costOf } from "../../services/spending/Cost.ts"
import type { NanoUsd } from "../../services/spending/Money.ts"
import type { Price } from "../../services/spending/Price.ts"
import { quantile, standardError } from "../../services/Statistics.ts"
import type { Summary } from "../../services/Statistics.ts"
import { drawOdds, expectedOdds } from "./odds.ts"
import type { RungOdds, Seen } from "./odds.ts"

/** A rung of the ladder, and the items whose next step is on it. */
export interface RungCase {
  readonly rung: Rung
  readonly price: Price
  /** What the journals tell of its model. */
  readonly seen: Seen
  /** Items whose next call is on this rung, with a rejected draft. */
  readonly withDraft: number
  /** Items that have an answer of this rung, paid and not judged. */
  readonly toJudge: number
}

/** What is known of first prompts. */
export interface PromptFigures {
  /** Items that begin with one on the base model: those whose evidence is enough for sure, and the others. */
  readonly sure: number
  readonly unsure: number
  /** Of the unsure: so many were looked at, and so many of these had enough. */
  readonly looked: number
  readonly enough: number
  /** Of the prompts that were counted, out of so many, by OpenAI's tokenizer; and their bytes. */
  readonly tokens: Summary
  readonly bytesMean: number
  readonly of: number
}

export interface RungProspect {
  readonly items: number
  readonly calls: number
  readonly inputTokens: number
  readonly outputTokens: number
  readonly nanoUsd: NanoUsd
}

export interface Projection {
  readonly expected: ReadonlyArray<RungProspect>
  readonly expectedNanoUsd: NanoUsd
  /** The ends of the interval that 95 of 100 outcomes lie in; of all rungs, and the upper one of each. */
  readonly lowNanoUsd: NanoUsd
  readonly highNanoUsd: NanoUsd
  readonly highByRung: ReadonlyArray<NanoUsd>
}

/** How many of so many fall to a share, and what so many values come to together. */
interface Chance {
  readonly some: (count: number, share: number) => number
  readonly sum: (count: number, mean: number, deviation: number) => number
}

const onAverage: Chance = {
  some: (count, share) => count * share,
  sum: (count, mean) => count * mean
}

const byLot = (lots: Lots): Chance => ({
  some: (count, share) => lots.binomial(count, share),
  sum: (count, mean, deviation) =>
    Math.max(0, count * mean + Math.sqrt(count) * deviation * lots.normal())
})

/** Tokens of findings and words around a rejected draft in the prompt of the next one. */
const retakeTokens = 150

/** What a rung does with the items that come to it, and how many go on above it. */
const onRung = (
  { price, rung, toJudge, withDraft }: RungCase,
  { lostShare, outputDeviation, outputTokens, passShare }: RungOdds,
  coming: { readonly first: number; readonly climbing: number },
  tokens: { readonly prompt: number; readonly draft: number },
  chance: Chance
) => {
  const items = coming.first + coming.climbing + withDraft
  let answers = 0
  let open = items
  // Another draft as long as none passed and the rung has one left.
  for (let draft = 0; draft < rung.attempts; draft++) {
    answers += open
    open = chance.some(open, 1 - passShare)
  }
  const calls = answers / (1 - lostShare)
  const retakes = answers - coming.first
  const outputs = chance.sum(answers, outputTokens, outputDeviation)
  const perAnswer = answers === 0 ? 0 : tokens.prompt +
    retakes / answers * (retakeTokens + tokens.draft)
  const cost = answers === 0 ? 0 : costOf(price, {
    inputTokens: Math.ceil(perAnswer),
    cachedInputTokens: 0,
    outputTokens: Math.ceil(outputs / answers),
    reasoningTokens: 0
  }, rung.serviceTier)
  const prospect: RungProspect = {
    items,
    calls,
    inputTokens: Math.round(calls * perAnswer),
    outputTokens: Math.round(calls * (answers === 0 ? 0 : outputs / answers)),
    nanoUsd: Math.ceil(calls * cost)
  }
  return { prospect, climbing: open + chance.some(toJudge, 1 - passShare) }
}

const play = (
  cases: ReadonlyArray<RungCase>,
  odds: ReadonlyArray<RungOdds>,
  prompts: PromptFigures,
  first: number,
  promptTokens: number,
  chance: Chance
): ReadonlyArray<RungProspect> => {
  let climbing = 0
  return cases.map((of, index) => {
    const own = odds[index]!
    const { tokensPerByte } = of.seen
    const counted = tokensPerByte === undefined || prompts.bytesMean === 0
      ? 1
      : tokensPerByte * prompts.bytesMean / prompts.tokens.mean
    const coming = { first: index === 0 ? first : 0, climbing }
    const draft = odds[Math.max(0, index - 1)]?.outputTokens ?? 0
    const prompt = promptTokens * counted * own.inputFactor
    const played = onRung(of, own, coming, { prompt, draft }, chance)
    climbing = played.climbing
    return played.prospect
  })
}

const costOfAll = (prospects: ReadonlyArray<RungProspect>): NanoUsd =>
  prospects.reduce((sum, { nanoUsd }) => sum + nanoUsd, 0)

const drawFirsts = ({ enough, looked, sure, unsure }: PromptFigures, lots: Lots): number => {
  if (looked >= unsure) return sure + enough
  return sure + lots.binomial(unsure, lots.beta(enough + 0.5, looked - enough + 0.5))
}

/** Student's: few prompts say less of all of them than their deviation does. */
const drawPromptTokens = ({ of, tokens }: PromptFigures, lots: Lots): number => {
  const error = standardError(tokens, of)
  if (error === 0) return tokens.mean
  const degrees = Math.max(1, tokens.count - 1)
  const wider = Math.sqrt(degrees / (2 * lots.gamma(degrees / 2)))
  return Math.max(1, tokens.mean + error * wider * lots.normal())
}

/** Enough for the ends of an interval to be steady, in some 100 ms. */
const drawsDefault = 2000

/** The same cases give the same projection. */
export const project = (
  cases: ReadonlyArray<RungCase>,
  prompts: PromptFigures,
  draws = drawsDefault
): Projection => {
  const { enough, looked, sure, tokens, unsure } = prompts
  const firsts = sure + (looked === 0 ? unsure : unsure * enough / looked)
  const odds = cases.map(({ rung, seen }) => expectedOdds(rung, seen))
  const expected = play(cases, odds, prompts, firsts, tokens.mean, onAverage)
  const lots = new Lots(1)
  const chance = byLot(lots)
  const played = Array.from({ length: draws }, () =>
    play(
      cases,
      cases.map(({ rung, seen }) => drawOdds(rung, seen, lots)),
      prompts,
      drawFirsts(prompts, lots),
      drawPromptTokens(prompts, lots),
      chance
    ))
  const totals = played.map(costOfAll)
  const expectedNanoUsd = costOfAll(expected)
  return {
    expected,
    expectedNanoUsd,
    lowNanoUsd: Math.min(expectedNanoUsd, quantile(totals, 0.025)),
    highNanoUsd: Math.max(expectedNanoUsd, quantile(totals, 0.975)),
    highByRung: cases.map((_, index) =>
      quantile(played.map((prospects) => prospects[index]?.nanoUsd ?? 0), 0.975)
    )
  }
}
