// `Shutdown` over the signals of this process: INT, TERM and HUP.
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Shutdown } from "../services/Shutdown.ts"

/** What a second signal exits with, at once. What was committed is safe; what was in flight is at risk. */
export const forcedExitCode = 130

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const

export interface ProcessSignals {
  readonly layer: Layer.Layer<Shutdown>
  /** Says what the first signal does where no program has subscribed. */
  readonly onUnclaimed: (interrupt: () => void) => void
}

/** Takes over the process's signals; for the entry point, once. */
export const takeOver = (): ProcessSignals => {
  let received: string | undefined
  let interrupt = () => {}
  const subscribers = new Set<Deferred.Deferred<string>>()
  for (const signal of signals) {
    process.on(signal, () => {
      if (received !== undefined) process.exit(forcedExitCode)
      received = signal
      if (subscribers.size === 0) interrupt()
      for (const subscriber of subscribers) Deferred.doneUnsafe(subscriber, Effect.succeed(signal))
    })
  }
  const subscribe = Effect.map(
    Effect.acquireRelease(
      Effect.sync(() => {
        const subscriber = Deferred.makeUnsafe<string>()
        subscribers.add(subscriber)
        if (received !== undefined) Deferred.doneUnsafe(subscriber, Effect.succeed(received))
        return subscriber
      }),
      (subscriber) => Effect.sync(() => subscribers.delete(subscriber))
    ),
    Deferred.await
  )
  return {
    layer: Layer.succeed(Shutdown, { subscribe }),
    onUnclaimed: (action) => {
      interrupt = action
    }
  }
}
