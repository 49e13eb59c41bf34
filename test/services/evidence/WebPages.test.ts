// How pages are fetched: robots.txt, turns at a host, redirects, retries, conditions. No network: answers from a table.
import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as TestClock from "effect/testing/TestClock"
import { PageError, PageFetcher } from "../../../src/services/evidence/PageFetcher.ts"
import type { PageAnswer, PageRequest } from "../../../src/services/evidence/PageFetcher.ts"
import { WebPages } from "../../../src/services/evidence/WebPages.ts"
import type { Validators } from "../../../src/services/evidence/WebPages.ts"
import type { EvidenceSettings } from "../../../src/services/job/Job.ts"
import { evidenceJob } from "../../support/evidenceJob.ts"

const answer = (
  status: number,
  headers: PageAnswer["headers"] = {},
  body = ""
): PageAnswer => ({ status, headers, bytes: Buffer.from(body) })

const robots = (text: string) => answer(200, { "content-type": "text/plain" }, text)

type Reply = PageAnswer | PageError["reason"]

/** Answers each URL with its replies in turn, the last one for ever; unknown ones with 404. */
const site = (replies: { readonly [url: string]: Reply | ReadonlyArray<Reply> }) => {
  const requests: Array<PageRequest & { readonly atMs: number }> = []
  const counts = new Map<string, number>()
  const layer = Layer.succeed(PageFetcher, {
    fetch: (request) =>
      Effect.gen(function*() {
        requests.push({ ...request, atMs: yield* Clock.currentTimeMillis })
        const { url } = request
        const all = [replies[url] ?? answer(404)].flat()
        const nth = counts.get(url) ?? 0
        counts.set(url, nth + 1)
        const reply = all[Math.min(nth, all.length - 1)]!
        return typeof reply === "string"
          ? yield* new PageError({ url, reason: reply, detail: `told ${reply}` })
          : reply
      })
  })
  return { requests, layer, urls: () => requests.map(({ url }) => url) }
}

type Site = ReturnType<typeof site>

const using = (at: Site, settings: Partial<EvidenceSettings> = {}) =>
  Effect.provide(
    WebPages.layer.pipe(Layer.provide([at.layer, evidenceJob("/in/items.jsonl", settings)]))
  )

/** All the time that is waited for passes at once. */
const get = (url: string, validators?: Validators) =>
  Effect.gen(function*() {
    const pages = yield* WebPages
    const fiber = yield* Effect.forkChild(Effect.result(pages.get(url, validators)))
    yield* TestClock.adjust(10 * 60_000)
    return yield* Fiber.join(fiber)
  })

const missOf = (url: string) =>
  Effect.map(
    get(url),
    (result) =>
      result._tag === "Failure" ? `${result.failure.cause}: ${result.failure.reason}` : "a page"
  )

