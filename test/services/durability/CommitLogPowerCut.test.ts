// A log whose power is cut at every single call in turn, and again during the recovery.
import { describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import {
  appendAll,
  assertRecovers,
  during,
  forEachCall,
  started
} from "../../support/crashScenario.ts"
import type { Fate } from "../../support/PowerCut.ts"
import { fates, PowerCut } from "../../support/PowerCut.ts"

describe("the power is cut", () => {
  it.effect.each(fates)(
    "I1-I7: before any call of an append, unsynced bytes %s",
    (fate) =>
      forEachCall(Effect.fnUntraced(function*(n) {
        const acknowledged = new Set<number>()
        const machine = yield* started(acknowledged)
        machine.cutAt(n)
        yield* appendAll(machine.store, during, acknowledged)
        yield* assertRecovers(machine.reboot(fate), acknowledged, `cut at call ${n}, ${fate}`)
        return machine.isCut
      }))
  )

  it.effect.each(
    [
      ["torn", "lost"],
      ["torn", "torn"],
      ["garbage", "garbage"],
      ["hole", "torn"],
      ["kept", "lost"]
    ] as const
  )(
    "I1-I7: again during the recovery, unsynced bytes %s, then %s",
    ([first, second]) => cutTwice(first, second, 7)
  )

  it.effect("I1-I7: before any call of the very first open", () =>
    forEachCall(Effect.fnUntraced(function*(n) {
      const machine = PowerCut.start()
      const acknowledged = new Set<number>()
      machine.cutAt(n)
      yield* appendAll(machine.store, during, acknowledged)
      yield* assertRecovers(machine.reboot("torn"), acknowledged, `cut at call ${n}`)
      return machine.isCut
    })))
})

/** Every `step`-th call of the append, then every call of the recovery after it. */
const cutTwice = Effect.fnUntraced(function*(first: Fate, second: Fate, step: number) {
  for (let n = 0, cut = true; cut; n += step) {
    const acknowledged = new Set<number>()
    const machine = yield* started(acknowledged)
    machine.cutAt(n)
    yield* appendAll(machine.store, during, acknowledged)
    cut = machine.isCut
    for (let m = 0, cutAgain = true; cutAgain; m++) {
      const stillAcknowledged = new Set(acknowledged)
      const again = machine.reboot(first)
      again.cutAt(m)
      yield* appendAll(again.store, [], stillAcknowledged)
      cutAgain = again.isCut
      yield* assertRecovers(
        again.reboot(second),
        stillAcknowledged,
        `cut at ${n}, ${first}, then at ${m}, ${second}`
      )
    }
  }
})
