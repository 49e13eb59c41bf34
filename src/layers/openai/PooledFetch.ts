// The `fetch` under the openai SDK: one keep-alive pool, whole answers, and certainty about what was sent.
import type { ClientOptions } from "openai"
import type { Dispatcher } from "undici"
import { brotliDecompressSync, unzipSync } from "node:zlib"

type Fetch = NonNullable<ClientOptions["fetch"]>

/** The call ended before its first byte was written: it cannot have been billed. */
export class NotSent extends Error {
  override readonly name = "NotSent"
}

/** An answer longer than this is cut off: no completion is that long. */
const responseBytesMax = 32 * 1024 * 1024

/** The part of `Headers` that the SDK reads. */
class HeaderView {
  private readonly fields: Dispatcher.ResponseData["headers"]
  constructor(fields: Dispatcher.ResponseData["headers"]) {
    this.fields = fields
  }
  get(name: string): string | null {
    const value = this.fields[name.toLowerCase()]
    return value === undefined ? null : typeof value === "string" ? value : value.join(", ")
  }
  *entries(): IterableIterator<[string, string]> {
    for (const name of Object.keys(this.fields)) yield [name, this.get(name) ?? ""]
  }
}

const decoded = (bytes: Buffer, encoding: string | null): Buffer => {
  const bound = { maxOutputLength: responseBytesMax }
  if (encoding === null || encoding === "identity" || encoding === "") return bytes
  return encoding === "br" ? brotliDecompressSync(bytes, bound) : unzipSync(bytes, bound)
}

const targets = new Map<string, { readonly origin: string; readonly path: string }>()
const targetOf = (url: string) => {
  let target = targets.get(url)
  if (target === undefined) {
    const { origin, pathname, search } = new URL(url)
    target = { origin, path: pathname + search }
    // A job has one endpoint; the bound is for a process that goes through many.
    if (targets.size >= 64) targets.clear()
    targets.set(url, target)
  }
  return target
}

const requestHeaders = (headers: RequestInit["headers"]): Array<string> => {
  // Plain answers are small, and decoding them costs more than sending them.
  const flat = ["accept-encoding", "identity"]
  for (const [name, value] of headers instanceof Headers ? headers : new Headers(headers)) {
    if (name !== "accept-encoding") flat.push(name, value)
  }
  return flat
}

/**
 * A fetch over the dispatcher that resolves with the whole answer, so that the SDK's one timer covers headers and body.
 * It reads no proxy from the environment, follows no redirect (a redirected POST could be billed twice) and tries
 * nothing again. `scrub` is applied to every text before anyone sees it.
 *
 * A full WHATWG `Response` costs more CPU than the rest of the call; the SDK reads six members of it, given here.
 */
export const makePooledFetch = (dispatcher: Dispatcher, scrub: (text: string) => string): Fetch => (input, init) => {
  const url = String(input)
  const { promise, reject, resolve } = Promise.withResolvers<Response>()
  const signal = init?.signal
  const chunks: Array<Buffer> = []
  let controller: Dispatcher.DispatchController | undefined
  let status = 0
  let size = 0
  let headers = new HeaderView({})
  const fail = (error: Error) => {
    signal?.removeEventListener("abort", onAbort)
    reject(controller === undefined ? new NotSent("nothing was sent: " + error.message, { cause: error }) : error)
  }
  const onAbort = () => {
    const reason = signal?.reason instanceof Error ? signal.reason : new DOMException("aborted", "AbortError")
    if (controller === undefined) fail(reason)
    else controller.abort(reason)
  }
  if (signal?.aborted === true) {
    onAbort()
    return promise
  }
  signal?.addEventListener("abort", onAbort)
  const { origin, path } = targetOf(url)
  dispatcher.dispatch({
    origin,
    path,
    method: init?.method ?? "GET",
    headers: requestHeaders(init?.headers),
    body: typeof init?.body === "string" ? init.body : null
  }, {
    onRequestStart: (started) => {
      if (signal?.aborted === true) started.abort(new DOMException("aborted", "AbortError"))
      else controller = started
    },
    onResponseStart: (_controller, statusCode, fields) => {
      status = statusCode
      headers = new HeaderView(fields)
    },
    onResponseData: (current, chunk) => {
      size += chunk.length
      if (size > responseBytesMax) current.abort(new Error(`the answer is longer than ${responseBytesMax} bytes`))
      else chunks.push(chunk)
    },
    onResponseEnd: () => {
      signal?.removeEventListener("abort", onAbort)
      const whole = {
        status,
        ok: status >= 200 && status < 300,
        url,
        headers,
        body: null,
        text: () => {
          const bytes = chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks)
          return Promise.resolve(scrub(decoded(bytes, headers.get("content-encoding")).toString("utf8")))
        }
      }
      resolve(whole as unknown as Response)
    },
    onResponseError: (_controller, error) => fail(error)
  })
  return promise
}
