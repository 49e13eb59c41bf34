// One step of the benchmark of memory, in a process of its own: `node boundedContender.ts NAME DATA`.
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as References from "effect/References"
import type * as Scope from "effect/Scope"
import * as Stdio from "effect/Stdio"
import * as path from "node:path"
import * as Platform from "../src/layers/Platform.ts"
import { DataDirectory } from "../src/services/durability/DataDirectory.ts"
import type { Disk, DiskError } from "../src/services/durability/Disk.ts"
import type { FileLock } from "../src/services/durability/FileLock.ts"
import type { InputError } from "../src/services/items/ItemSource.ts"
import { openItems } from "../src/services/items/OpenItems.ts"
import { refreshIndex } from "../src/services/master/KeepIndex.ts"
import { takeStock } from "../src/services/master/Settled.ts"
import { contend } from "./contend.ts"

const [name = "", data = ""] = process.argv.slice(2)
const input = (file: string) =>
  openItems({ path: path.join(data, file), format: "auto", key: "slug" })

type Needs = DataDirectory | Disk | FileLock | Stdio.Stdio | Scope.Scope

const steps: { readonly [name: string]: Effect.Effect<number, DiskError | InputError, Needs> } = {
  bare: Effect.succeed(0),
  /** The check of an input: how many rows have a slug that stood before. */
  duplicates: input("twice.jsonl").pipe(
    Effect.as(0),
    Effect.catchTag("InputError", ({ count }) => Effect.succeed(count))
  ),
  /** Every master read, and the index written. */
  full: Effect.as(refreshIndex(0), 0),
  /** The items of the input that are not settled, by the index. */
  pending: Effect.gen(function*() {
    const { settled } = yield* takeStock
    const { visitSlugs } = yield* input("items.jsonl")
    let pending = 0
    yield* visitSlugs((prints, at) => {
      if (settled.getPrint(prints, at) === undefined) pending++
    })
    return pending
  })
}

const layer = Layer.mergeAll(DataDirectory.layer(data), Platform.layer, Stdio.layerTest({}))
const step = steps[name]
if (step === undefined) throw new Error(`no step is called ${name}`)
const quiet = Effect.provideService(step, References.MinimumLogLevel, "None")
await contend(async () => ({
  settled: await Effect.runPromise(Effect.scoped(Effect.provide(quiet, layer)))
}))
