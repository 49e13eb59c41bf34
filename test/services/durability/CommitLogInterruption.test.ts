// A log interrupted at every operation while it is opened and while it appends: it closes cleanly, whatever was reached.
import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as MemoryDisk from "../../../src/layers/MemoryDisk.ts"
import * as Store from "../../../src/layers/MemoryStore.ts"
import * as CommitLog from "../../../src/services/durability/CommitLog.ts"
import type { CommitLogOptions } from "../../../src/services/durability/CommitLog.ts"
import { lineText } from "../../../src/services/durability/LineCodec.ts"
import { assertNothingHeld } from "../../support/assertNothingHeld.ts"
import { InterruptingScheduler } from "../../support/InterruptingScheduler.ts"

const guards: { readonly [name: string]: CommitLogOptions["guard"] } = {
  shared: {
    _tag: "Shared",
    lockFile: "/log/.lock",
    slotAt: 0,
    bootId: "boot",
    swap: "/log/.swap.json"
  },
  own: { _tag: "Own" }
}
const files = ["/log/first.jsonl", "/log/second.jsonl"]
const slugs = ["a"]

const appendAll = (guard: CommitLogOptions["guard"], acknowledged: Array<string>) =>
  Effect.scoped(Effect.gen(function*() {
    const log = yield* CommitLog.open({ files, guard, quarantine: "/quarantine" })
    yield* Effect.forEach(
      slugs,
      (slug) =>
        Effect.uninterruptible(
          Effect.tap(log.append(() => lineText({ slug, _meta: { id: slug } })), () =>
            Effect.sync(() => acknowledged.push(slug)))
        )
    )
  }))

describe("CommitLog, interrupted", () => {
  for (const [name, guard] of Object.entries(guards)) {
    it.effect(`I1 I6: a log with its ${name} guard closes cleanly at every operation`, () =>
      Effect.gen(function*() {
        let at = 1
        for (; at < 100_000; at++) {
          const what = `operation ${at}`
          const store = Store.make()
          const scheduler = new InterruptingScheduler("operations", at)
          const acknowledged: Array<string> = []
          const fiber = yield* scheduler.run(
            Effect.provide(appendAll(guard, acknowledged), MemoryDisk.layer(store))
          )
          const exit = yield* Fiber.await(fiber)
          if (!scheduler.hasInterrupted) break
          // A finalizer that fails shows as a defect beside the interruption.
          if (Exit.isFailure(exit)) {
            assert.isTrue(
              Cause.hasInterruptsOnly(exit.cause),
              `${what}: ${Cause.pretty(exit.cause)}`
            )
          }
          const quiet = store.calls
          yield* Effect.yieldNow
          assert.strictEqual(store.calls, quiet, `${what}: something goes on`)
          yield* assertNothingHeld(store, what)
          for (const file of files) {
            for (const slug of acknowledged) {
              assert.include(store.get(file)?.toString() ?? "", `{"slug":"${slug}"`, what)
            }
          }
          yield* Effect.provide(appendAll(guard, []), MemoryDisk.layer(store))
          assert.deepStrictEqual(store.get(files[0]!), store.get(files[1]!), `${what}: I2`)
        }
        console.log(`a log with its ${name} guard: interrupted at ${at - 1} operations`)
      }))
  }
})
