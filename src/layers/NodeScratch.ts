// `Scratch` over node:fs. Its owner holds a kernel lock in it while it lives, so that what a kill leaves can be told and
// removed by the next one.
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as fs from "node:fs"
import * as path from "node:path"
import { Disk } from "../services/durability/Disk.ts"
import type { DiskError } from "../services/durability/Disk.ts"
import { FileLock } from "../services/durability/FileLock.ts"
import { Scratch } from "../services/durability/Scratch.ts"
import { nodeDiskError } from "./NodeDiskError.ts"

const prefix = "inkfast-scratch-"
const ownerFile = ".owner"

const attempt = <A>(
  operation: string,
  directory: string,
  call: () => A
): Effect.Effect<A, DiskError> =>
  Effect.try({ try: call, catch: (cause) => nodeDiskError(operation, directory, cause) })

const remove = (directory: string) =>
  Effect.catch(
    attempt("remove", directory, () =>
      fs.rmSync(directory, { recursive: true, force: true, maxRetries: 3 })),
    (error) =>
      Effect.logWarning(`the scratch directory stays, remove it by hand: ${error.message}`)
  )

const make = Effect.gen(function*() {
  const disk = yield* Disk
  const locks = yield* FileLock

  const isDead = (directory: string) =>
    Effect.scoped(Effect.gen(function*() {
      const owner = path.join(directory, ownerFile)
      // Without it, it has just been made, or was left in that very moment and is empty.
      if (Option.isNone(yield* disk.stat(owner))) return false
      return yield* locks.tryLock(yield* disk.open(owner, "update"))
    }))

  const sweep = Effect.fnUntraced(function*(inside: string) {
    for (const name of yield* disk.list(inside)) {
      const directory = path.join(inside, name)
      if (name.startsWith(prefix) && (yield* isDead(directory))) yield* remove(directory)
    }
  })

  return Scratch.of({
    make: (inside) =>
      Effect.gen(function*() {
        const place = path.resolve(inside)
        // What cannot be looked at is left where it is.
        yield* Effect.ignore(sweep(place))
        const made = yield* Effect.acquireRelease(
          attempt(
            "make a scratch directory in",
            inside,
            () => fs.mkdtempSync(path.join(place, prefix))
          ),
          remove
        )
        yield* locks.tryLock(yield* disk.open(path.join(made, ownerFile), "update"))
        return made
      })
  })
})

export const layer: Layer.Layer<Scratch, never, Disk | FileLock> = Layer.effect(Scratch, make)
