// `Shutdown` over what tells this process to stop: INT, TERM and HUP, and a standard output that nobody takes any more.
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Shutdown } from "../services/Shutdown.ts"
import { systemMessage } from "./systemMessage.ts"

/** What a second signal exits with, at once. What was committed is safe; what was in flight is at risk. */
export const forcedExitCode = 130

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const

export interface ProcessSignals {
  readonly layer: Layer.Layer<Shutdown>
  /** Says what the first signal does where no program has subscribed. */
  readonly onUnclaimed: (interrupt: () => void) => void
  /** Why standard output takes nothing more. Undefined while it does, and where its reader has only gone (`| head`). */
  readonly outputFailure: () => { readonly code: string; readonly words: string } | undefined
}

/** Takes over the process's signals; for the entry point, once. */
export const takeOver = (): ProcessSignals => {
  let received: string | undefined
  let outputFailure: ReturnType<ProcessSignals["outputFailure"]>
  let interrupt = () => {}
  const subscribers = new Set<Deferred.Deferred<string>>()
  const stop = (why: string): void => {
    received = why
    if (subscribers.size === 0) interrupt()
    for (const subscriber of subscribers) Deferred.doneUnsafe(subscriber, Effect.succeed(why))
  }
  for (const signal of signals) {
    process.on(signal, () => {
      if (received !== undefined) {
        // The prompt begins a line of its own, not the end of the progress line.
        if (process.stderr.isTTY) process.stderr.write("\n")
        process.exit(forcedExitCode)
      }
      stop(signal)
    })
  }
  // Whoever read the results has gone, or their disk is full: nothing more is paid for behind that reader's back.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") {
      outputFailure ??= { code: error.code ?? "", words: systemMessage(error) }
    }
    if (received === undefined) {
      stop(`standard output cannot be written (${error.code ?? error.message})`)
    }
  })
  // Words to a person who has gone are no reason to stop.
  process.stderr.on("error", () => {})
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
    },
    outputFailure: () => outputFailure
  }
}
