// So many at a time for each key, however many keys there are: a key that nobody uses takes no room.
import * as Effect from "effect/Effect"
import * as Semaphore from "effect/Semaphore"

export type WithPermit = (
  key: string
) => <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>

export const makeKeyedPermits = (permits: number): WithPermit => {
  const held = new Map<string, { readonly semaphore: Semaphore.Semaphore; users: number }>()
  const enter = (key: string) =>
    Effect.sync(() => {
      const entry = held.get(key) ?? { semaphore: Semaphore.makeUnsafe(permits), users: 0 }
      entry.users++
      held.set(key, entry)
      return entry
    })
  return (key) => (effect) =>
    Effect.acquireUseRelease(
      enter(key),
      ({ semaphore }) => Semaphore.withPermit(semaphore, effect),
      (entry) =>
        Effect.sync(() => {
          if (--entry.users === 0) held.delete(key)
        })
    )
}
