// Evidence gathered and prompts rendered for a sample of items: how many have enough to be written from, in how many tokens.
import { Buffer } from "node:buffer"
import * as Effect from "effect/Effect"
import { canonicalJson } from "../../services/Digest.ts"
import { Evidence } from "../../services/evidence/Evidence.ts"
import type { Item } from "../../services/items/Item.ts"
import { CurrentJob } from "../../services/job/Job.ts"
import { judgementSchema } from "../../services/judge/Judgement.ts"
import { promptTokens } from "../../services/spending/Tokens.ts"
import { summarise } from "../../services/Statistics.ts"
import type { Sampled } from "./survey.ts"

const judgementJson = canonicalJson(judgementSchema.schema)

export const countPrompts = Effect.fnUntraced(function*(sample: ReadonlyArray<Sampled>) {
  const job = yield* CurrentJob
  const evidence = yield* Evidence
  const schemaJson = canonicalJson(job.outputSchema.schema)
  const promptOf = Effect.fnUntraced(function*(item: Item) {
    const bundle = yield* evidence.gather(item)
    if (bundle.outcome._tag !== "Enough") return undefined
    const prompt = yield* Effect.result(job.prompt.render(item, bundle, undefined))
    if (prompt._tag === "Failure") return undefined
    const judged = job.judge === null
      ? undefined
      : yield* Effect.result(job.judge.prompt.render(item, bundle, {}))
    const judgeTokens = judged?._tag === "Success"
      ? yield* promptTokens(judged.success, judgementJson)
      : 0
    const bytes = prompt.success.reduce((sum, { content }) => sum + Buffer.byteLength(content), 0)
    return { bytes, judgeTokens, tokens: yield* promptTokens(prompt.success, schemaJson) }
  })
  const counted = yield* Effect.forEach(
    sample,
    ({ isSure, item }) => Effect.map(promptOf(item), (prompt) => ({ isSure, prompt })),
    { concurrency: job.concurrency }
  )
  const unsure = counted.filter(({ isSure }) => !isSure)
  const prompts = counted.flatMap(({ prompt }) => prompt ?? [])
  const bytes = prompts.reduce((sum, prompt) => sum + prompt.bytes, 0)
  const judgeTokens = prompts.reduce((sum, prompt) => sum + prompt.judgeTokens, 0)
  return {
    /** By OpenAI's tokenizer, output schema included. */
    tokens: summarise(prompts.map(({ tokens }) => tokens)),
    /** UTF-8 bytes of their messages, on average. */
    bytesMean: prompts.length === 0 ? 0 : bytes / prompts.length,
    /** Tokens of the judge's prompt without a piece, on average; 0 where there is no judge. */
    judgeTokensMean: prompts.length === 0 ? 0 : judgeTokens / prompts.length,
    /** Of items whose evidence may not be enough: looked at, and found to have enough. */
    looked: unsure.length,
    enough: unsure.filter(({ prompt }) => prompt !== undefined).length
  }
})
