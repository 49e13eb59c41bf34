// The process whose every system call is made to fail or to be its last: takes the steps and exits.
//
//   node syscallsWorkload.ts <data directory> <step>…
//
// Clock and randomness stand still, so that every start makes the same calls on the same names.
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import { openedOver, takeSteps } from "./crashSteps.ts"
import { standingStill } from "./syscallsStill.ts"

const [root = "", ...steps] = process.argv.slice(2)

// Written at once: what is buffered in a killed process was never said.
const working = takeSteps(steps, (each) => fs.writeSync(1, `${each}\n`)).pipe(
  Effect.provide(openedOver(root))
)

const exit = await Effect.runPromiseExit(standingStill(working, "crash"))
if (exit._tag === "Failure") {
  process.stderr.write(`${String(exit.cause)}\n`)
  process.exitCode = 3
}
