// In line for its model an item takes no place, and none of its time.
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { RunContext, Work } from "./RunContext.ts"

export type InLine = <A>(work: Work, model: string, wait: Effect.Effect<A>) => Effect.Effect<A>

export const makeInLine = ({ emit, places }: RunContext): InLine => (work, model, wait) =>
  Effect.flatMap(Clock.currentTimeMillis, (sinceMs) =>
    Effect.ensuring(
      places.aside(Effect.andThen(emit({ event: "waiting", slug: work.item.slug, model }), wait)),
      Effect.map(Clock.currentTimeMillis, (nowMs) => {
        work.waitedMs += nowMs - sinceMs
      })
    ))
