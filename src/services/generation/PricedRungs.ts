// The ladder with its prices: what a call of each rung may cost at most.
import * as Effect from "effect/Effect"
import { canonicalJson } from "../Digest.ts"
import { CurrentJob } from "../job/Job.ts"
import { judgementSchema } from "../judge/Judgement.ts"
import { worstCostOf } from "../spending/Cost.ts"
import type { NanoUsd } from "../spending/Money.ts"
import type { Price } from "../spending/Price.ts"
import { Prices } from "../spending/Prices.ts"
import { worstCaseTokens } from "../spending/Tokens.ts"
import type { Rung } from "./Rung.ts"
import type { ChatMessage } from "./Llm.ts"

export interface PricedRung extends Rung {
  readonly price: Price
  /**
   * What a call with these messages is reserved for, and the tokens of its prompt that it is reckoned with.
   * `outputTokensMax`: default the rung's own.
   */
  readonly worstOf: (
    messages: ReadonlyArray<ChatMessage>,
    outputTokensMax?: number
  ) => { readonly inputTokensMax: number; readonly nanoUsd: NanoUsd }
}

const priced = Effect.fnUntraced(function*(rung: Rung, schemaJson: string) {
  const price = yield* (yield* Prices).priceOf(rung.model, rung.serviceTier)
  const of: PricedRung = {
    ...rung,
    price,
    worstOf: (messages, outputTokensMax = rung.outputTokensMax) => {
      const inputTokensMax = worstCaseTokens(messages, schemaJson)
      const nanoUsd = worstCostOf(price, inputTokensMax, outputTokensMax, rung.serviceTier)
      return { inputTokensMax, nanoUsd }
    }
  }
  return of
})

/** By rung. Fails where a model has no known price: nothing is spent on a model whose bill cannot be told. */
export const pricedRungs = Effect.gen(function*() {
  const { outputSchema, rungs } = yield* CurrentJob
  const schemaJson = canonicalJson(outputSchema.schema)
  return yield* Effect.forEach(rungs, (rung) => priced(rung, schemaJson))
})

/** The same of the judge, where the job has one. */
export const pricedJudge = Effect.gen(function*() {
  const { judge } = yield* CurrentJob
  return judge === null
    ? undefined
    : yield* priced(judge.rung, canonicalJson(judgementSchema.schema))
})
