// What a site's robots.txt allows this program, asked once per origin and run.
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { EvidenceMiss } from "./Evidence.ts"
import { makeKeyedPermits } from "./KeyedPermits.ts"
import type { PageAnswer } from "./PageFetcher.ts"

type Miss = Pick<EvidenceMiss, "cause" | "reason">

export interface RobotRules {
  readonly allows: (url: string) => boolean
  /** What it asks for between two requests; 0 where it asks for nothing. */
  readonly delayMs: number
}

const everything: RobotRules = { allows: () => true, delayMs: 0 }

/** RFC 9309: at least the first 500 KiB count. */
export const robotsBytesMax = 512 * 1024
const originsMax = 10_000
/** RFC 9309: not kept for longer than a day. */
const keptMs = 24 * 60 * 60 * 1000
/** So that the items of a site that does not answer do not wait for it one after the other. */
const failureKeptMs = 60_000
/** A site that asks for more than this between two pages is not waited for any longer. */
const crawlDelayMsMax = 60_000

/** The first word of a user agent is the name that robots.txt knows it by. */
const robotName = (userAgent: string): string => userAgent.split(/[/\s]/, 1)[0] ?? ""

const rulesOf = (url: string, text: string, name: string): Effect.Effect<RobotRules> =>
  Effect.map(Effect.promise(() => import("robots-parser")), (library) => {
    // The types of the package say that its function stands one level deeper than it does.
    const parse = library.default as unknown as typeof library.default.default
    const robots = parse(url, text)
    const delay = robots.getCrawlDelay(name) ?? 0
    return {
      allows: (page) => robots.isDisallowed(page, name) !== true,
      delayMs: delay > 0 ? Math.min(delay * 1000, crawlDelayMsMax) : 0
    }
  })

interface Kept {
  readonly rules: Result.Result<RobotRules, Miss>
  readonly untilMs: number
}

/**
 * Rules by the origin of a page. A robots.txt that does not exist allows everything; one that cannot be had allows
 * nothing for now, as RFC 9309 has it, and the miss says that it passes.
 */
export const makeRobots = (
  fetch: (url: string) => Effect.Effect<PageAnswer, Miss>,
  userAgent: string
) => {
  const name = robotName(userAgent)
  const once = makeKeyedPermits(1)
  const kept = new Map<string, Kept>()
  const ask = (origin: string): Effect.Effect<RobotRules, Miss> => {
    const url = `${origin}/robots.txt`
    return Effect.matchEffect(fetch(url), {
      onSuccess: ({ bytes }) => rulesOf(url, new TextDecoder().decode(bytes), name),
      onFailure: ({ cause, reason }) => {
        const passes = cause === "Network" || cause === "Timeout" || cause === "RateLimited"
        return passes || cause === "Refused"
          ? Effect.fail<Miss>({ cause, reason: `${url} cannot be had: ${reason}` })
          : Effect.succeed(everything)
      }
    })
  }
  return (pageUrl: string): Effect.Effect<RobotRules, Miss> => {
    const { origin } = new URL(pageUrl)
    return once(origin)(Effect.gen(function*() {
      const nowMs = yield* Clock.currentTimeMillis
      const before = kept.get(origin)
      if (before !== undefined && before.untilMs > nowMs) {
        return yield* Effect.fromResult(before.rules)
      }
      const rules = yield* Effect.result(ask(origin))
      const forMs = Result.isSuccess(rules) ? keptMs : failureKeptMs
      const [oldest] = kept.keys()
      if (kept.size >= originsMax && oldest !== undefined) kept.delete(oldest)
      kept.set(origin, { rules, untilMs: (yield* Clock.currentTimeMillis) + forMs })
      return yield* Effect.fromResult(rules)
    }))
  }
}
