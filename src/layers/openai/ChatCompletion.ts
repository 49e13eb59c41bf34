// A chat.completions body, as servers really send it, read as a Completion.
import type { Completion, Usage } from "../../services/generation/Llm.ts"
import { excerpt } from "../../services/qa/Finding.ts"

type Json = { readonly [key: string]: unknown }

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const count = (value: unknown): number | undefined =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : undefined

/** OpenAI's words first, then those of servers that kept their own. */
const finishWords: { readonly [word: string]: Completion["finish"] } = {
  stop: "stop",
  eos: "stop",
  eos_token: "stop",
  end_turn: "stop",
  stop_sequence: "stop",
  length: "length",
  max_tokens: "length",
  max_output_tokens: "length",
  content_filter: "filter",
  safety: "filter",
  refusal: "refusal"
}

const usageOf = (value: unknown): Usage | null => {
  if (!isObject(value)) return null
  const inputTokens = count(value["prompt_tokens"])
  const completionTokens = count(value["completion_tokens"])
  if (inputTokens === undefined || completionTokens === undefined) return null
  // Some servers leave reasoning out of completion_tokens and show it in the total only; it is billed all the same.
  const outputTokens = Math.max(completionTokens, (count(value["total_tokens"]) ?? 0) - inputTokens)
  const input = isObject(value["prompt_tokens_details"]) ? value["prompt_tokens_details"] : {}
  const output = isObject(value["completion_tokens_details"])
    ? value["completion_tokens_details"]
    : {}
  // OpenRouter's word, LiteLLM's, Anthropic's: OpenAI itself bills no writing into its cache.
  const cacheWriteTokens = count(input["cache_write_tokens"]) ??
    count(input["cache_creation_tokens"]) ?? count(value["cache_creation_input_tokens"])
  return {
    inputTokens,
    cachedInputTokens: Math.min(inputTokens, count(input["cached_tokens"]) ?? 0),
    ...(cacheWriteTokens === undefined
      ? {}
      : { cacheWriteTokens: Math.min(inputTokens, cacheWriteTokens) }),
    outputTokens,
    reasoningTokens: Math.min(outputTokens, count(output["reasoning_tokens"]) ?? 0)
  }
}

const textOf = (content: unknown): string => {
  if (typeof content === "string") return content
  if (!Array.isArray(content)) return ""
  return content.map((part) =>
    isObject(part) && typeof part["text"] === "string" ? part["text"] : ""
  ).join("")
}

/** Whatever content type it came under, and with the byte order mark that some gateways put before it. */
const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text.startsWith("\uFEFF") ? text.slice(1) : text)
  } catch {
    return text
  }
}

/** Of a body that nobody can read, what stands in place of its text. */
const unreadableCharsMax = 2000

/** What was paid for, though it is no completion: nothing of it is lost. */
const unreadable = (raw: string, body: unknown, requestedModel: string): Completion => ({
  model: requestedModel,
  text: excerpt(raw, unreadableCharsMax),
  finish: "unreadable",
  refusal: null,
  usage: isObject(body) ? usageOf(body["usage"]) : null,
  body
})

/** The completion in the body, or a sentence saying that the server gave none: an error, or nothing at all. */
export const readCompletion = (raw: string, requestedModel: string): Completion | string => {
  const body = parsed(raw)
  if (raw.trim() === "") return "the answer is empty"
  if (!isObject(body)) return unreadable(raw, body, requestedModel)
  const choices = body["choices"]
  const choice: unknown = Array.isArray(choices) ? choices[0] : undefined
  if (!isObject(choice) || !isObject(choice["message"])) {
    return isObject(body["error"])
      ? `the answer is an error: ${JSON.stringify(body["error"])}`
      : unreadable(raw, body, requestedModel)
  }
  const message = choice["message"]
  const word = choice["finish_reason"]
  const refusal = typeof message["refusal"] === "string" && message["refusal"] !== ""
    ? message["refusal"]
    : null
  const finish = typeof word === "string" ? finishWords[word.toLowerCase()] ?? "other" : "other"
  return {
    model: typeof body["model"] === "string" && body["model"] !== ""
      ? body["model"]
      : requestedModel,
    text: textOf(message["content"]),
    finish: refusal !== null ? "refusal" : finish,
    refusal,
    usage: usageOf(body["usage"]),
    ...(typeof body["service_tier"] === "string" ? { serviceTier: body["service_tier"] } : {}),
    body
  }
}
