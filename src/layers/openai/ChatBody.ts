// The body of a chat.completions request as bytes; what every call of a job has in common is serialised once.
import { Buffer } from "node:buffer"
import type { ChatCompletionCreateParamsNonStreaming as Params } from "openai/resources/chat/completions"
import type { LlmRequest } from "../../services/generation/Llm.ts"
import { allowsStrict } from "../../services/generation/StrictSchema.ts"

export interface ChatBodySettings {
  /** With its version segment: `https://api.openai.com/v1`, `http://127.0.0.1:11434/v1`. */
  readonly baseUrl: string
  /**
   * The field that carries the output limit. `auto`: `max_completion_tokens` for hosts of OpenAI and Azure, whose newer
   * models refuse the old one; `max_tokens` everywhere else, where many servers know no other.
   */
  readonly outputLimitField?: "auto" | "max_tokens" | "max_completion_tokens"
  /**
   * `auto` asks for `strict` where the schema lies in the subset that strict servers take; `never` is for servers that
   * refuse the field. Either way every answer is checked here.
   */
  readonly strictSchema?: "auto" | "never"
}

const newerField = /(?:^|\.)(?:openai\.com|openai\.azure\.com|cognitiveservices\.azure\.com)$/

const outputLimitFieldOf = (settings: ChatBodySettings): "max_tokens" | "max_completion_tokens" => {
  if (settings.outputLimitField !== undefined && settings.outputLimitField !== "auto") {
    return settings.outputLimitField
  }
  const host = URL.parse(settings.baseUrl)?.hostname ?? ""
  return newerField.test(host) ? "max_completion_tokens" : "max_tokens"
}

/** The request as JSON in UTF-8. A job has one schema: it is not serialised again for every call. */
export const makeChatBody = (settings: ChatBodySettings): (request: LlmRequest) => Buffer => {
  const limitField = outputLimitFieldOf(settings)
  const strictAllowed = settings.strictSchema !== "never"
  const formats = new WeakMap<
    LlmRequest["schema"],
    { readonly name: string; readonly json: string }
  >()

  const formatOf = ({ schema, schemaName: name }: LlmRequest): string => {
    const known = formats.get(schema)
    if (known?.name === name) return known.json
    const strict = strictAllowed && allowsStrict(schema) ? { strict: true } : {}
    const format: Params["response_format"] = {
      type: "json_schema",
      json_schema: { name, schema, ...strict }
    }
    const json = JSON.stringify(format)
    formats.set(schema, { name, json })
    return json
  }

  return (request) => {
    const messages = request.messages.map(({ content, role }) => ({ role, content }))
    const before: Pick<Params, "model" | "messages"> = { model: request.model, messages }
    const after = {
      [limitField]: request.outputTokensMax,
      temperature: request.temperature,
      service_tier: request.serviceTier
    }
    return Buffer.from(
      `${JSON.stringify(before).slice(0, -1)},"response_format":${formatOf(request)},${
        JSON.stringify(after).slice(1)
      }`
    )
  }
}
