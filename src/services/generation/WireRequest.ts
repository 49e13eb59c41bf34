// A request as it is sent: the rung's model and limits around the messages of an item.
import { judgementSchema } from "../judge/Judgement.ts"
import type { OutputSchema } from "./OutputSchema.ts"
import type { Rung } from "./Rung.ts"
import type { ChatMessage, LlmRequest } from "./Llm.ts"

export const wireRequest = (
  { outputSchema }: { readonly outputSchema: Pick<OutputSchema, "name" | "schema"> },
  rung: Rung,
  messages: ReadonlyArray<ChatMessage>,
  /** Undefined: the rung's own. */
  outputTokensMax: number | undefined
): LlmRequest => ({
  model: rung.model,
  messages,
  schemaName: outputSchema.name,
  schema: outputSchema.schema,
  outputTokensMax: outputTokensMax ?? rung.outputTokensMax,
  temperature: rung.temperature,
  ...(rung.serviceTier === undefined ? {} : { serviceTier: rung.serviceTier }),
  timeoutMs: rung.timeoutMs
})

/** What the judge is sent. */
export const judgeRequest = (rung: Rung, messages: ReadonlyArray<ChatMessage>): LlmRequest =>
  wireRequest({ outputSchema: judgementSchema }, rung, messages, undefined)
