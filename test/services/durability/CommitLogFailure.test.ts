// A log whose process is killed, or whose disk fails, at every single call in turn.
import { describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import {
  appendAll,
  assertRecovers,
  during,
  forEachCall,
  started
} from "../../support/crashScenario.ts"

describe("the process is killed", () => {
  it.effect("I1-I7: before any call, and the next one goes on from the page cache", () =>
    forEachCall(Effect.fnUntraced(function*(n) {
      const acknowledged = new Set<number>()
      const machine = yield* started(acknowledged)
      machine.cutAt(n)
      yield* appendAll(machine.store, during, acknowledged)
      const killed = machine.isCut
      machine.restore()
      yield* assertRecovers(machine, acknowledged, `killed at call ${n}`)
      return killed
    })))

  it.effect("I1-I7: before any call, on a system that tells no boot id", () =>
    forEachCall(Effect.fnUntraced(function*(n) {
      const acknowledged = new Set<number>()
      const machine = yield* started(acknowledged, 0)
      machine.cutAt(n)
      yield* appendAll(machine.store, during, acknowledged)
      const killed = machine.isCut
      machine.restore()
      yield* assertRecovers(machine, acknowledged, `killed at call ${n}`)
      return killed
    })))

  it.effect("I1-I7: again during the recovery, and then the power is cut", () =>
    Effect.gen(function*() {
      for (let n = 0, cut = true; cut; n += 3) {
        for (let m = 0, cutAgain = true; cutAgain; m += 2) {
          const acknowledged = new Set<number>()
          const machine = yield* started(acknowledged)
          machine.cutAt(n)
          yield* appendAll(machine.store, during, acknowledged)
          cut = machine.isCut
          machine.cutAt(m)
          yield* appendAll(machine.store, [], acknowledged)
          cutAgain = machine.isCut
          yield* assertRecovers(
            machine.reboot("torn"),
            acknowledged,
            `killed at ${n}, then cut at ${m}`
          )
        }
      }
    }))
})

describe("the disk fails", () => {
  it.effect("I1-I7: any one call, and a sync that failed once is never believed when it then succeeds", () =>
    forEachCall(Effect.fnUntraced(function*(n) {
      const acknowledged = new Set<number>()
      const machine = yield* started(acknowledged)
      machine.failAt(n)
      yield* appendAll(machine.store, during, acknowledged)
      const failed = machine.operations.length > n
      machine.restore()
      yield* assertRecovers(machine, acknowledged, `call ${n} failed`)
      return failed
    })))

  it.effect.each(["lost", "torn", "hole"] as const)(
    "I1-I7: any one call of a recovery after a power cut, unsynced bytes %s",
    (fate) =>
      Effect.gen(function*() {
        for (let n = 0, cut = true; cut; n += 7) {
          const acknowledged = new Set<number>()
          const machine = yield* started(acknowledged)
          machine.cutAt(n)
          yield* appendAll(machine.store, during, acknowledged)
          cut = machine.isCut
          for (let m = 0, failed = true; failed; m++) {
            const again = machine.reboot(fate)
            again.failAt(m)
            yield* appendAll(again.store, [], acknowledged)
            failed = again.operations.length > m
            again.restore()
            yield* assertRecovers(
              again,
              acknowledged,
              `cut at ${n}, ${fate}, then call ${m} failed`
            )
          }
        }
      })
  )
})
