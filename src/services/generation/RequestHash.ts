// Names a request by what it buys: two with one hash would be the same purchase.
import { canonicalJson, digest } from "../Digest.ts"
import type { LlmRequest } from "./Llm.ts"

/** A job has one schema: it is not written out again for every call. */
const schemaHashes = new WeakMap<LlmRequest["schema"], string>()

const schemaHashOf = (schema: LlmRequest["schema"]): string => {
  let hash = schemaHashes.get(schema)
  if (hash === undefined) schemaHashes.set(schema, hash = digest(canonicalJson(schema)))
  return hash
}

/** SHA-256 over model, messages, schema and limits, first 32 hex digits. How long one waits for it buys nothing else. */
export const requestHash = (request: LlmRequest): string =>
  digest(JSON.stringify([
    request.model,
    request.schemaName,
    schemaHashOf(request.schema),
    request.outputTokensMax,
    request.temperature ?? null,
    request.messages.map(({ content, role }) => [role, digest(content)]),
    ...(request.serviceTier === undefined ? [] : [request.serviceTier])
  ]))
