// `Scratch` over node:fs.
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as fs from "node:fs"
import * as path from "node:path"
import type { DiskError } from "../services/durability/Disk.ts"
import { Scratch } from "../services/durability/Scratch.ts"
import { nodeDiskError } from "./NodeDiskError.ts"

/** What a killed process has left can be told by its name, and removed by hand. */
const prefix = "inkfast-scratch-"

const attempt = <A>(
  operation: string,
  directory: string,
  call: () => A
): Effect.Effect<A, DiskError> =>
  Effect.try({
    try: call,
    catch: (cause) => nodeDiskError(operation, directory, cause)
  })

const remove = (directory: string) =>
  Effect.catch(
    attempt("remove", directory, () =>
      fs.rmSync(directory, { recursive: true, force: true, maxRetries: 3 })),
    (error) =>
      Effect.logWarning(`the scratch directory stays, remove it by hand: ${error.message}`)
  )

export const layer: Layer.Layer<Scratch> = Layer.succeed(Scratch, {
  make: (inside) =>
    Effect.acquireRelease(
      attempt("make a scratch directory in", inside, () =>
        fs.mkdtempSync(path.join(path.resolve(inside), prefix))),
      remove
    )
})
