// The crash test of a disk, on this one: the published command's writers are started and killed.
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as fs from "node:fs"
import * as path from "node:path"
import { crashtest } from "../../../src/programs/doctor/crashtest/crashtest.ts"
import type { CrashtestReport } from "../../../src/programs/doctor/crashtest/CrashtestReport.ts"
import { Scratch } from "../../../src/services/durability/Scratch.ts"
import { OwnCommand } from "../../../src/services/OwnCommand.ts"
import { machineWith } from "../../crash/writerKills.ts"
import { commandFile } from "../../support/Cli.ts"
import { tempDir } from "../../support/TempDir.ts"

const find = ({ checks }: CrashtestReport, name: string) => {
  const check = checks.find((each) => each.name === name)
  assert.isDefined(check)
  return check
}

/** Its writers are the command as it is published. */
const real = machineWith(commandFile)

describe("crashtest on this machine", () => {
  it.live("I1 I4 I5 I6: writers are killed, nothing acknowledged is lost, the scratch directory is gone", () =>
    Effect.gen(function*() {
      const directory = yield* tempDir
      const report = yield* crashtest({
        directory: path.join(directory, "not", "there"),
        seconds: 60,
        killsMax: 3
      })
      assert.isNotNull(report.figures)
      const { acknowledged, commits, invalidLines, kills, lost, syncs } = report.figures
      assert.isAtLeast(kills, 3)
      assert.isAbove(acknowledged, 0)
      assert.isAbove(commits, 0)
      assert.isAtLeast(syncs, commits)
      assert.strictEqual(lost + invalidLines, 0)
      assert.strictEqual(find(report, "kills").outcome, "ok")
      assert.strictEqual(find(report, "lock").outcome, "ok")
      assert.isTrue(report.ok)
      assert.include(report.notTested, "power cut")
      assert.deepStrictEqual(fs.readdirSync(directory), [])
    }).pipe(Effect.provide(real)))

  it.live("interrupted, it leaves no writer and no scratch directory", () =>
    Effect.gen(function*() {
      const directory = yield* tempDir
      const made = yield* Deferred.make<string>()
      const observed = Layer.effect(
        Scratch,
        Effect.map(Scratch, ({ make }) => ({
          make: (inside: string) =>
            Effect.tap(make(inside), (scratch) => Deferred.succeed(made, scratch))
        }))
      )
      const testing = yield* Effect.forkChild(
        Effect.provide(crashtest({ directory, seconds: 60 }), Layer.provideMerge(observed, real))
      )
      const updates = path.join(yield* Deferred.await(made), "master", "updates.jsonl")
      yield* Effect.repeat(Effect.yieldNow, { until: () => fs.existsSync(updates) })
      yield* Fiber.interrupt(testing)
      assert.deepStrictEqual(fs.readdirSync(directory), [])
    }))

  it.live("a writer that cannot start says why, and the scratch directory is gone", () =>
    Effect.gen(function*() {
      const directory = yield* tempDir
      const failure = yield* Effect.flip(crashtest({ directory, seconds: 1 }))
      assert.include(failure.message, "no such script")
      assert.deepStrictEqual(fs.readdirSync(directory), [])
    }).pipe(
      Effect.provideService(OwnCommand, [
        process.execPath,
        "-e",
        "console.error('no such script'); process.exit(1)"
      ]),
      Effect.provide(real)
    ))
})
