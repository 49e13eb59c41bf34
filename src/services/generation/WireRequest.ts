// A request as it is sent: the rung's model and limits around the messages of an item.
import type { Job } from "../job/Job.ts"
import type { Rung } from "./Rung.ts"
import type { ChatMessage, LlmRequest } from "./Llm.ts"

export const wireRequest = (
  { outputSchema }: Pick<Job, "outputSchema">,
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
