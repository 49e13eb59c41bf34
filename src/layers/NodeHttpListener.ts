// `HttpListener` over node:http.
//
// Gotchas: the event loop is the bound here, so a request costs one fiber and nothing more; keep-alive is longer than
// any client's, since a server that closes an idle connection first races with the client's next request.
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import type { IncomingMessage, Server, ServerResponse } from "node:http"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import type { HttpReply, HttpRequest, ListenOptions } from "../services/http/HttpListener.ts"
import { HttpListener, ListenError } from "../services/http/HttpListener.ts"
import { systemMessage } from "./systemMessage.ts"

type Handle = (request: HttpRequest) => Effect.Effect<HttpReply>
/** Starts the fiber; what it answers interrupts it. */
type Run = (
  handler: Effect.Effect<HttpReply>,
  onExit: (exit: Exit.Exit<HttpReply>) => void
) => () => void

const keepAliveMs = 120_000
const acceptBacklog = 4096

const send = (response: ServerResponse, reply: HttpReply): void => {
  if (reply._tag === "Whole") {
    const length = typeof reply.body === "string"
      ? Buffer.byteLength(reply.body)
      : reply.body.byteLength
    response.writeHead(reply.status, { ...reply.headers, "content-length": String(length) })
    response.end(reply.body)
    return
  }
  const { sent } = reply
  if (sent === undefined) {
    response.destroy()
    return
  }
  response.writeHead(sent.status, { ...sent.headers, "content-length": String(sent.length) })
  // Destroyed only once the part is with the kernel, so that the client does see it.
  response.write(sent.part, () => response.destroy())
}

const plain = (status: number, message: string): HttpReply => ({
  _tag: "Whole",
  status,
  headers: { "content-type": "application/json" },
  body: `{"error":{"message":"${message}","type":"invalid_request_error","param":null,"code":null}}`
})

const respond = (response: ServerResponse, handler: Effect.Effect<HttpReply>, run: Run): void => {
  const interrupt = run(handler, (exit) => {
    if (response.destroyed) return
    if (Exit.isSuccess(exit)) send(response, exit.value)
    else send(response, plain(500, "the handler failed"))
  })
  response.once("close", () => {
    if (!response.writableFinished) interrupt()
  })
}

const accept =
  (options: ListenOptions, handle: Handle, run: Run) =>
  (message: IncomingMessage, response: ServerResponse): void => {
    const chunks: Array<Buffer> = []
    let bytes = 0
    const onData = (chunk: Buffer): void => {
      bytes += chunk.byteLength
      if (bytes <= options.requestBytesMax) {
        chunks.push(chunk)
        return
      }
      // The rest is not read: the answer goes out and the connection ends with it.
      message.off("data", onData)
      message.off("end", onEnd)
      message.pause()
      response.shouldKeepAlive = false
      send(response, plain(413, `the request is larger than ${options.requestBytesMax} bytes`))
      response.once("finish", () => message.destroy())
    }
    const onEnd = (): void => {
      const body = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)
      const request = {
        method: message.method ?? "",
        target: message.url ?? "",
        headers: message.headers,
        body
      }
      respond(response, handle(request), run)
    }
    message.on("data", onData)
    message.once("end", onEnd)
    // A client that dies while it sends is no fault of ours; without a listener it would end the process.
    message.on("error", () => undefined)
  }

const open = (
  options: ListenOptions,
  handle: Handle,
  run: Run
): Effect.Effect<Server, ListenError> =>
  Effect.callback<Server, ListenError>((resume) => {
    const server = createServer(
      { keepAliveTimeout: keepAliveMs, noDelay: true },
      accept(options, handle, run)
    )
    const { host, port } = options
    server.once("error", (cause: NodeJS.ErrnoException) =>
      resume(
        Effect.fail(
          new ListenError({
            host,
            port,
            code: cause.code ?? "UNKNOWN",
            detail: systemMessage(cause)
          })
        )
      ))
    server.listen({ host, port, backlog: acceptBacklog }, () => {
      server.removeAllListeners("error")
      resume(Effect.succeed(server))
    })
  })

const close = (server: Server): Effect.Effect<void> =>
  Effect.callback<void>((resume) => {
    server.close(() => resume(Effect.void))
    server.closeAllConnections()
  })

const listen = Effect.fnUntraced(function*(options: ListenOptions, handle: Handle) {
  // The caller's clock, randomness and loggers go with every request.
  const start = Effect.runCallbackWith(yield* Effect.context<never>())
  const server = yield* Effect.acquireRelease(
    open(options, handle, (handler, onExit) => start(handler, { onExit })),
    close
  )
  return (server.address() as AddressInfo).port
})

export const layer: Layer.Layer<HttpListener> = Layer.succeed(
  HttpListener,
  HttpListener.of({ listen })
)
