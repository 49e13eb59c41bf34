#!/usr/bin/env node
// The entry point: signals, services of this machine, exit code.
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Runtime from "effect/Runtime"
import * as CommandLine from "./layers/CommandLine.ts"
import * as NodeHost from "./layers/NodeHost.ts"
import * as NodeTypedCommand from "./layers/NodeTypedCommand.ts"
import * as Platform from "./layers/Platform.ts"
import * as ProcessSignals from "./layers/ProcessSignals.ts"
import { main } from "./programs/cli/main.ts"

const signals = ProcessSignals.takeOver()

const services = Layer.mergeAll(
  CommandLine.layer,
  NodeHost.layer,
  NodeTypedCommand.layer,
  Platform.layer,
  signals.layer
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

runMain(main(NodeHost.inkfastVersion).pipe(Effect.provide(services)))
