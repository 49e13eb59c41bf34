// The ways of having a catalogue written that are measured against each other: each makes so many calls of the endpoint,
// so many at a time, with the same prompts, model, limits and output schema.
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Stdio from "effect/Stdio"
import * as Live from "../src/layers/Live.ts"
import * as NodeHost from "../src/layers/NodeHost.ts"
import { runJob } from "../src/runJob.ts"
import type { Job } from "../src/services/job/Job.ts"
import { openItems } from "../src/services/items/OpenItems.ts"
import { promptsOf } from "./pipelineWork.ts"

/** Where the measured stretch begins and ends. */
export interface Marks {
  readonly firstCall: () => void
  readonly lastAnswer: () => void
}

/** Works through the job's rows, `count` of them. */
export type Contender = (job: Job, count: number, marks: Marks) => Promise<void>

const apiKey = "sk-bench"
const promptsKept = 256

/** So many loops, each making one call after the other. */
const inLoops = async (count: number, loops: number, call: (n: number) => Promise<unknown>) => {
  let next = 0
  const loop = async () => {
    while (next < count) await call(next++)
  }
  await Promise.all(Array.from({ length: loops }, loop))
}

const callsOf = (job: Job) => {
  const rung = job.rungs[0]
  if (rung === undefined) throw new Error("the job has no model")
  const prompts = promptsOf(job, promptsKept)
  return { rung, prompt: (n: number) => prompts[n % prompts.length] ?? [] }
}

/** The whole pipeline as the command runs it: input, evidence, journal, call, QA, both masters, events. */
const inkfast: Contender = (job, count, marks) => {
  let accepted = 0
  const run = Effect.gen(function*() {
    const report = yield* runJob({
      job,
      source: yield* openItems(job.input),
      onEvent: ({ event }) =>
        Effect.sync(() => {
          if (event === "started") marks.firstCall()
          else if (event === "accepted" && ++accepted === count) marks.lastAnswer()
        })
    })
    if (report.acceptedNow !== count) {
      throw new Error(`${report.acceptedNow} of ${count} were accepted`)
    }
  })
  const model = Live.model(job, Redacted.make(apiKey))
  const layer = Layer.mergeAll(model, NodeHost.layer, Live.platform, Stdio.layerTest({}))
  return Effect.runPromise(Effect.scoped(Effect.provide(run, layer)))
}

/** The SDK on its default fetch; the answers are thrown away. */
const sdk: Contender = async (job, count, marks) => {
  const { OpenAI } = await import("openai")
  const client = new OpenAI({ baseURL: job.baseUrl, apiKey, maxRetries: 0 })
  const { prompt, rung } = callsOf(job)
  const { name, schema } = job.outputSchema
  marks.firstCall()
  await inLoops(count, job.concurrency, (n) =>
    client.chat.completions.create({
      model: rung.model,
      messages: [...prompt(n)],
      response_format: { type: "json_schema", json_schema: { name, schema, strict: true } },
      max_tokens: rung.outputTokensMax
    }))
  marks.lastAnswer()
}

/** One batch of all prompts, the answers parsed and kept in memory: what `batch` returns. */
const langchain: Contender = async (job, count, marks) => {
  const { ChatOpenAI } = await import("@langchain/openai")
  const { prompt, rung } = callsOf(job)
  const { name, schema } = job.outputSchema
  const model = new ChatOpenAI({
    model: rung.model,
    apiKey,
    configuration: { baseURL: job.baseUrl },
    maxRetries: 0,
    maxTokens: rung.outputTokensMax
  }).withStructuredOutput({ ...schema }, { name, method: "jsonSchema", strict: true })
  marks.firstCall()
  await model.batch(Array.from({ length: count }, (_, n) => [...prompt(n)]), {
    maxConcurrency: job.concurrency
  })
  marks.lastAnswer()
}

/** `generateText` with a structured output: parsed, and not checked further. */
const aiSdk: Contender = async (job, count, marks) => {
  const [{ generateText, jsonSchema, Output }, { createOpenAICompatible }] = await Promise.all([
    import("ai"),
    import("@ai-sdk/openai-compatible")
  ])
  const { prompt, rung } = callsOf(job)
  const provider = createOpenAICompatible({
    name: "bench",
    baseURL: job.baseUrl,
    apiKey,
    supportsStructuredOutputs: true
  })
  const model = provider(rung.model)
  const output = Output.object({
    name: job.outputSchema.name,
    schema: jsonSchema({ ...job.outputSchema.schema })
  })
  marks.firstCall()
  await inLoops(count, job.concurrency, async (n) => {
    const [system, user] = prompt(n)
    const result = await generateText({
      model,
      instructions: system?.content ?? "",
      prompt: user?.content ?? "",
      output,
      maxOutputTokens: rung.outputTokensMax,
      maxRetries: 0
    })
    return result.output
  })
  marks.lastAnswer()
}

export const contenders: { readonly [name: string]: Contender } = {
  inkfast,
  "openai SDK": sdk,
  "LangChain batch": langchain,
  "AI SDK generateText": aiSdk
}
