// Turns at a host: so many requests at a time, and a pause between two of them.
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { makeKeyedPermits } from "./KeyedPermits.ts"

export type TakeTurn = (
  host: string,
  delayMs: number
) => <A, E, R>(request: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>

const hostsMax = 10_000

/** Runs a request when its host's turn comes: at most `concurrency` at a time, `delayMs` after the one before began. */
export const makeHostTurns = (concurrency: number): TakeTurn => {
  const inLine = makeKeyedPermits(concurrency)
  const nextMs = new Map<string, number>()
  const turn = (host: string, delayMs: number): Effect.Effect<void> =>
    Effect.flatMap(Clock.currentTimeMillis, (nowMs) => {
      const atMs = Math.max(nowMs, nextMs.get(host) ?? 0)
      if (nextMs.size >= hostsMax) {
        for (const [name, ms] of nextMs) if (ms <= nowMs) nextMs.delete(name)
      }
      nextMs.set(host, atMs + delayMs)
      return atMs > nowMs ? Effect.sleep(atMs - nowMs) : Effect.void
    })
  return (host, delayMs) => (request) => inLine(host)(Effect.andThen(turn(host, delayMs), request))
}
