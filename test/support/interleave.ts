// A memory disk on which other fibers act between the calls of one process.
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as MemoryDisk from "../../src/layers/MemoryDisk.ts"
import type { MemoryStore } from "../../src/layers/MemoryStore.ts"
import { Disk } from "../../src/services/durability/Disk.ts"
import type { FileLock } from "../../src/services/durability/FileLock.ts"

type DiskCalls = Disk["Service"]

/** The disk of one process, where `between` runs before the call of that number. */
export const interleaved = (
  store: MemoryStore,
  between: (call: number) => Effect.Effect<void>
): Layer.Layer<Disk | FileLock> =>
  Layer.effect(
    Disk,
    Effect.map(Disk, (disk) => {
      let calls = 0
      const wrap =
        <A extends ReadonlyArray<unknown>, B, E, R>(call: (...args: A) => Effect.Effect<B, E, R>) =>
        (...args: A) => Effect.andThen(Effect.suspend(() => between(calls++)), call(...args))
      const names = Object.keys(disk) as Array<keyof DiskCalls>
      return Object.fromEntries(
        names.map((name) => [name, wrap(disk[name] as never)])
      ) as unknown as DiskCalls
    })
  ).pipe(Layer.provideMerge(MemoryDisk.layer(store)))

/** Lets the fiber run until it ends or waits for a lock: a hundred turns are more than an append takes. */
export const letRun = <A, E>(fiber: Fiber.Fiber<A, E>): Effect.Effect<void> =>
  Effect.gen(function*() {
    for (let turn = 0; turn < 100 && fiber.pollUnsafe() === undefined; turn++) {
      yield* Effect.yieldNow
    }
  })