describe("an answer", () => {
  it.effect("is a page, or a miss with its cause", () => {
    const at = site({
      "http://a/ok": answer(200, {}, "hello"),
      "http://a/410": answer(410),
      "http://a/401": answer(401),
      "http://a/403": answer(403),
      "http://a/400": answer(400),
      "http://a/500": answer(500),
      "http://a/429": answer(429),
      "http://a/304": answer(304),
      "http://a/big": "TooLarge",
      "http://a/slow": "Timeout",
      "http://a/cf": answer(503, { "cf-mitigated": "challenge" }),
      "http://a/wall": answer(403, {}, "<title>Attention Required! | Cloudflare</title>")
    })
    return Effect.gen(function*() {
      const page = yield* get("http://a/ok")
      assert.strictEqual(page._tag === "Success" ? page.success.url : "", "http://a/ok")
      const expected = {
        missing: "NotFound: the server answered 404",
        410: "NotFound: the server answered 410",
        401: "Blocked: the server answered 401",
        403: "Blocked: the server answered 403",
        400: "Blocked: the server answered 400",
        500: "Network: the server answered 500",
        429: "RateLimited: the server answered 429",
        304: "Network: the server answered 304",
        big: "TooLarge: told TooLarge",
        slow: "Timeout: told Timeout",
        cf: "Blocked: the server answered 503: a check of the browser stands in its place",
        wall: "Blocked: the server answered 403: a page that denies access stands in its place"
      }
      for (const [way, miss] of Object.entries(expected)) {
        assert.strictEqual(yield* missOf(`http://a/${way}`), miss)
      }
    }).pipe(using(at))
  })

  it.effect("is asked for by an honest name with a contact, and on conditions", () => {
    const at = site({ "http://a/": [answer(304), answer(200)] })
    return Effect.gen(function*() {
      const kept = { etag: "\"x\"", lastModified: "Mon, 01 Jan 2024 00:00:00 GMT" }
      const same = yield* get("http://a/", kept)
      assert.strictEqual(same._tag === "Success" ? same.success.status : 0, 304)
      const { headers } = at.requests[0]!
      assert.strictEqual(headers["user-agent"], "inkfast/test (+mailto:me@example.com)")
      assert.strictEqual(headers["if-none-match"], "\"x\"")
      assert.strictEqual(headers["if-modified-since"], "Mon, 01 Jan 2024 00:00:00 GMT")
      yield* get("http://a/")
      assert.notProperty(at.requests[1]!.headers, "if-none-match")
    }).pipe(using(at, { contact: "mailto:me@example.com" }))
  })
})

describe("redirects", () => {
  it.effect("are followed within the bound, relative ones too", () => {
    const at = site({
      "http://a/1": answer(302, { location: "2?x=1" }),
      "http://a/2?x=1": answer(308, { location: "//b/3" }),
      "http://b/3": answer(200),
      "http://a/loop": answer(301, { location: "/loop" }),
      "http://a/broken": answer(301, { location: "http://[" })
    })
    return Effect.gen(function*() {
      const page = yield* get("http://a/1")
      assert.strictEqual(page._tag === "Success" ? page.success.url : "", "http://b/3")
      assert.strictEqual(
        yield* missOf("http://a/loop"),
        "Refused: it redirects more than 2 times (evidence.redirectsMax)"
      )
      assert.lengthOf(at.urls().filter((url) => url === "http://a/loop"), 3)
    }).pipe(using(at, { redirectsMax: 2 }))
  })
})

describe("what passes", () => {
  it.effect("is tried again, later each time, and no more often than the job says", () => {
    const at = site({
      "http://a/": ["Network", answer(503), answer(200)],
      "http://a/down": answer(500),
      "http://a/gone": answer(404)
    })
    return Effect.gen(function*() {
      assert.strictEqual((yield* get("http://a/"))._tag, "Success")
      const [first, second, third] = at.requests.map(({ atMs }) => atMs)
      assert.isAtLeast(second! - first!, 250)
      assert.isAtLeast(third! - second!, 500)
      assert.strictEqual(
        yield* missOf("http://a/down"),
        "Network: the server answered 500 (tried 3 times)"
      )
      yield* missOf("http://a/gone")
      assert.lengthOf(at.requests, 7)
    }).pipe(using(at, { fetchAttemptsMax: 3 }))
  })

  it.effect("waits as long as the server asks, in seconds or until a date, but not for ever", () => {
    const at = site({
      "http://a/seconds": [answer(429, { "retry-after": "7" }), answer(200)],
      "http://a/date": [
        answer(503, { "retry-after": "Thu, 01 Jan 1970 00:20:20 GMT" }),
        answer(200)
      ],
      "http://a/long": answer(429, { "retry-after": "3600" })
    })
    return Effect.gen(function*() {
      yield* get("http://a/seconds")
      assert.isAtLeast(at.requests[1]!.atMs - at.requests[0]!.atMs, 7_000)
      yield* TestClock.setTime(20 * 60_000)
      yield* get("http://a/date")
      assert.isAtLeast(at.requests[3]!.atMs, 20 * 60_000 + 20_000)
      assert.strictEqual(
        yield* missOf("http://a/long"),
        "RateLimited: the server answered 429, and asks to wait 3600 s"
      )
    }).pipe(using(at, { fetchAttemptsMax: 3 }))
  })
})

