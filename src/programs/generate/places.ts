// Places for the items in flight. An item that waits for its model's turn gives its place away meanwhile, so that a
// model at its limit holds up no work of another.
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"

export interface Places {
  /** Returns once there is a place for one more item. */
  readonly enter: Effect.Effect<void>
  readonly leave: () => void
  /** Items that have entered and have no place: their wait goes on, or they wait to come back. */
  readonly waiting: () => number
  /** Runs the wait without a place; whoever comes back goes before new items. */
  readonly aside: <A>(wait: Effect.Effect<A>) => Effect.Effect<A>
}

/** At most `inWork` items have a place, and at most `inAll` have entered and not left. */
export const makePlaces = (inWork: number, inAll: number): Places => {
  let working = 0
  let entered = 0
  const returning = new Set<() => void>()
  const entering = new Set<() => void>()

  const first = (waiters: Set<() => void>): void => {
    for (const resume of waiters) {
      waiters.delete(resume)
      return resume()
    }
  }
  const freed = (): void => {
    while (working < inWork && returning.size > 0) {
      working++
      first(returning)
    }
    while (working < inWork && entered < inAll && entering.size > 0) {
      working++
      entered++
      first(entering)
    }
  }
  const inLine = (waiters: Set<() => void>): Effect.Effect<void> =>
    Effect.callback((resume) => {
      const waiter = () => resume(Effect.void)
      waiters.add(waiter)
      return Effect.sync(() => void waiters.delete(waiter))
    })
  const comeBack = Effect.suspend(() => {
    if (working >= inWork || returning.size > 0) return inLine(returning)
    working++
    return Effect.void
  })

  return {
    enter: Effect.suspend(() => {
      if (working >= inWork || entered >= inAll || entering.size > 0) return inLine(entering)
      working++
      entered++
      return Effect.void
    }),
    leave: () => {
      working--
      entered--
      freed()
    },
    waiting: () => entered - working,
    aside: (wait) =>
      Effect.suspend(() => {
        let isBack = false
        working--
        freed()
        return Effect.onExit(
          Effect.tap(
            wait,
            () => Effect.tap(comeBack, () => Effect.sync(() => void (isBack = true)))
          ),
          (exit) =>
            Exit.isSuccess(exit) || isBack ? Effect.void : Effect.sync(() => {
              // On its way out, for a moment above the bound.
              working++
            })
        )
      })
  }
}
