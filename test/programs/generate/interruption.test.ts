// Interrupted at any call on the disk and at any event: nothing acknowledged is lost, nothing is left behind.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import * as Store from "../../../src/layers/MemoryStore.ts"
import { assertResumes, cutRun, script } from "../../support/cutRun.ts"
import { makeJob } from "../../support/smallJob.ts"

describe("generate: interruption", () => {
  for (const [concurrency, consolidateEvery] of [[1, 0], [3, 2]] as const) {
    it.effect(`I1, I6, I10: interrupted at every call on the disk, ${concurrency} at a time`, () =>
      Effect.gen(function*() {
        const job = yield* makeJob({ concurrency, consolidateEvery })
        let whole = false
        let k = 0
        for (; !whole; k++) {
          const store = Store.make()
          const what = `call ${k}`
          yield* Effect.gen(function*() {
            let n = 0
            const { report } = yield* cutRun(store, job, what, {}, (fiber) => {
              store.failAlways(() => {
                if (n++ === k) fiber().interruptUnsafe()
                return undefined
              })
            })
            whole = n <= k
            if (whole) assert.isDefined(report)
            yield* assertResumes(store, job, what)
          }).pipe(Effect.provide(script))
        }
        assert.isAbove(k, 50)
      }))
  }

  it.effect("interrupted at every event", () =>
    Effect.gen(function*() {
      const job = yield* makeJob({ concurrency: 2, consolidateEvery: 2 })
      let whole = false
      let k = 0
      for (; !whole; k++) {
        const store = Store.make()
        yield* Effect.gen(function*() {
          let n = 0
          let fiberOf: (() => Fiber.Fiber<unknown, unknown>) | undefined
          yield* cutRun(store, job, `event ${k}`, {
            onEvent: () => {
              if (n++ === k) fiberOf?.().interruptUnsafe()
              return Effect.yieldNow
            }
          }, (fiber) => {
            fiberOf = fiber
          })
          whole = n <= k
          yield* assertResumes(store, job, `event ${k}`)
        }).pipe(Effect.provide(script))
      }
      assert.isAbove(k, 8)
    }))
})
