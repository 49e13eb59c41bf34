// Where a redirect may not lead: real servers' answers, the real fetcher, and names that resolve as an attacker likes.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as dns from "node:dns"
import * as UndiciPageFetcher from "../../src/layers/UndiciPageFetcher.ts"
import { WebPages } from "../../src/services/evidence/WebPages.ts"
import { evidenceJob } from "../support/evidenceJob.ts"
import { serveHttp } from "../support/serveHttp.ts"

/** Names by what they resolve to, each time they are asked for; the last answer holds from then on. */
const names: { readonly [name: string]: ReadonlyArray<string> } = {
  "private.test": ["10.0.0.7"],
  "loopback.test": ["127.0.0.2"],
  "six.test": ["::1"],
  "mapped.test": ["::ffff:127.0.0.2"],
  "metadata.test": ["169.254.169.254"],
  "metadata.google.internal": ["169.254.169.254"],
  "rebound.test": ["127.0.0.1", "169.254.169.254"]
}

const resolver = () => {
  const asked = new Map<string, number>()
  const lookup = (
    name: string,
    _options: unknown,
    done: (error: Error | null, found: unknown) => void
  ) => {
    const nth = asked.get(name) ?? 0
    asked.set(name, nth + 1)
    const address = names[name]?.at(Math.min(nth, names[name].length - 1))
    done(
      null,
      address === undefined ? [] : [{ address, family: address.includes(":") ? 6 : 4 }]
    )
  }
  return lookup as unknown as typeof dns.lookup
}

const open = () =>
  Effect.provide(
    WebPages.layer.pipe(
      Layer.provide(
        UndiciPageFetcher.layer({
          allowPrivateAddresses: false,
          allowedAddresses: ["127.0.0.1"],
          resolve: resolver()
        })
      ),
      Layer.provide(evidenceJob("/in/items.jsonl", { redirectsMax: 3 }))
    ),
    { local: true }
  )

/** A site that redirects to whatever its query says, twice over where the path asks for it. */
const site = Effect.gen(function*() {
  const asked: Array<string> = []
  const root = yield* serveHttp((request, response) => {
    asked.push(request.url ?? "")
    const url = new URL(request.url ?? "", "http://site.test")
    const to = url.searchParams.get("to") ?? ""
    if (url.pathname === "/") return response.end("inside")
    const location = url.pathname === "/twice" ? `/once?to=${encodeURIComponent(to)}` : to
    return response.writeHead(302, { location }).end()
  })
  return { root, asked, port: new URL(root).port }
})

const leadingTo = (root: string, to: string, path = "once") =>
  Effect.flatMap(WebPages, (pages) => pages.get(`${root}/${path}?to=${encodeURIComponent(to)}`))

const causeOf = <R>(effect: Effect.Effect<unknown, { readonly cause: string }, R>) =>
  Effect.match(effect, { onSuccess: () => "a page", onFailure: ({ cause }) => cause })

/** `{port}` is that of the server, which answers whoever gets through to it. */
const ways: { readonly [way: string]: string } = {
  "the metadata service": "http://169.254.169.254/latest/meta-data/",
  "the metadata service, as a decimal number": "http://2852039166/latest/meta-data/",
  "the metadata service, in hexadecimal": "http://0xa9fea9fe/",
  "the metadata service, in octal": "http://0251.0376.0251.0376/",
  "the metadata service, mapped into IPv6": "http://[::ffff:169.254.169.254]/",
  "the metadata service, mapped, in hexadecimal": "http://[::ffff:a9fe:a9fe]/",
  "the metadata service, without a scheme": "//169.254.169.254/",
  "the metadata service, with backslashes": "http:\\\\169.254.169.254\\",
  "the metadata service, with a tab in its address": "http://169.254.\t169.254/",
  "the metadata service, behind a name that looks allowed": "http://127.0.0.1@169.254.169.254/",
  "a name of the metadata service": "http://metadata.test/",
  "the name that a cloud gives it": "http://metadata.google.internal/computeMetadata/v1/",
  "another loopback address": "http://127.0.0.2:{port}/",
  "loopback as a decimal number": "http://2130706434:{port}/",
  "loopback in hexadecimal": "http://0x7f000002:{port}/",
  "loopback in hexadecimal parts": "http://0x7f.0x0.0x0.0x2:{port}/",
  "loopback in octal parts": "http://0177.0.0.02:{port}/",
  "loopback in a short form": "http://127.2:{port}/",
  "loopback in full-width digits": "http://%EF%BC%91%EF%BC%92%EF%BC%97.0.0.2:{port}/",
  "IPv6 loopback": "http://[::1]:{port}/",
  "IPv4 mapped into IPv6": "http://[::ffff:127.0.0.2]:{port}/",
  "IPv4 mapped, in hexadecimal": "http://[::ffff:7f00:2]:{port}/",
  "IPv4 translated (NAT64)": "http://[64:ff9b::7f00:1]:{port}/",
  "6to4": "http://[2002:7f00:1::]:{port}/",
  "a private network": "http://192.168.0.1/",
  "a name that resolves privately": "http://private.test:{port}/",
  "a name that resolves to loopback": "http://loopback.test:{port}/",
  "a name that resolves to IPv6 loopback": "http://six.test:{port}/",
  "a name that resolves to a mapped address": "http://mapped.test:{port}/",
  "a file": "file:///etc/passwd",
  "another scheme": "gopher://127.0.0.1:{port}/_x",
  data: "data:text/html,inside"
}

describe("a redirect", () => {
  for (const [way, target] of Object.entries(ways)) {
    it.effect(`does not lead to ${way}, at once or in two steps`, () =>
      Effect.gen(function*() {
        const { asked, port, root } = yield* site
        const to = target.replace("{port}", port)
        for (const path of ["once", "twice"]) {
          assert.strictEqual(yield* causeOf(leadingTo(root, to, path)), "Refused", path)
        }
        assert.isEmpty(asked.filter((url) => !/^\/(?:once|twice)\?/.test(url)))
      }).pipe(open()))
  }

  it.effect("leads where the job allows it", () =>
    Effect.gen(function*() {
      const { root } = yield* site
      assert.strictEqual(yield* causeOf(leadingTo(root, `${root}/`, "twice")), "a page")
    }).pipe(open()))

  it.effect("does not follow a name to where it resolves the second time", () =>
    Effect.gen(function*() {
      const { asked, port, root } = yield* site
      const name = `http://rebound.test:${port}`
      // A good address once; the page itself redirects to the same name on another port, where it is asked for anew.
      const to = `http://rebound.test:${Number(port) === 65_535 ? 1 : Number(port) + 1}/`
      assert.strictEqual(yield* causeOf(leadingTo(name, to)), "Refused")
      assert.lengthOf(asked, 1)
      assert.strictEqual(yield* causeOf(leadingTo(root, `${name}/`)), "a page")
    }).pipe(open()))
})
