// What services log, as the command line shows it.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import { logLine } from "../../src/programs/cli/logLine.ts"

/** The lines that an effect logs. */
const linesOf = (effect: Effect.Effect<void>) =>
  Effect.suspend(() => {
    const lines: Array<string> = []
    const layer = Logger.layer([Logger.make((options) => lines.push(logLine.log(options)))])
    return Effect.as(Effect.provide(effect, layer), lines)
  })

describe("logLine", () => {
  it.effect("is said in words, with a mark where something is wrong, and drives no terminal", () =>
    Effect.gen(function*() {
      const lines = yield* linesOf(Effect.gen(function*() {
        yield* Effect.logInfo("items.csv: checking all of it (8 MB)")
        yield* Effect.logWarning("syncing \u001b[31m took 1200 ms")
      }))
      assert.deepStrictEqual(lines, [
        "items.csv: checking all of it (8 MB)",
        "WARNING syncing \uFFFD[31m took 1200 ms"
      ])
    }))

  it.effect("has a defect's trace below", () =>
    Effect.gen(function*() {
      const caused = Effect.die(new Error("boom"))
      const lines = yield* linesOf(
        Effect.catchCause(caused, (cause) => Effect.logError("a defect stops the run", cause))
      )
      assert.match(lines[0] ?? "", /^ERROR a defect stops the run\n.*boom\n\s+at /s)
    }))
})
