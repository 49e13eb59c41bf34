// A short soak, by consolidations: `npm run crash:soak -- --minutes N` goes on as long as one likes.
import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { tempDir } from "../support/TempDir.ts"
import { soak } from "./soak.ts"

it.effect(
  "I1 I2 I5 I6: three processes append while a fourth consolidates: every acknowledged record is there, once",
  () =>
    Effect.gen(function*() {
      const root = yield* tempDir
      const { promise: stop, resolve } = Promise.withResolvers<void>()
      const onConsolidated = (count: number) => count === 3 && resolve()
      const report = yield* Effect.promise(() => soak({ root, count: 0, stop, onConsolidated }))
      assert.deepStrictEqual(report.faults, [])
      assert.isBelow(report.slugs, report.acknowledged)
      assert.isAtLeast(report.consolidations, 3)
    }).pipe(Effect.scoped),
  120_000
)
