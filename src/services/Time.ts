// The one form of a time in files and reports: ISO 8601, UTC, milliseconds.
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"

// An item tells the time half a dozen times: the calendar is asked once a second.
let last = { second: 0, iso: "1970-01-01T00:00:00." }

const isoOf = (clockMs: number): string => {
  const ms = Math.floor(clockMs)
  const second = Math.floor(ms / 1000)
  if (second !== last.second) {
    last = {
      second,
      iso: DateTime.formatIso(DateTime.makeUnsafe(second * 1000)).slice(0, -"000Z".length)
    }
  }
  return `${last.iso}${String(ms - second * 1000).padStart(3, "0")}Z`
}

export const nowIso: Effect.Effect<string> = Effect.map(Clock.currentTimeMillis, isoOf)

/** Now, or a millisecond after `ms` where the clock was set back behind it: what comes later is the newer one. */
export const isoAfter = (ms: number): Effect.Effect<string> =>
  Effect.map(Clock.currentTimeMillis, (nowMs) => isoOf(Math.max(nowMs, ms + 1)))
