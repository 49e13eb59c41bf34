// The `fetch` under the openai SDK: one keep-alive pool, whole answers, and certainty about what was sent.
import type { ClientOptions } from "openai"
import type { Dispatcher } from "undici"
import { brotliDecompressSync, unzipSync } from "node:zlib"

type Fetch = NonNullable<ClientOptions["fetch"]>

/** The call ended before its first byte was written: it cannot have been billed. */
export class NotSent extends Error {
  override readonly name = "NotSent"
}

/**
 * Ends one call at once and closes its connection. The SDK's own `signal` would do the same for two more
 * AbortControllers and a composed signal in every call.
 */
export class Cancellation {
  isCancelled = false
  onCancel: (() => void) | undefined
  cancel(): void {
    this.isCancelled = true
    this.onCancel?.()
  }
}

type CancellableInit = RequestInit & { readonly cancellation?: Cancellation }

/** What the SDK hands on to the fetch as it is. */
export const withCancellation = (
  cancellation: Cancellation
): NonNullable<ClientOptions["fetchOptions"]> =>
  ({ cancellation }) as NonNullable<ClientOptions["fetchOptions"]>

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
  entries(): IterableIterator<[string, string]> {
    return Object.keys(this.fields).map((name): [string, string] => [name, this.get(name) ?? ""])
      .values()
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

const flatHeaders = new WeakMap<Headers, Array<string>>()
/** As the dispatcher takes them. Calls that share their headers share what becomes of them. */
const requestHeaders = (headers: Headers): Array<string> => {
  let flat = flatHeaders.get(headers)
  if (flat === undefined) {
    // Plain answers are small, and decoding them costs more than sending them.
    flat = ["accept-encoding", "identity"]
    for (const [name, value] of headers) {
      if (name !== "accept-encoding") flat.push(name, value)
    }
    flatHeaders.set(headers, flat)
  }
  return flat
}

/** One request and its whole answer. */
class Exchange implements Dispatcher.DispatchHandler {
  private readonly url: string
  private readonly init: CancellableInit
  private readonly scrub: (text: string) => string
  private readonly answer = Promise.withResolvers<Response>()
  private readonly chunks: Array<Buffer> = []
  private controller: Dispatcher.DispatchController | undefined
  private status = 0
  private size = 0
  private headers = new HeaderView({})
  constructor(url: string, init: CancellableInit, scrub: (text: string) => string) {
    this.url = url
    this.init = init
    this.scrub = scrub
  }

  begin(dispatcher: Dispatcher): Promise<Response> {
    const { body, cancellation, headers, method = "GET", signal } = this.init
    if (cancellation !== undefined) cancellation.onCancel = this.abort
    signal?.addEventListener("abort", this.abort)
    if (this.isAborted) {
      this.abort()
    } else {
      const { origin, path } = targetOf(this.url)
      const options = {
        origin,
        path,
        method,
        headers: requestHeaders(headers instanceof Headers ? headers : new Headers(headers)),
        body: body instanceof Uint8Array ? body : null
      }
      dispatcher.dispatch(options, this)
    }
    return this.answer.promise
  }

  onRequestStart(started: Dispatcher.DispatchController): void {
    if (this.isAborted) started.abort(this.reason)
    else this.controller = started
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    fields: Dispatcher.ResponseData["headers"]
  ): void {
    this.status = status
    this.headers = new HeaderView(fields)
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.size += chunk.length
    if (this.size > responseBytesMax) {
      controller.abort(new Error(`the answer is longer than ${responseBytesMax} bytes`))
    } else this.chunks.push(chunk)
  }

  onResponseEnd(): void {
    this.init.signal?.removeEventListener("abort", this.abort)
    const { headers, status } = this
    const ok = status >= 200 && status < 300
    // Without its url, which the SDK would parse for a log that is off.
    const whole = { status, ok, headers, body: null, text: () => Promise.resolve(this.text()) }
    this.answer.resolve(whole as unknown as Response)
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.fail(error)
  }

  private text(): string {
    const bytes = this.chunks.length === 1 && this.chunks[0] !== undefined
      ? this.chunks[0]
      : Buffer.concat(this.chunks)
    return this.scrub(decoded(bytes, this.headers.get("content-encoding")).toString("utf8"))
  }

  private get isAborted(): boolean {
    return this.init.signal?.aborted === true || this.init.cancellation?.isCancelled === true
  }

  private get reason(): Error {
    const reason: unknown = this.init.signal?.reason
    return reason instanceof Error ? reason : new DOMException("aborted", "AbortError")
  }

  private readonly abort = (): void => {
    if (this.controller === undefined) this.fail(this.reason)
    else this.controller.abort(this.reason)
  }

  private fail(error: Error): void {
    this.init.signal?.removeEventListener("abort", this.abort)
    const certain = this.controller === undefined
    this.answer.reject(
      certain ? new NotSent("nothing was sent: " + error.message, { cause: error }) : error
    )
  }
}

/**
 * A fetch over the dispatcher that resolves with the whole answer, so that the SDK's one timer covers headers and body.
 * It reads no proxy from the environment, follows no redirect (a redirected POST could be billed twice) and tries
 * nothing again. `scrub` is applied to every text before anyone sees it.
 *
 * A full WHATWG `Response` costs more CPU than the rest of the call; the SDK reads five members of it that matter, given here.
 */
export const makePooledFetch =
  (dispatcher: Dispatcher, scrub: (text: string) => string): Fetch => (input, init) =>
    new Exchange(input instanceof Request ? input.url : input.toString(), init ?? {}, scrub).begin(
      dispatcher
    )
