// `PageFetcher` over undici: an agent that connects to public addresses only, whatever a name resolves to.
//
// The address is checked where the connection is made, so a name cannot resolve to one address for the check and to
// another for the connection, and once more on the connection itself. Nothing is read from the environment: no proxy
// stands between check and connection.
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import * as dns from "node:dns"
import * as net from "node:net"
import * as zlib from "node:zlib"
import type { Agent, buildConnector, Dispatcher } from "undici"
import type * as Undici from "undici"
import { PageError, PageFetcher } from "../services/evidence/PageFetcher.ts"
import type { PageAnswer, PageRequest } from "../services/evidence/PageFetcher.ts"
import { makeAllowed } from "./PublicAddress.ts"
import type { Allowed } from "./PublicAddress.ts"

export interface UndiciPageFetcherOptions {
  /** Whether loopback, private and reserved addresses may be fetched too: for tests and for one's own network. */
  readonly allowPrivateAddresses: boolean
  /** Addresses (`10.1.2.3`) and ranges (`10.0.0.0/8`) that may be fetched beside those of the public internet. */
  readonly allowedAddresses: ReadonlyArray<string>
  /** Resolves names (default: as this machine does). */
  readonly resolve?: typeof dns.lookup
}

const connectionsPerOrigin = 4
const failureBytesMax = 256 * 1024

/** Thrown where a connection is made; undici hands it on as it is. */
class PrivateAddress extends Error {
  constructor(host: string, address: string) {
    super(`${host} is at ${address}, which is not an address of the public internet`)
  }
}

const guardedLookup =
  (isAllowed: Allowed, resolve: typeof dns.lookup): net.LookupFunction =>
  (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      const inside = error === null
        ? addresses.find(({ address }) => !isAllowed(address))
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

/** Hands on only connections whose other end may be spoken to. */
const guardedConnector = (
  connect: buildConnector.connector,
  isAllowed: Allowed
): buildConnector.connector =>
(options, callback) =>
  connect(options, (...[error, socket]) => {
    const address = socket?.remoteAddress ?? ""
    if (error !== null) callback(error, null)
    else if (isAllowed(address)) callback(null, socket)
    else {
      socket.destroy()
      callback(new PrivateAddress(options.hostname, address), null)
    }
  })

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
  return pageError(
    url,
    "Network",
    `it cannot be fetched: ${[code, message].filter(Boolean).join(": ")}`
  )
}

/** The URL as it may be fetched, or why it may not. The resolver never sees a literal address, so it is checked here. */
const checkUrl = (text: string, isAllowed: Allowed): URL | string => {
  if (!URL.canParse(text)) return "it is not a URL"
  const url = new URL(text)
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    return "only http and https URLs are fetched"
  }
  if (url.username !== "" || url.password !== "") {
    return "a URL with a user name or password is not fetched"
  }
  const host = url.hostname.replace(/^\[|\]$/g, "")
  if (net.isIP(host) !== 0 && !isAllowed(host)) {
    return `${host} is not an address of the public internet`
  }
  return url
}

const headersOf = ({ headers }: Dispatcher.ResponseData): PageAnswer["headers"] =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined
        ? []
        : [[name.toLowerCase(), typeof value === "string" ? value : value.join(", ")]]
    )
  )

const tooLarge = (url: string, bytesMax: number): PageError =>
  pageError(url, "TooLarge", `it has more than ${bytesMax} bytes (evidence.fetchBytesMax)`)

interface Bounds {
  readonly url: string
  readonly bytesMax: number
  readonly cut: boolean
}

const readBody = ({ body }: Dispatcher.ResponseData, declared: number, bounds: Bounds) => {
  const { bytesMax, cut, url } = bounds
  if (declared > bytesMax && !cut) return Effect.fail(tooLarge(url, bytesMax))
  let size = 0
  return Stream.fromAsyncIterable(body, (cause) => toPageError(url, cause)).pipe(
    Stream.takeUntil((chunk: Uint8Array) => {
      size += chunk.byteLength
      return size > bytesMax
    }),
    Stream.runCollect,
    Effect.flatMap((chunks) =>
      size > bytesMax && !cut
        ? Effect.fail(tooLarge(url, bytesMax))
        : Effect.succeed(Buffer.concat(chunks).subarray(0, bytesMax))
    )
  )
}

const unpackers: { readonly [encoding: string]: () => zlib.Gunzip | zlib.BrotliDecompress } = {
  gzip: zlib.createGunzip,
  "x-gzip": zlib.createGunzip,
  deflate: zlib.createInflate,
  br: zlib.createBrotliDecompress
}

