// A chat completion request as it arrives: read, checked, and reduced to what it means.
import { hash } from "node:crypto"
import { canonicalJson } from "../../services/Digest.ts"

export interface ChatRequest {
  readonly model: string
  readonly messages: ReadonlyArray<{ readonly role: string; readonly text: string }>
  readonly format: "text" | "json_object" | "json_schema"
  /** The JSON Schema of the answer, and its text: equal texts share what was compiled for them. */
  readonly schema: { readonly [key: string]: unknown } | undefined
  readonly schemaJson: string
  /** As the client calls the schema; empty where there is none. */
  readonly schemaName: string
  readonly outputTokensMax: number
  /**
   * SHA-256, 64 hex digits, over all of the body but `user`, `metadata` and `store`, which buy nothing; the order of
   * keys does not count. Two requests with one hash are the same purchase.
   */
  readonly meaning: string
}

/** Why a request is refused with status 400. */
export interface BadRequest {
  readonly message: string
  readonly param: string | null
}

type Fields = { readonly [key: string]: unknown }

const isFields = (value: unknown): value is Fields =>
  value !== null && typeof value === "object" && !Array.isArray(value)

const bad = (param: string | null, message: string): BadRequest => ({ param, message })

/** The text of a message: a string, or the text parts of an array. */
const textOf = (content: unknown): string => {
  if (typeof content === "string") return content
  if (!Array.isArray(content)) return ""
  return content.map((part) =>
    isFields(part) && typeof part["text"] === "string" ? part["text"] : ""
  ).join("")
}

const meaningOf = (body: Fields, format: unknown, schemaJson: string): string => {
  const {
    messages,
    response_format: _format,
    user: _user,
    metadata: _metadata,
    store: _store,
    ...rest
  } = body
  // The schema's keys keep their order here: it is the largest part, and one job sends one text of it.
  const kind = isFields(format) ? format["type"] : null
  const said = (messages as ReadonlyArray<Fields>).map(({ content, ...about }) =>
    typeof content === "string"
      ? `${canonicalJson(about)}${content.length}:${content}`
      : canonicalJson({ ...about, content })
  )
  return hash("sha256", [canonicalJson(rest), canonicalJson(kind), schemaJson, ...said].join("\n"))
}

const parse = (bytes: Uint8Array): unknown => {
  try {
    return JSON.parse(
      Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8")
    )
  } catch {
    return undefined
  }
}

const tokensMaxDefault = 16_384

/** Total: whatever the bytes are, either a request or the reason why it is none. */
export const readChatRequest = (bytes: Uint8Array): ChatRequest | BadRequest => {
  const body = parse(bytes)
  if (!isFields(body)) return bad(null, "the body is not a JSON object")
  const { model, messages, response_format: format, stream } = body
  if (typeof model !== "string" || model === "") {
    return bad("model", "you must provide a model parameter")
  }
  if (!Array.isArray(messages) || messages.length === 0) {
    return bad("messages", "you must provide a list of messages that is not empty")
  }
  if (!messages.every((message) => isFields(message) && typeof message["role"] === "string")) {
    return bad("messages", "every message needs a role and a content")
  }
  if (stream === true) return bad("stream", "this server does not stream; leave stream out")
  const kind = format === undefined ? "text" : isFields(format) ? format["type"] : undefined
  if (kind !== "text" && kind !== "json_object" && kind !== "json_schema") {
    return bad("response_format", "response_format.type must be text, json_object or json_schema")
  }
  const wrapped = kind === "json_schema" ? (format as Fields)["json_schema"] : undefined
  const { name, schema: asked }: Fields = isFields(wrapped) ? wrapped : {}
  const schema = isFields(asked) ? asked : undefined
  if (kind === "json_schema" && schema === undefined) {
    return bad("response_format.json_schema.schema", "json_schema needs a schema")
  }
  const limit = body["max_completion_tokens"] ?? body["max_tokens"] ?? tokensMaxDefault
  if (typeof limit !== "number" || !Number.isInteger(limit) || limit < 1) {
    return bad("max_completion_tokens", "max_completion_tokens must be a whole number from 1")
  }
  const schemaJson = wrapped === undefined ? "" : JSON.stringify(wrapped)
  return {
    model,
    messages: messages.map((message: Fields) => ({
      role: message["role"] as string,
      text: textOf(message["content"])
    })),
    format: kind,
    schema,
    schemaJson,
    schemaName: typeof name === "string" ? name : "",
    outputTokensMax: limit,
    meaning: meaningOf(body, format, schemaJson)
  }
}

export const isBadRequest = (request: ChatRequest | BadRequest): request is BadRequest =>
  !("model" in request)

/** Tokens as this server counts them: one for every four bytes of UTF-8, rounded up. Stable, and no tokenizer's. */
export const countTokens = (text: string): number => Math.ceil(Buffer.byteLength(text) / 4)

const slugPatterns = [
  /"slug"\s*:\s*"((?:[^"\\]|\\.)+)"/,
  /\bslug="([^"\n]+)"/,
  /^[^\S\n]*(?:[-*][^\S\n]+)?\**slug\**[^\S\n]*[:=][^\S\n]*[`"']?([^`"'\n]+)/im
]

/** The slug that a prompt names (`Slug: x`, `"slug": "x"`, `slug="x"`); empty where none is found. */
export const findSlug = (request: ChatRequest): string => {
  for (const message of request.messages) {
    if (message.role !== "user") continue
    for (const pattern of slugPatterns) {
      const found = pattern.exec(message.text)?.[1]
      if (found !== undefined) return found.trim()
    }
  }
  return ""
}
