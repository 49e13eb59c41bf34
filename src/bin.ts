#!/usr/bin/env node
// The entry point: signals, services of this machine, exit code.
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Runtime from "effect/Runtime"
import inkfastPackage from "inkfast/package.json" with { type: "json" }
import * as CommandLine from "./layers/CommandLine.ts"
import * as ProcessSignals from "./layers/ProcessSignals.ts"
import { main } from "./programs/cli/main.ts"
import { outputEnd } from "./programs/cli/outputEnd.ts"

const signals = ProcessSignals.takeOver()

/** Loaded with the work of a command, as the work itself is. */
const machine = Layer.unwrap(
  Effect.map(Effect.promise(() => import("./layers/Machine.ts")), ({ layer }) => layer)
)

const end = (code: number): void => {
  const failure = signals.outputFailure()
  if (failure === undefined) process.exit(code)
  const { exitCode, message } = outputEnd(code, failure, ProcessSignals.forcedExitCode)
  process.stderr.write(message, () => process.exit(exitCode))
}

const runMain = Runtime.makeRunMain(({ fiber, teardown }) => {
  signals.onUnclaimed(() => fiber.interruptUnsafe())
  fiber.addObserver((exit) => {
    teardown(exit, (code) => {
      // What was printed into a pipe is on its way still: it arrives before the process ends.
      // A failure of that is told after the callback.
      process.stdout.write("", () => setImmediate(end, code))
    })
  })
})

runMain(
  main(inkfastPackage.version, machine).pipe(
    Effect.provide(Layer.merge(CommandLine.layer, signals.layer))
  )
)
