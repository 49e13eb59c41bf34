// A short soak, by counts: `npm run crash:soak -- MINUTES` goes on as long as one likes.
import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { tempDir } from "../support/TempDir.ts"
import { soak } from "./soak.ts"

it.effect(
  "I1 I2 I5 I6: three processes append while a fourth consolidates: every acknowledged record is there, once",
  () =>
    Effect.gen(function*() {
      const root = yield* tempDir
      const report = yield* Effect.promise(() => soak({ root, count: 1000 }))
      assert.deepStrictEqual(report.faults, [])
      assert.strictEqual(report.acknowledged, 3000)
      assert.isBelow(report.slugs, 3000)
      assert.isAtLeast(report.consolidations, 2)
    }).pipe(Effect.scoped),
  120_000
)