/** Unpacks piece by piece, and stops at the bound: what a bomb would grow to is never held. */
const unpack = (
  encoding: string,
  bytes: Buffer,
  { bytesMax, cut, url }: Bounds
): Effect.Effect<Buffer, PageError> => {
  if (encoding === "" || encoding === "identity" || bytes.byteLength === 0) {
    return Effect.succeed(bytes)
  }
  const unpacker = unpackers[encoding]
  if (unpacker === undefined) {
    return Effect.fail(pageError(url, "Unsupported", `its encoding is ${encoding}`))
  }
  return Effect.callback((resume) => {
    const stream = unpacker()
    const chunks: Array<Buffer> = []
    let size = 0
    const end = (result: Effect.Effect<Buffer, PageError>) => {
      resume(result)
      stream.destroy()
    }
    const whole = () => Effect.succeed(Buffer.concat(chunks).subarray(0, bytesMax))
    stream.on("data", (chunk: Buffer) => {
      chunks.push(chunk)
      size += chunk.byteLength
      if (size > bytesMax) end(cut ? whole() : Effect.fail(tooLarge(url, bytesMax)))
    })
    stream.on("end", () => end(whole()))
    // A body that was cut ends before its packing does.
    stream.on("error", (error) => end(cut ? whole() : Effect.fail(toPageError(url, error))))
    stream.end(bytes)
    return Effect.sync(() => stream.destroy())
  })
}

const requestOf = (
  url: URL,
  headers: PageRequest["headers"],
  signal: AbortSignal
): Dispatcher.RequestOptions => ({
  origin: url.origin,
  path: url.pathname + url.search,
  method: "GET",
  signal,
  headers: { ...headers, "accept-encoding": "gzip, deflate, br" }
})

/** Closes the connection of a body that was not read to its end. Its complaint about that is nobody's to hear. */
const endBody = (body: Dispatcher.ResponseData["body"]): void => {
  body.on("error", () => {})
  body.destroy()
}

const fetchWith = (loadAgent: Effect.Effect<Agent>, isAllowed: Allowed) => {
  const exchange = Effect.fnUntraced(function*(request: PageRequest) {
    const url = checkUrl(request.url, isAllowed)
    if (typeof url === "string") return yield* pageError(request.url, "Refused", url)
    const agent = yield* loadAgent
    const response = yield* Effect.acquireRelease(
      Effect.tryPromise({
        try: (signal) => agent.request(requestOf(url, request.headers, signal)),
        catch: (cause) => toPageError(request.url, cause)
      }),
      ({ body }) => Effect.sync(() => endBody(body)),
      { interruptible: true }
    )
    const { statusCode: status } = response
    const headers = headersOf(response)
    const isGood = status >= 200 && status < 300
    const isRedirect = status >= 300 && status < 400
    const bounds: Bounds = isGood
      ? request
      : { url: request.url, bytesMax: Math.min(failureBytesMax, request.bytesMax), cut: true }
    const packed = isRedirect
      ? Buffer.alloc(0)
      : yield* readBody(response, Number(headers["content-length"] ?? 0), bounds)
    const encoding = (headers["content-encoding"] ?? "").trim().toLowerCase()
    // What is wrong with the body of a failure says nothing: the status has said enough.
    const bytes = yield* Effect.catch(
      unpack(encoding, packed, bounds),
      (error) => isGood ? Effect.fail(error) : Effect.succeed(Buffer.alloc(0))
    )
    const answer: PageAnswer = { status, headers, bytes }
    return answer
  }, Effect.scoped)

  return (request: PageRequest): Effect.Effect<PageAnswer, PageError> =>
    Effect.timeoutOrElse(exchange(request), {
      duration: request.timeoutMs,
      orElse: () =>
        Effect.fail(
          pageError(request.url, "Timeout", `it did not come within ${request.timeoutMs} ms`)
        )
    })
}

const openAgent = (
  { Agent, buildConnector }: typeof Undici,
  options: UndiciPageFetcherOptions,
  isAllowed: Allowed
) =>
  new Agent({
    connections: connectionsPerOrigin,
    connect: guardedConnector(
      buildConnector({ lookup: guardedLookup(isAllowed, options.resolve ?? dns.lookup) }),
      isAllowed
    ),
    maxHeaderSize: 64 * 1024
  })

export const layer = (options: UndiciPageFetcherOptions): Layer.Layer<PageFetcher> =>
  Layer.effect(
    PageFetcher,
    Effect.gen(function*() {
      const isAllowed = options.allowPrivateAddresses
        ? () => true
        : makeAllowed(options.allowedAddresses)
      let opened: Agent | undefined
      yield* Effect.addFinalizer(() => Effect.promise(() => opened?.destroy() ?? Promise.resolve()))
      // Loaded with the first page: most runs fetch none.
      const loadAgent = Effect.map(Effect.promise(() => import("undici")), (undici) => {
        opened ??= openAgent(undici, options, isAllowed)
        return opened
      })
      return PageFetcher.of({ fetch: fetchWith(loadAgent, isAllowed) })
    })
  )
