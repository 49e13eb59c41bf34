// `PageFetcher` over undici: an agent that connects to public addresses only, whatever a name resolves to.
//
// Nothing is read from the environment: no proxy stands between the check of an address and the connection.
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as dns from "node:dns"
import type { Agent, Dispatcher } from "undici"
import type * as Undici from "undici"
import { PageFetcher } from "../services/evidence/PageFetcher.ts"
import type { PageAnswer, PageError, PageRequest } from "../services/evidence/PageFetcher.ts"
import { checkUrl, guardedConnector, guardedLookup } from "./AddressGuard.ts"
import { readBody, unpack } from "./PageBody.ts"
import type { Bounds } from "./PageBody.ts"
import { pageError, toPageError } from "./pageError.ts"
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

const headersOf = ({ headers }: Dispatcher.ResponseData): PageAnswer["headers"] =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined
        ? []
        : [[name.toLowerCase(), typeof value === "string" ? value : value.join(", ")]]
    )
  )

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
