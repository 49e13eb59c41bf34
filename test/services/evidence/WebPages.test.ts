// How pages are fetched: robots.txt, turns at a host, redirects, retries, conditions. No network: answers from a table.
import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
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

describe("a contact", () => {
  const warnings = (contact: string, urls: ReadonlyArray<string>) => {
    const said: Array<string> = []
    const listen = Logger.layer([Logger.make(({ message }) => void said.push(String(message)))])
    return Effect.forEach(urls, missOf).pipe(
      using(site({ "http://a/1": answer(200) }), { contact }),
      Effect.provide(listen),
      Effect.as(said)
    )
  }

  it.effect("that is missing is told once, and only where pages are fetched", () =>
    Effect.gen(function*() {
      const [said, ...more] = yield* warnings("", ["http://a/1", "http://a/1"])
      assert.include(said, "set evidence.contact")
      assert.isEmpty(more)
      assert.isEmpty(yield* warnings("", []))
      assert.isEmpty(yield* warnings("mailto:me@example.com", ["http://a/1"]))
    }))
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

describe("a host", () => {
  /** All at once; the requests by the time they came. */
  const all = (urls: ReadonlyArray<string>) =>
    Effect.gen(function*() {
      const fiber = yield* Effect.forkChild(Effect.forEach(urls, (url) => missOf(url), {
        concurrency: "unbounded"
      }))
      yield* TestClock.adjust(10 * 60_000)
      return yield* Fiber.join(fiber)
    })
  const pagesOf = (host: string, count: number): ReadonlyArray<string> =>
    Array.from({ length: count }, (_, n) => `http://${host}/${n}`)
  const replies = (urls: ReadonlyArray<string>, reply: Reply | ReadonlyArray<Reply>) =>
    Object.fromEntries(urls.map((url) => [url, reply]))

  it.effect("that asks to wait is left alone by all who want something of it", () => {
    const urls = pagesOf("a", 8)
    const others = pagesOf("b", 2)
    const at = site({
      ...replies(urls, answer(200)),
      ...replies(others, answer(200)),
      "http://a/0": [answer(429, { "retry-after": "3" }), answer(200)]
    })
    return Effect.gen(function*() {
      assert.deepStrictEqual(new Set(yield* all([...urls, ...others])), new Set(["a page"]))
      const early = at.requests.filter(({ atMs, url }) =>
        url.startsWith("http://a") && atMs < 3_000
      )
      assert.deepStrictEqual(early.map(({ url }) => url), ["http://a/0"])
      assert.isTrue(
        at.requests.filter(({ url }) => url.startsWith("http://b")).every(({ atMs }) =>
          atMs < 3_000
        )
      )
    }).pipe(using(at, { fetchAttemptsMax: 3, hostConcurrency: 1 }))
  })

  it.effect("that asks to wait for long costs one request, whoever else wants something", () => {
    const urls = pagesOf("a", 6)
    const at = site({
      ...replies(urls, answer(200)),
      "http://a/0": answer(503, { "retry-after": "3600" })
    })
    return Effect.gen(function*() {
      const misses = yield* all(urls)
      assert.lengthOf(at.requests, 1)
      assert.strictEqual(misses[5], "RateLimited: a asks to be left alone for 3600 s")
      yield* TestClock.adjust(3_600_000)
      assert.deepStrictEqual(yield* all(urls.slice(1)), Array.from({ length: 5 }, () => "a page"))
    }).pipe(using(at, { fetchAttemptsMax: 3, hostConcurrency: 1 }))
  })

  it.effect("that goes on refusing is asked later and later, and then not waited for", () => {
    const urls = pagesOf("a", 50)
    const at = site(replies(urls, answer(429, { "retry-after": "3" })))
    return Effect.gen(function*() {
      const misses = yield* all(urls)
      const times = at.requests.map(({ atMs }) => atMs)
      const gaps = times.slice(1).map((atMs, nth) => atMs - times[nth]!)
      assert.isAtMost(times.length, 8)
      assert.isTrue(gaps.every((gap, nth) => gap >= Math.max(3_000, 1000 * 2 ** nth)), gaps.join())
      assert.strictEqual(misses[49], "RateLimited: a asks to be left alone for 32 s")
    }).pipe(using(at, { fetchAttemptsMax: 3, hostConcurrency: 1 }))
  })

  it.effect("that does not answer is hardly asked any more, and its items fail at once", () => {
    const urls = pagesOf("dead", 50)
    const at = site({ ...replies(urls, "Timeout"), "http://a/0": answer(200) })
    return Effect.gen(function*() {
      const misses = yield* all([...urls, "http://a/0"])
      assert.isAtMost(at.requests.length, 8)
      assert.strictEqual(misses[50], "a page")
      assert.isTrue(misses.slice(0, 50).every((miss) => miss.startsWith("Timeout: ")))
      assert.include(misses[49], "dead did not answer the requests before this one (told Timeout)")
    }).pipe(using(at, { fetchAttemptsMax: 3 }))
  })

  it.effect("that is there again is asked as before", () => {
    const urls = pagesOf("a", 12)
    const at = site({
      ...replies(urls.slice(0, 3), "Network"),
      ...replies(urls.slice(3), answer(200))
    })
    return Effect.gen(function*() {
      yield* all(urls.slice(0, 3))
      assert.deepStrictEqual(
        yield* all(urls.slice(3)),
        Array.from({ length: 9 }, () => "a page")
      )
    }).pipe(using(at, { fetchAttemptsMax: 3 }))
  })

  it.effect("whose answers are failures is there: it is asked for each page", () => {
    const urls = pagesOf("a", 12)
    const at = site(replies(urls, answer(500)))
    return Effect.gen(function*() {
      yield* all(urls)
      assert.lengthOf(at.requests, 12)
    }).pipe(using(at, { fetchAttemptsMax: 1 }))
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

  it.effect("that cannot be had is asked for once, by all items of its site, for a while", () => {
    const at = site({
      "http://a/robots.txt": ["Timeout", robots("")],
      "http://a/1": answer(200)
    })
    return Effect.gen(function*() {
      const fiber = yield* Effect.forkChild(
        Effect.forEach(Array.from({ length: 8 }), () => missOf("http://a/1"), {
          concurrency: "unbounded"
        })
      )
      yield* TestClock.adjust(30_000)
      const misses = yield* Fiber.join(fiber)
      assert.deepStrictEqual(at.urls(), ["http://a/robots.txt"])
      assert.match(misses[7] ?? "", /^Timeout: http:\/\/a\/robots.txt cannot be had: told Timeout/)
      yield* TestClock.adjust(60_000)
      assert.strictEqual(yield* missOf("http://a/1"), "a page")
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
