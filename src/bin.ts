#!/usr/bin/env node
// The entry point: signals, services of this machine, exit code.
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Runtime from "effect/Runtime"
import inkfastPackage from "inkfast/package.json" with { type: "json" }
import * as CommandLine from "./layers/CommandLine.ts"
import * as ProcessSignals from "./layers/ProcessSignals.ts"
import { main } from "./programs/cli/main.ts"

const signals = ProcessSignals.takeOver()

/** Loaded with the work of a command, as the work itself is. */
const machine = Layer.unwrap(
  Effect.map(Effect.promise(() => import("./layers/Machine.ts")), ({ layer }) => layer)
)

const runMain = Runtime.makeRunMain(({ fiber, teardown }) => {
  signals.onUnclaimed(() => fiber.interruptUnsafe())
  fiber.addObserver((exit) => {
    teardown(exit, (code) => {
      // What was printed into a pipe is on its way still: it arrives before the process ends.
      process.stdout.write("", () => process.exit(code))
    })
  })
})

runMain(
  main(inkfastPackage.version, machine).pipe(
    Effect.provide(Layer.merge(CommandLine.layer, signals.layer))
  )
)
