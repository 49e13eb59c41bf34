// A server on the loopback that lives as long as the test's scope, and answers as the test says.
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as http from "node:http"
import type { AddressInfo } from "node:net"

/** Answers the server's origin: `http://127.0.0.1:<port>`. */
export const serveHttp = (
  handler: http.RequestListener
): Effect.Effect<string, never, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(
      Effect.callback<http.Server>((resume) => {
        const server = http.createServer(handler)
        // A test that is busy for seconds must not find its connection closed meanwhile.
        server.keepAliveTimeout = 0
        server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
      }),
      (server) =>
        Effect.callback<void>((resume) => {
          server.close(() => resume(Effect.void))
          server.closeAllConnections()
        })
    ),
    (server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  )