describe("turns at a host", () => {
  it.effect("so many at a time, a pause between two, and hosts do not wait for one another", () => {
    const at = site({})
    return Effect.gen(function*() {
      const urls = ["http://a/1", "http://a/2", "http://b/1", "http://a/3"]
      const fiber = yield* Effect.forkChild(
        Effect.forEach(urls, missOf, { concurrency: "unbounded" })
      )
      yield* TestClock.adjust(60_000)
      yield* Fiber.join(fiber)
      const timesOf = (host: string) =>
        at.requests.filter(({ url }) => url.startsWith(host)).map(({ atMs }) => atMs)
      assert.deepStrictEqual(timesOf("http://a"), [0, 1_000, 2_000])
      assert.deepStrictEqual(timesOf("http://b"), [0])
    }).pipe(using(at, { hostDelayMs: 1_000 }))
  })
})

describe("robots.txt", () => {
  const obeying = { robots: true, userAgent: "inkfast/9 (test)" }

  it.effect("is asked once for an origin and obeyed, a group of one's own before that of all", () => {
    const at = site({
      "http://a/robots.txt": robots(
        "User-agent: *\nDisallow: /\n\nUser-agent: inkfast\nDisallow: /private\nAllow: /private/open"
      ),
      "http://a/x": answer(200),
      "http://a/private/open": answer(200)
    })
    return Effect.gen(function*() {
      assert.strictEqual(yield* missOf("http://a/x"), "a page")
      assert.strictEqual(yield* missOf("http://a/private/open"), "a page")
      assert.strictEqual(
        yield* missOf("http://a/private/y"),
        "Refused: robots.txt of a does not allow it (evidence.robots)"
      )
      assert.deepStrictEqual(at.urls(), [
        "http://a/robots.txt",
        "http://a/x",
        "http://a/private/open"
      ])
    }).pipe(using(at, obeying))
  })

  it.effect("is asked of every origin that a redirect leads to", () => {
    const at = site({
      "http://a/x": answer(302, { location: "http://b/x" }),
      "http://b/robots.txt": robots("User-agent: *\nDisallow: /")
    })
    return Effect.gen(function*() {
      assert.strictEqual(
        yield* missOf("http://a/x"),
        "Refused: it redirects to http://b/x: robots.txt of b does not allow it (evidence.robots)"
      )
      assert.notInclude(at.urls(), "http://b/x")
    }).pipe(using(at, obeying))
  })

  it.effect("that does not exist allows everything; one that cannot be had nothing, for now", () => {
    const at = site({
      "http://none/x": answer(200),
      "http://denied/robots.txt": answer(403),
      "http://denied/x": answer(200),
      "http://down/robots.txt": answer(500),
      "http://off/robots.txt": "Network"
    })
    return Effect.gen(function*() {
      assert.strictEqual(yield* missOf("http://none/x"), "a page")
      assert.strictEqual(yield* missOf("http://denied/x"), "a page")
      for (const host of ["down", "off"]) {
        assert.match(
          yield* missOf(`http://${host}/x`),
          /^Network: http:\/\/\w+\/robots.txt cannot be had/
        )
        assert.notInclude(at.urls(), `http://${host}/x`)
      }
    }).pipe(using(at, obeying))
  })

  it.effect("may ask for a longer pause than the job has", () => {
    const at = site({ "http://a/robots.txt": robots("User-agent: *\nCrawl-delay: 5") })
    return Effect.gen(function*() {
      yield* missOf("http://a/1")
      yield* missOf("http://a/2")
      const fiber = yield* Effect.forkChild(
        Effect.forEach(["http://a/3", "http://a/4"], missOf, { concurrency: "unbounded" })
      )
      yield* TestClock.adjust(10 * 60_000)
      yield* Fiber.join(fiber)
      const [three = 0, four = 0] = at.requests.slice(-2).map(({ atMs }) => atMs)
      assert.isAtLeast(four - three, 5_000)
    }).pipe(using(at, obeying))
  })
})
