// A process on a disk in memory that can be killed with -9: from then on nothing of it runs, and the kernel closes its
// files and frees its locks.
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import * as MemoryDisk from "../../src/layers/MemoryDisk.ts"
import type { MemoryStore } from "../../src/layers/MemoryStore.ts"
import { Disk } from "../../src/services/durability/Disk.ts"
import type { DiskError, DiskFile } from "../../src/services/durability/Disk.ts"
import { FileLock } from "../../src/services/durability/FileLock.ts"

export interface MortalProcess {
  readonly disk: Layer.Layer<Disk | FileLock>
  readonly isDead: () => boolean
  readonly kill: () => void
  /** What a dead process would do next is never done. */
  readonly mortal: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
}

type Method = (...args: ReadonlyArray<never>) => Effect.Effect<unknown, DiskError>

/**
 * `diesAtCall`: the disk call that is never made, counted from 1 over the process; undefined: none. `pause` comes before
 * every call: a real disk takes its time, and others get a turn.
 */
export const mortalProcess = (
  store: MemoryStore,
  diesAtCall: number | undefined,
  pause: Effect.Effect<void> = Effect.yieldNow
): MortalProcess => {
  const opened = new Map<DiskFile, Scope.Closeable>()
  let dead = false
  let calls = 0
  const kill = (): void => {
    dead = true
    for (const file of opened.keys()) store.close(file)
    opened.clear()
  }
  const mortal: MortalProcess["mortal"] = (effect) =>
    Effect.suspend(() => dead ? Effect.never : effect)
  const counted = (method: Method): Method => (...args) =>
    Effect.andThen(
      pause,
      Effect.suspend(() => {
        if (!dead && ++calls === diesAtCall) kill()
        return dead ? Effect.never : method(...args)
      })
    )
  const wrapped = <S extends object>(service: S): S =>
    Object.fromEntries(
      Object.entries(service).map(([name, method]) => [name, counted(method as Method)])
    ) as S

  const disk = Layer.effectContext(Effect.gen(function*() {
    const inner = wrapped(yield* Disk)
    const locks = wrapped(yield* FileLock)
    return Context.make(Disk, {
      ...inner,
      open: (path, mode) =>
        Effect.acquireRelease(
          Effect.gen(function*() {
            const own = yield* Scope.make()
            const file = yield* Scope.provide(inner.open(path, mode), own)
            opened.set(file, own)
            return file
          }),
          (file) =>
            Effect.suspend(() => {
              const own = opened.get(file)
              opened.delete(file)
              return own === undefined ? Effect.void : Scope.close(own, Exit.void)
            })
        )
    }).pipe(Context.add(FileLock, locks))
  })).pipe(Layer.provide(MemoryDisk.layer(store)))
  return { disk, isDead: () => dead, kill, mortal }
}
