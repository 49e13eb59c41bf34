// The Retry-After header: seconds, or a date.
import * as DateTime from "effect/DateTime"
import * as Option from "effect/Option"

/** Milliseconds that a server asks to be left alone; 0 where it says nothing that can be read. */
export const waitAskedMs = (header: string | undefined, nowMs: number): number => {
  const value = header?.trim() ?? ""
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1000
  if (!/[a-z]/i.test(value)) return 0
  return Option.match(DateTime.make(value), {
    onNone: () => 0,
    onSome: (until) => Math.max(0, until.epochMilliseconds - nowMs)
  })
}
