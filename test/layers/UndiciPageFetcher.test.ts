// Real HTTP against a server on the loopback: bounds, redirects, broken connections, and where nothing is fetched from.
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type * as Scope from "effect/Scope"
import * as TestClock from "effect/testing/TestClock"
import * as fc from "fast-check"
import * as http from "node:http"
import type { AddressInfo } from "node:net"
import * as zlib from "node:zlib"
import { isPublicAddress } from "../../src/layers/PublicAddress.ts"
import * as UndiciPageFetcher from "../../src/layers/UndiciPageFetcher.ts"
import { PageFetcher } from "../../src/services/evidence/PageFetcher.ts"
import type { Page, PageError } from "../../src/services/evidence/PageFetcher.ts"

const serve = (handler: http.RequestListener): Effect.Effect<string, never, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(
      Effect.callback<http.Server>((resume) => {
        const server = http.createServer(handler)
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

const fetch = (url: string, bytesMax = 1_000) =>
  Effect.flatMap(PageFetcher, (pages) => pages.fetch({ url, timeoutMs: 10_000, bytesMax }))

const open = Effect.provide(UndiciPageFetcher.layer({ allowPrivateAddresses: true }))
const guarded = Effect.provide(UndiciPageFetcher.layer({ allowPrivateAddresses: false }))

const reasonOf = <R>(effect: Effect.Effect<Page, PageError, R>) =>
  Effect.orDie(Effect.map(Effect.flip(effect), (error) => error.reason))

describe("a page", () => {
  it.effect("comes whole, unpacked, with its kind and where it was in the end", () =>
    Effect.gen(function*() {
      const root = yield* serve((request, response) => {
        if (request.url === "/from?x=1") {
          return response.writeHead(302, { location: "/to" }).end("moved")
        }
        const packed = {
          "/gzip": zlib.gzipSync,
          "/br": zlib.brotliCompressSync,
          "/deflate": zlib.deflateSync
        }[request.url ?? ""]
        const encoding = packed === undefined
          ? {}
          : { "content-encoding": (request.url ?? "").slice(1) }
        response.writeHead(200, { "content-type": "text/plain", ...encoding })
        return response.end(packed === undefined ? "hello" : packed("hello"))
      })
      for (const way of ["/", "/gzip", "/br", "/deflate"]) {
        const page = yield* fetch(root + way)
        assert.strictEqual(Buffer.from(page.bytes).toString(), "hello")
        assert.strictEqual(page.contentType, "text/plain")
      }
      assert.strictEqual((yield* fetch(`${root}/from?x=1`)).url, `${root}/to`)
    }).pipe(open))

  it.effect("is refused, missing or to be had later by the server's status", () =>
    Effect.gen(function*() {
      const root = yield* serve((request, response) => {
        response.writeHead(Number(request.url?.slice(1))).end("no")
      })
      const expected = {
        404: "NotFound",
        410: "NotFound",
        401: "Refused",
        403: "Refused",
        429: "Network",
        500: "Network",
        304: "Network"
      }
      for (const [status, reason] of Object.entries(expected)) {
        assert.strictEqual(yield* reasonOf(fetch(`${root}/${status}`)), reason, status)
      }
    }).pipe(open))

  it.effect("is too large by its declared length, by its real length, or once unpacked", () =>
    Effect.gen(function*() {
      const root = yield* serve((request, response) => {
        if (request.url === "/declared") {
          response.writeHead(200, { "content-length": "1001" }).end("x".repeat(1_001))
        } else if (request.url === "/bomb") {
          response.writeHead(200, { "content-encoding": "gzip" }).end(
            zlib.gzipSync("x".repeat(500_000))
          )
        } else if (request.url === "/fits") response.writeHead(200).end("x".repeat(1_000))
        else {
          const pour = () => {
            while (
              response.write("x".repeat(1_000)) && !response.destroyed
            ) { /* until the reader has enough */ }
          }
          response.writeHead(200).on("drain", pour)
          pour()
        }
      })
      assert.strictEqual((yield* fetch(`${root}/fits`)).bytes.byteLength, 1_000)
      for (const way of ["/declared", "/endless", "/bomb"]) {
        assert.strictEqual(yield* reasonOf(fetch(root + way)), "TooLarge", way)
      }
    }).pipe(open))

  it.effect("is of no use in an unknown encoding, or broken off", () =>
    Effect.gen(function*() {
      const root = yield* serve((request, response) => {
        if (request.url === "/zstd") {
          response.writeHead(200, { "content-encoding": "zstd" }).end("x")
        } else if (request.url === "/torn") {
          response.writeHead(200, { "content-encoding": "gzip" }).end("no gzip")
        } else if (request.url === "/cut") {
          response.writeHead(200, { "content-length": "10" }).write("x", () => response.destroy())
        } else response.destroy()
      })
      assert.strictEqual(yield* reasonOf(fetch(`${root}/zstd`)), "Unsupported")
      for (const way of ["/torn", "/cut", "/dropped"]) {
        assert.strictEqual(
          yield* reasonOf(fetch(root + way)),
          "Network",
          way
        )
      }
    }).pipe(open))

  it.effect("is waited for no longer than its time, and the connection is closed", () =>
    Effect.gen(function*() {
      const asked = yield* Deferred.make<void>()
      const closed = yield* Deferred.make<void>()
      const root = yield* serve((request) => {
        request.socket.on("close", () => Deferred.doneUnsafe(closed, Effect.void))
        Deferred.doneUnsafe(asked, Effect.void)
      })
      const fiber = yield* Effect.forkChild(reasonOf(fetch(root)))
      yield* Deferred.await(asked)
      yield* TestClock.adjust(10_000)
      assert.strictEqual(yield* Fiber.join(fiber), "Timeout")
      yield* Deferred.await(closed)
    }).pipe(open))

  it.effect("follows at most five redirects, and none to another kind of URL", () =>
    Effect.gen(function*() {
      const root = yield* serve((request, response) => {
        const left = Number(request.url?.slice(1))
        if (request.url === "/file") {
          response.writeHead(301, { location: "file:///etc/passwd" }).end()
        } else if (request.url === "/broken") {
          response.writeHead(301, { location: "http://[" }).end()
        } else if (left > 0) response.writeHead(307, { location: `/${left - 1}` }).end()
        else response.end("here")
      })
      assert.strictEqual(Buffer.from((yield* fetch(`${root}/5`)).bytes).toString(), "here")
      for (const way of ["/6", "/file", "/broken"]) {
        assert.strictEqual(yield* reasonOf(fetch(root + way)), "Refused", way)
      }
    }).pipe(open))
})

describe("where nothing is fetched from", () => {
  it.effect("other schemes, credentials and what is no URL", () =>
    Effect.gen(function*() {
      for (
        const url of [
          "file:///etc/passwd",
          "ftp://x/",
          "data:text/plain,x",
          "javascript:1",
          "http://u:p@example.com/",
          "example.com",
          ""
        ]
      ) {
        assert.strictEqual(yield* reasonOf(fetch(url)), "Refused", url)
      }
    }).pipe(open))

  it.effect("loopback and private addresses, however they are written, and names that resolve to them", () =>
    Effect.gen(function*() {
      let requests = 0
      const root = yield* serve((_, response) => {
        requests++
        response.end("inside")
      })
      const port = new URL(root).port
      const hosts = [
        "127.0.0.1",
        "2130706433",
        "0x7f.1",
        "0",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::]",
        "localhost",
        "169.254.169.254",
        "10.0.0.1"
      ]
      for (const host of hosts) {
        assert.strictEqual(yield* reasonOf(fetch(`http://${host}:${port}/`)), "Refused", host)
      }
      assert.strictEqual(requests, 0)
    }).pipe(guarded))

  it("addresses of the public internet are told from all others", () => {
    for (
      const address of [
        "1.1.1.1",
        "8.8.8.8",
        "172.15.255.255",
        "172.32.0.0",
        "223.255.255.255",
        "2606:4700::1111",
        "2a00:1450::1"
      ]
    ) {
      assert.isTrue(isPublicAddress(address), address)
    }
    const inside = [
      "0.0.0.0",
      "10.1.2.3",
      "100.64.0.1",
      "127.255.0.1",
      "169.254.169.254",
      "172.16.0.1",
      "192.168.1.1",
      "198.19.0.1",
      "224.0.0.1",
      "255.255.255.255",
      "::",
      "::1",
      "::ffff:8.8.8.8",
      "64:ff9b::7f00:1",
      "2001::1",
      "2002:7f00:1::",
      "fc00::1",
      "fe80::1",
      "ff02::1",
      "",
      "localhost",
      "127.1",
      "::ffff:7f00:1"
    ]
    for (const address of inside) assert.isFalse(isPublicAddress(address), address)
  })

  it("no private IPv4 address passes, whatever its last numbers", () => {
    const octet = fc.integer({ min: 0, max: 255 })
    fc.assert(
      fc.property(
        fc.constantFrom("10", "127", "0", "192.168", "169.254", "172.20"),
        octet,
        octet,
        octet,
        (prefix, a, b, c) => {
          const address = `${prefix}.${a}.${b}.${c}`.split(".").slice(0, 4).join(".")
          assert.isFalse(isPublicAddress(address), address)
        }
      )
    )
  })
})
