// `PageFetcher` over undici: an agent that connects to public addresses only, whatever a name resolves to.
//
// The address is checked where the connection is made, so a name cannot resolve to one address for the check and to
// another for the connection. Nothing is read from the environment: no proxy stands between check and connection.
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import * as dns from "node:dns"
import * as net from "node:net"
import * as zlib from "node:zlib"
import type { Agent, Dispatcher } from "undici"
import { PageError, PageFetcher } from "../services/evidence/PageFetcher.ts"
import type { Page, PageRequest } from "../services/evidence/PageFetcher.ts"
import { isPublicAddress } from "./PublicAddress.ts"

export interface UndiciPageFetcherOptions {
  /** Whether loopback, private and reserved addresses may be fetched too: for tests and for one's own network. */
  readonly allowPrivateAddresses: boolean
}

const redirectsMax = 5
const connectionsPerOrigin = 4
const userAgent = "inkfast (evidence fetcher)"

/** Thrown where a connection is made; undici hands it on as it is. */
class PrivateAddress extends Error {
  constructor(host: string, address: string) {
    super(`${host} is at ${address}, which is not an address of the public internet`)
  }
}

const guardedLookup: net.LookupFunction = (hostname, options, callback) => {
  dns.lookup(hostname, { ...options, all: true }, (error, addresses) => {
    const inside = error === null
      ? addresses.find(({ address }) => !isPublicAddress(address))
      : undefined
    const first = error === null ? addresses[0] : undefined
    // One bad address spoils the name: an attacker's server would offer a good one beside it.
    if (inside !== undefined) callback(new PrivateAddress(hostname, inside.address), "")
    else if (error !== null || first === undefined) {
      callback(error ?? new Error(`${hostname} has no address`), "")
    } else if (options.all === true) callback(null, addresses)
    else callback(null, first.address, first.family)
  })
}

const pageError = (url: string, reason: PageError["reason"], detail: string) =>
  new PageError({ url, reason, detail })

/** The innermost error: undici and the socket wrap one another's. */
const rootOf = (cause: unknown): unknown => {
  let at = cause
  for (let depth = 0; depth < 8; depth++) {
    if (at instanceof AggregateError && at.errors.length > 0) at = at.errors[0]
    else if (at instanceof Error && at.cause !== undefined) at = at.cause
    else break
  }
  return at
}

const toPageError = (url: string, cause: unknown): PageError => {
  const root = rootOf(cause)
  if (root instanceof PrivateAddress) return pageError(url, "Refused", root.message)
  const code = root instanceof Error && "code" in root ? String(root.code) : ""
  const message = root instanceof Error ? root.message : String(root)
  if (code === "ERR_BUFFER_TOO_LARGE") {
    return pageError(url, "TooLarge", "its content grows past the bound when unpacked")
  }
  return pageError(
    url,
    "Network",
    `it cannot be fetched: ${[code, message].filter(Boolean).join(": ")}`
  )
}

/** The URL as it may be fetched, or why it may not. The resolver never sees a literal address, so it is checked here. */
const checkUrl = (text: string, options: UndiciPageFetcherOptions): URL | string => {
  if (!URL.canParse(text)) return "it is not a URL"
  const url = new URL(text)
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    return "only http and https URLs are fetched"
  }
  if (url.username !== "" || url.password !== "") {
    return "a URL with a user name or password is not fetched"
  }
  const host = url.hostname.replace(/^\[|\]$/g, "")
  if (!options.allowPrivateAddresses && net.isIP(host) !== 0 && !isPublicAddress(host)) {
    return `${host} is not an address of the public internet`
  }
  return url
}

const header = (headers: Dispatcher.ResponseData["headers"], name: string): string => {
  const value = headers[name]
  return value === undefined ? "" : typeof value === "string" ? value : value.join(", ")
}

const statusError = (url: string, status: number): PageError =>
  status === 404 || status === 410
    ? pageError(url, "NotFound", `the server answered ${status}`)
    : status >= 400 && status < 500 && status !== 408 && status !== 425 && status !== 429
    ? pageError(url, "Refused", `the server answered ${status}`)
    : pageError(url, "Network", `the server answered ${status}`)

const tooLarge = (url: string, bytesMax: number): PageError =>
  pageError(url, "TooLarge", `it has more than ${bytesMax} bytes (evidence.fetchBytesMax)`)

const readBody = (url: string, { body, headers }: Dispatcher.ResponseData, bytesMax: number) => {
  const declared = Number(header(headers, "content-length"))
  return Stream.fromAsyncIterable(body, (cause) => toPageError(url, cause)).pipe(
    Stream.runFoldEffect(
      () => ({ size: declared > bytesMax ? declared : 0, chunks: new Array<Uint8Array>() }),
      (sum, chunk: Uint8Array) => {
        sum.size += chunk.byteLength
        if (sum.size > bytesMax) return Effect.fail(tooLarge(url, bytesMax))
        sum.chunks.push(chunk)
        return Effect.succeed(sum)
      }
    ),
    Effect.map(({ chunks }) => Buffer.concat(chunks))
  )
}

