// Real HTTP against a server on the loopback: bounds, redirects, broken connections, and where nothing is fetched from.
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import * as fc from "fast-check"
import type * as dns from "node:dns"
import * as zlib from "node:zlib"
import { isPublicAddress, makeAllowed } from "../../src/layers/PublicAddress.ts"
import * as UndiciPageFetcher from "../../src/layers/UndiciPageFetcher.ts"
import { PageFetcher } from "../../src/services/evidence/PageFetcher.ts"
import type { PageAnswer, PageError } from "../../src/services/evidence/PageFetcher.ts"
import { serveHttp as serve } from "../support/serveHttp.ts"

const fetch = (url: string, bytesMax = 1_000, cut = false) =>
  Effect.flatMap(
    PageFetcher,
    (pages) => pages.fetch({ url, timeoutMs: 10_000, bytesMax, cut, headers: {} })
  )

const open = Effect.provide(
  UndiciPageFetcher.layer({ allowPrivateAddresses: true, allowedAddresses: [] })
)

/** A resolver that knows these names and no other. */
const resolver = (names: { readonly [name: string]: ReadonlyArray<string> }) =>
  ((name: string, _options: unknown, done: (error: Error | null, found: unknown) => void) =>
    done(
      null,
      (names[name] ?? []).map((address) => ({ address, family: address.includes(":") ? 6 : 4 }))
    )) as unknown as typeof dns.lookup

const guarded = (
  names: { readonly [name: string]: ReadonlyArray<string> } = {},
  allowedAddresses: ReadonlyArray<string> = []
) =>
  Effect.provide(UndiciPageFetcher.layer({
    allowPrivateAddresses: false,
    allowedAddresses,
    resolve: resolver(names)
  }))

const reasonOf = <R>(effect: Effect.Effect<PageAnswer, PageError, R>) =>
  Effect.orDie(Effect.map(Effect.flip(effect), (error) => error.reason))

describe("a page", () => {
  it.effect("comes whole, unpacked, with its status and headers", () =>
    Effect.gen(function*() {
      const root = yield* serve((request, response) => {
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
        const answer = yield* fetch(root + way)
        assert.strictEqual(Buffer.from(answer.bytes).toString(), "hello")
        assert.strictEqual(answer.headers["content-type"], "text/plain")
        assert.strictEqual(answer.status, 200)
      }
    }).pipe(open))

  it.effect("of any status is an answer: a failure with the beginning of its body, a redirect without", () =>
    Effect.gen(function*() {
      const root = yield* serve((request, response) => {
        const status = Number(request.url?.slice(1))
        response.writeHead(status, { location: "/elsewhere", "content-encoding": "gzip" })
        response.end(zlib.gzipSync("no".repeat(1_000)))
      })
      for (const status of [404, 503, 302]) {
        const answer = yield* fetch(`${root}/${status}`)
        assert.strictEqual(answer.status, status)
        assert.strictEqual(answer.bytes.byteLength, status === 302 ? 0 : 1_000)
        assert.strictEqual(answer.headers["location"], "/elsewhere")
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
        assert.strictEqual((yield* fetch(root + way, 1_000, true)).bytes.byteLength, 1_000, way)
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
        } else if (request.url === "/gibberish") response.socket?.end("no HTTP\r\n\r\n")
        else response.destroy()
      })
      assert.strictEqual(yield* reasonOf(fetch(`${root}/zstd`)), "Unsupported")
      assert.notInclude((yield* Effect.flip(fetch(`${root}/gibberish`))).detail, "undefined")
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

  const names = {
    "private.test": ["10.0.0.7"],
    "loopback.test": ["127.0.0.1"],
    "six.test": ["::1"],
    "mapped.test": ["::ffff:127.0.0.1"],
    "mixed.test": ["93.184.215.14", "127.0.0.1"],
    "metadata.test": ["169.254.169.254"],
    localhost: ["127.0.0.1"]
  }
  const ways: { readonly [way: string]: string } = {
    "loopback as it is": "127.0.0.1",
    "a decimal number": "2130706433",
    "a hexadecimal number": "0x7f000001",
    "octal parts": "0177.0.0.01",
    "hexadecimal parts": "0x7f.0x0.0x0.0x1",
    "a short form": "127.1",
    "nothing but zero": "0",
    "full-width digits": "１２７.０.０.１",
    "IPv6 loopback": "[::1]",
    "IPv4 mapped into IPv6": "[::ffff:127.0.0.1]",
    "IPv4 mapped, in hexadecimal": "[::ffff:7f00:1]",
    "IPv4 translated (NAT64)": "[64:ff9b::7f00:1]",
    "6to4": "[2002:7f00:1::]",
    "unspecified IPv6": "[::]",
    "link-local IPv6": "[fe80::1]",
    "unique local IPv6": "[fd00::1]",
    "the metadata service": "169.254.169.254",
    "a private network": "10.0.0.1",
    "carrier-grade NAT": "100.64.0.1",
    "a name of this machine": "localhost",
    "a name with a dot at its end": "localhost.",
    "a name that resolves to loopback": "loopback.test",
    "a name that resolves privately": "private.test",
    "a name that resolves to IPv6 loopback": "six.test",
    "a name that resolves to a mapped address": "mapped.test",
    "a name that resolves to a good and a bad one": "mixed.test",
    "a name of the metadata service": "metadata.test"
  }

  it.effect("loopback and private addresses, however they are written, and names that resolve to them", () =>
    Effect.gen(function*() {
      let requests = 0
      const root = yield* serve((_, response) => {
        requests++
        response.end("inside")
      })
      const { port } = new URL(root)
      for (const [way, host] of Object.entries(ways)) {
        const reason = yield* reasonOf(fetch(`http://${host}:${port}/`))
        // Of a name that nothing resolves there is no address to refuse.
        assert.strictEqual(reason, host === "localhost." ? "Network" : "Refused", way)
      }
      assert.strictEqual(requests, 0)
    }).pipe(guarded(names)))

  it.effect("but what the job allows, by address or by name, and nothing beside it", () =>
    Effect.gen(function*() {
      const root = yield* serve((_, response) => void response.end("inside"))
      const { port } = new URL(root)
      for (const host of ["127.0.0.1", "2130706433", "loopback.test"]) {
        const { bytes } = yield* fetch(`http://${host}:${port}/`)
        assert.strictEqual(Buffer.from(bytes).toString(), "inside", host)
      }
      for (const host of ["10.0.0.1", "private.test", "metadata.test", "[::1]"]) {
        assert.strictEqual(yield* reasonOf(fetch(`http://${host}:${port}/`)), "Refused", host)
      }
    }).pipe(guarded(names, ["127.0.0.0/8"])))

  it("a list of addresses and ranges adds those, of both families", () => {
    const allowed = makeAllowed(["10.1.2.3", "fd00::/8"])
    assert.isTrue(allowed("10.1.2.3"))
    assert.isTrue(allowed("fd00::1"))
    assert.isTrue(allowed("1.1.1.1"))
    for (const address of ["10.1.2.4", "fe80::1", "", "localhost"]) {
      assert.isFalse(allowed(address), address)
    }
  })

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
