// Helpers of the input tests: files on a memory disk, standard input from bytes, faults as text.
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Stdio from "effect/Stdio"
import * as Stream from "effect/Stream"
import * as MemoryDisk from "../../../src/layers/MemoryDisk.ts"
import { Disk } from "../../../src/services/durability/Disk.ts"
import { writeAllAt } from "../../../src/services/durability/FileIo.ts"
import type { Item } from "../../../src/services/items/Item.ts"
import { openItems } from "../../../src/services/items/OpenItems.ts"
import type { InputOptions } from "../../../src/services/items/OpenItems.ts"

export const layer = Layer.merge(MemoryDisk.layerEmpty, Stdio.layerTest({}))

export const stdin = (...chunks: ReadonlyArray<string>) =>
  Layer.merge(
    MemoryDisk.layerEmpty,
    Stdio.layerTest({
      stdin: Stream.fromIterable(chunks.map((chunk) => new TextEncoder().encode(chunk)))
    })
  )

/** Creates the file, or overwrites its beginning. */
export const put = (path: string, content: string | Uint8Array) =>
  Effect.scoped(Effect.gen(function*() {
    const disk = yield* Disk
    yield* disk.makeDirectory(path.slice(0, path.lastIndexOf("/")) || "/")
    const file = yield* disk.open(path, "update")
    yield* disk.truncate(file, 0)
    yield* writeAllAt(disk, file, typeof content === "string" ? Buffer.from(content) : content, 0)
  }))

export const collect = (options: Partial<InputOptions> & { readonly path: string }) =>
  Effect.scoped(Effect.gen(function*() {
    const source = yield* openItems({ format: "auto", key: "slug", ...options })
    const items: ReadonlyArray<Item> = yield* Stream.runCollect(source.items)
    return { source, items }
  }))

/** The message with which opening fails; `opened` when it does not. */
export const faultsOf = (options: Partial<InputOptions> & { readonly path: string }) =>
  Effect.map(
    Effect.exit(collect(options)),
    (exit) => Exit.isSuccess(exit) ? "opened" : (Cause.squash(exit.cause) as Error).message
  )