type Unpack = (
  bytes: Buffer,
  options: { maxOutputLength: number },
  done: (error: Error | null, out: Buffer) => void
) => void
const unpackers: { readonly [encoding: string]: Unpack } = {
  gzip: zlib.gunzip,
  deflate: zlib.inflate,
  br: zlib.brotliDecompress
}

const unpack = (
  url: string,
  encoding: string,
  bytes: Buffer,
  bytesMax: number
): Effect.Effect<Buffer, PageError> => {
  if (encoding === "" || encoding === "identity" || bytes.byteLength === 0) {
    return Effect.succeed(bytes)
  }
  const unpacker = unpackers[encoding]
  if (unpacker === undefined) {
    return Effect.fail(pageError(url, "Unsupported", `its encoding is ${encoding}`))
  }
  return Effect.callback((resume) => {
    unpacker(
      bytes,
      { maxOutputLength: bytesMax },
      (error, out) =>
        resume(error === null ? Effect.succeed(out) : Effect.fail(toPageError(url, error)))
    )
  })
}

const requestOf = (url: URL, signal: AbortSignal): Dispatcher.RequestOptions => ({
  origin: url.origin,
  path: url.pathname + url.search,
  method: "GET",
  signal,
  headers: {
    accept: "text/html, application/xhtml+xml, application/json, text/*;q=0.9",
    "accept-encoding": "gzip, deflate, br",
    "user-agent": userAgent
  }
})

/** Closes the connection of a body that was not read to its end. Its complaint about that is nobody's to hear. */
const endBody = (body: Dispatcher.ResponseData["body"]): void => {
  body.on("error", () => {})
  body.destroy()
}

const fetchWith = (loadAgent: Effect.Effect<Agent>, options: UndiciPageFetcherOptions) => {
  const hop = Effect.fnUntraced(function*(agent: Agent, url: URL, request: PageRequest) {
    const response = yield* Effect.acquireRelease(
      Effect.tryPromise({
        try: (signal) => agent.request(requestOf(url, signal)),
        catch: (cause) => toPageError(request.url, cause)
      }),
      ({ body }) => Effect.sync(() => endBody(body)),
      { interruptible: true }
    )
    const { headers, statusCode } = response
    const location = header(headers, "location")
    if (statusCode >= 300 && statusCode < 400 && location !== "") return { redirect: location }
    if (statusCode < 200 || statusCode >= 300) return yield* statusError(request.url, statusCode)
    const packed = yield* readBody(request.url, response, request.bytesMax)
    const encoding = header(headers, "content-encoding").trim().toLowerCase()
    const bytes = yield* unpack(request.url, encoding, packed, request.bytesMax)
    const page: Page = { url: url.href, contentType: header(headers, "content-type"), bytes }
    return { page }
  }, Effect.scoped)

  const follow = Effect.fnUntraced(function*(request: PageRequest) {
    const agent = yield* loadAgent
    let target = request.url
    for (let redirects = 0; redirects <= redirectsMax; redirects++) {
      const url = checkUrl(target, options)
      if (typeof url === "string") {
        const where = redirects === 0 ? "" : `it redirects to ${target}: `
        return yield* pageError(request.url, "Refused", where + url)
      }
      const answer = yield* hop(agent, url, request)
      if (answer.page !== undefined) return answer.page
      target = URL.canParse(answer.redirect, url.href)
        ? new URL(answer.redirect, url.href).href
        : answer.redirect
    }
    return yield* pageError(request.url, "Refused", `it redirects more than ${redirectsMax} times`)
  })

  return (request: PageRequest): Effect.Effect<Page, PageError> =>
    Effect.timeoutOrElse(follow(request), {
      duration: request.timeoutMs,
      orElse: () =>
        Effect.fail(
          pageError(request.url, "Timeout", `it did not come within ${request.timeoutMs} ms`)
        )
    })
}

export const layer = (options: UndiciPageFetcherOptions): Layer.Layer<PageFetcher> =>
  Layer.effect(
    PageFetcher,
    Effect.gen(function*() {
      let opened: Agent | undefined
      yield* Effect.addFinalizer(() => Effect.promise(() => opened?.destroy() ?? Promise.resolve()))
      // Loaded with the first page: most runs fetch none.
      const loadAgent = Effect.map(Effect.promise(() => import("undici")), (undici) => {
        opened ??= new undici.Agent({
          connections: connectionsPerOrigin,
          connect: options.allowPrivateAddresses ? {} : { lookup: guardedLookup },
          maxHeaderSize: 64 * 1024
        })
        return opened
      })
      return PageFetcher.of({ fetch: fetchWith(loadAgent, options) })
    })
  )
