// A requalification that takes one record back and promotes another answer, interrupted, and then done to its end.
import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as References from "effect/References"
import * as TestClock from "effect/testing/TestClock"
import * as MemoryDisk from "../../src/layers/MemoryDisk.ts"
import type { MemoryStore } from "../../src/layers/MemoryStore.ts"
import * as Store from "../../src/layers/MemoryStore.ts"
import type { RequalifyEvent } from "../../src/programs/requalify/RequalifyEvent.ts"
import { requalifyJob } from "../../src/requalifyJob.ts"
import { itemsFromRows } from "../../src/services/items/RowItems.ts"
import { testHost } from "../../src/testing.ts"
import { InterruptingScheduler } from "../support/InterruptingScheduler.ts"
import { goodAnswer, longAnswer, rows, slugIn, slugsOf } from "../support/pipeline.ts"
import { data, makeJob } from "../support/smallJob.ts"
import type { Interruption } from "./interruptDrive.ts"
import { contentOf, drive } from "./interruptDrive.ts"
import { assertAudited, runEarlier } from "./interruptRun.ts"
import { newBill } from "./interruptWorld.ts"

const items = rows(2)

/** The first title is short, the second one long, and so rejected by the rule of the day. */
const before = {
  name: "a requalification",
  settings: {},
  rows: items,
  answer: goodAnswer,
  earlier: (request: Parameters<typeof goodAnswer>[0]) =>
    slugIn(request) === "item-0" ? goodAnswer(request) : longAnswer(request),
  shows: {}
}

/** By the rule of today it is the other way round. */
const today = makeJob({ qa: [{ rule: "length", field: "/title", minChars: 20 }] })

const requalifyOnce = Effect.fnUntraced(function*(
  store: MemoryStore,
  scheduler: InterruptingScheduler,
  what: string
) {
  const events: Array<RequalifyEvent> = []
  const program = requalifyJob({
    job: yield* today,
    source: yield* Effect.orDie(itemsFromRows(items)),
    apply: true,
    onEvent: (event) => Effect.sync(() => void events.push(event))
  }).pipe(
    Effect.provide([MemoryDisk.layer(store), testHost]),
    Effect.provideService(References.MinimumLogLevel, "None")
  )
  const exit = yield* drive(store, program, scheduler, { activity: () => events.length }, what)
  for (const event of events) {
    if (event.event === "promoted") assert.include(slugsOf(store, data.successes), event.slug, what)
    if (event.event === "demoted") assert.include(slugsOf(store, data.rejects), event.slug, what)
  }
  yield* TestClock.adjust("1 second")
  return exit
})

const uninterrupted = () => new InterruptingScheduler("operations", Number.POSITIVE_INFINITY)

const assertDone = (store: MemoryStore, what: string): void => {
  assert.deepStrictEqual(slugsOf(store, data.successes), ["item-1"], what)
  assert.deepStrictEqual(slugsOf(store, data.updates), ["item-1"], what)
  assert.deepStrictEqual(slugsOf(store, data.rejects), ["item-0"], what)
}

/** How many operations one has, and its interruption at a step: false where it has no such step. */
export const requalification = Effect.gen(function*() {
  const prepared = Store.make()
  yield* runEarlier(prepared, yield* makeJob(), before, newBill())
  const start = () => {
    const store = Store.make()
    for (const file of prepared.files()) store.put(file, prepared.get(file) ?? "")
    return store
  }
  const counting = uninterrupted()
  const whole = start()
  assert.isTrue(Exit.isSuccess(yield* requalifyOnce(whole, counting, "uninterrupted")))
  assertDone(whole, "uninterrupted")

  const interruptAt = Effect.fnUntraced(function*({ at, isNew, kind }: Interruption) {
    const what = `a requalification, ${kind} ${at}`
    const store = start()
    const scheduler = new InterruptingScheduler(kind, at)
    yield* requalifyOnce(store, scheduler, what)
    if (!scheduler.hasInterrupted) return false
    if (!isNew(contentOf(store))) return true
    yield* requalifyOnce(store, uninterrupted(), `${what}, done again`)
    assertDone(store, what)
    yield* assertAudited(store, yield* today, what)
    return true
  })
  return { interruptAt, operations: counting.steps }
})
