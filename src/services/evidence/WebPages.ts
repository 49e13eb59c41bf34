// Pages as a site owner would have them fetched: robots.txt first, in turn, not too often, and patiently.
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import { CurrentJob } from "../job/Job.ts"
import type { EvidenceMiss } from "./Evidence.ts"
import type { Failed } from "./FetchFailure.ts"
import { failedStatus } from "./FetchFailure.ts"
import { makeHosts } from "./Hosts.ts"
import { PageFetcher } from "./PageFetcher.ts"
import type { PageAnswer } from "./PageFetcher.ts"
import { makeRobots, robotsBytesMax } from "./Robots.ts"

type Miss = Pick<EvidenceMiss, "cause" | "reason">

/** What the server said of the page when it was fetched last: with it, it may answer that nothing is new. */
export interface Validators {
  readonly etag: string | null
  readonly lastModified: string | null
}

export interface WebPage extends PageAnswer {
  /** Where it was after redirects. */
  readonly url: string
}

export class WebPages extends Context.Service<WebPages, {
  /**
   * The body of a 2xx answer; with validators also an answer of 304, which has none. Follows redirects within the
   * job's bound, asks robots.txt of every origin on the way, and tries again what passes.
   */
  readonly get: (url: string, validators?: Validators) => Effect.Effect<WebPage, Miss>
}>()("inkfast/services/evidence/WebPages") {
  static readonly layer = Layer.effect(WebPages, Effect.suspend(() => make))
}

const firstPauseMs = 500
const pauseMsMax = 30_000

const conditions = (validators: Validators | undefined): { readonly [name: string]: string } => ({
  ...(typeof validators?.etag === "string" ? { "if-none-match": validators.etag } : {}),
  ...(typeof validators?.lastModified === "string"
    ? { "if-modified-since": validators.lastModified }
    : {})
})

const make = Effect.gen(function*() {
  const { evidence: settings } = yield* CurrentJob
  const pages = yield* PageFetcher
  const hosts = makeHosts(settings.hostConcurrency, pauseMsMax)
  const userAgent = settings.contact === ""
    ? settings.userAgent
    : `${settings.userAgent} (+${settings.contact})`
  const common = {
    "user-agent": userAgent,
    accept: "text/html, application/xhtml+xml, application/json, text/*;q=0.9, */*;q=0.1"
  }

  interface Asked {
    readonly headers: { readonly [name: string]: string }
    readonly bytesMax: number
    readonly cut: boolean
    readonly admit: (url: string) => Effect.Effect<{ readonly delayMs: number }, Miss>
  }

  const follow = Effect.fnUntraced(function*(first: string, asked: Asked) {
    const { admit, bytesMax, cut, headers } = asked
    let url = first
    for (let redirects = 0; redirects <= settings.redirectsMax; redirects++) {
      const where = redirects === 0 ? "" : `it redirects to ${url}: `
      const atUrl = <A, E extends Miss, R>(effect: Effect.Effect<A, E, R>) =>
        Effect.mapError(effect, (miss) => ({ ...miss, reason: where + miss.reason }))
      const host = URL.parse(url)?.host ?? ""
      const { delayMs } = yield* atUrl(admit(url))
      const exchange = pages.fetch({
        url,
        timeoutMs: settings.fetchTimeoutMs,
        bytesMax,
        cut,
        headers: { ...common, ...headers }
      })
      const answer = yield* atUrl(
        hosts.ask(host, Math.max(settings.hostDelayMs, delayMs), exchange)
      )
      const { headers: { location }, status } = answer
      if (status >= 300 && status < 400 && location !== undefined) {
        url = URL.parse(location, url)?.href ?? location
        continue
      }
      const isSame = status === 304 && Object.keys(headers).length > 0
      if (isSame || (status >= 200 && status < 300)) return { ...answer, url }
      const nowMs = yield* Clock.currentTimeMillis
      return yield* atUrl(Effect.fail(failedStatus(url, answer, nowMs)))
    }
    return yield* Effect.fail<Miss>({
      cause: "Refused",
      reason: `it redirects more than ${settings.redirectsMax} times (evidence.redirectsMax)`
    })
  })

  const patiently = Effect.fnUntraced(function*(url: string, asked: Asked) {
    for (let attempt = 1;; attempt++) {
      const tried: { readonly page: WebPage } | { readonly failure: Miss | Failed } = yield* Effect
        .match(follow(url, asked), {
          onSuccess: (page) => ({ page }),
          onFailure: (failure) => ({ failure })
        })
      if ("page" in tried) return tried.page
      const { cause, reason } = tried.failure
      const again = "retry" in tried.failure ? tried.failure : undefined
      if (again === undefined || !again.retry) return yield* Effect.fail<Miss>({ cause, reason })
      const jitter = yield* Random.next
      const pauseMs = Math.max(again.waitMs, firstPauseMs * 2 ** (attempt - 1) * (0.5 + jitter))
      if (attempt >= settings.fetchAttemptsMax || pauseMs > pauseMsMax) {
        const asks = again.waitMs > pauseMsMax
          ? `, and asks to wait ${Math.ceil(again.waitMs / 1000)} s`
          : ""
        const tries = attempt === 1 ? "" : ` (tried ${attempt} times)`
        return yield* Effect.fail<Miss>({ cause, reason: reason + asks + tries })
      }
      yield* Effect.sleep(pauseMs)
    }
  })

  const free = () => Effect.succeed({ delayMs: 0 })
  const rulesFor = makeRobots(
    (url) => patiently(url, { headers: {}, bytesMax: robotsBytesMax, cut: true, admit: free }),
    settings.userAgent
  )
  const obey: Asked["admit"] = Effect.fnUntraced(function*(url) {
    // What is no web address has no robots.txt: the fetcher refuses it.
    if (!/^https?:\/\/[^/]/i.test(url) || !URL.canParse(url)) return { delayMs: 0 }
    const rules = yield* rulesFor(url)
    if (rules.allows(url)) return rules
    const reason = `robots.txt of ${new URL(url).host} does not allow it (evidence.robots)`
    return yield* Effect.fail<Miss>({ cause: "Refused", reason })
  })

  let isUnsigned = settings.contact === ""
  const warnOnce = Effect.suspend(() => {
    if (!isUnsigned) return Effect.void
    isUnsigned = false
    return Effect.logWarning(
      "pages are fetched without a contact: set evidence.contact to an address at which their owners reach you"
    )
  })

  return WebPages.of({
    get: (url, validators) =>
      Effect.andThen(
        warnOnce,
        patiently(url, {
          headers: conditions(validators),
          bytesMax: settings.fetchBytesMax,
          cut: false,
          admit: settings.robots ? obey : free
        })
      )
  })
})
