// The SDK's client for calls that differ in nothing but their body and their timeout.
import type { ClientOptions, OpenAI } from "openai"
import type { Buffer } from "node:buffer"
import type { Cancellation } from "./PooledFetch.ts"
import { withCancellation } from "./PooledFetch.ts"

export interface ChatCall {
  readonly body: Buffer
  readonly timeoutMs: number
  readonly cancellation: Cancellation
}

/** Sends the call and answers the response as it came, or fails with the SDK's errors. */
export type ChatClient = (call: ChatCall) => Promise<Response>

type BuildRequest = OpenAI["buildRequest"]
type Built = ReturnType<BuildRequest>

/** Near the end of an item's time every second has requests of its own; calls with much time share one. */
const builtMax = 64

/**
 * The SDK puts the headers of every request together anew, twice, which takes 60 µs: more than sending it. Here they are
 * built once for each whole second of a timeout, which is all of a call that they tell.
 */
const buildOnce = (build: BuildRequest): BuildRequest => {
  const builtBySeconds = new Map<number, Built>()
  return (options, retry) => {
    const { body, fetchOptions, timeout = 0, ...same } = options
    const seconds = Math.trunc(timeout / 1000)
    let built = builtBySeconds.get(seconds)
    if (built === undefined) {
      built = build({ ...same, timeout }, retry)
      if (builtBySeconds.size >= builtMax) builtBySeconds.clear()
      builtBySeconds.set(seconds, built)
    }
    return built.then(({ req, url }) => ({
      req: Object.assign({ body: body as Buffer }, req, fetchOptions),
      url,
      timeout
    }))
  }
}

export const makeChatClient = (sdk: typeof OpenAI, options: ClientOptions): ChatClient => {
  const client = new sdk({ ...options, maxRetries: 0 })
  client.buildRequest = buildOnce(client.buildRequest.bind(client))
  // By `post` and as it came: `create` serialises the body through a callback for each of its values, and reading the
  // answer through the SDK takes a second timer, for a body that the pooled fetch has whole by then.
  return ({ body, cancellation, timeoutMs }) =>
    client.post("/chat/completions", {
      body,
      timeout: timeoutMs,
      fetchOptions: withCancellation(cancellation)
    }).asResponse()
}
