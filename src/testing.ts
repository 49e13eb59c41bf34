// For the tests of embedders: a scripted model, a disk in memory with faults on request, and a host that stays the same.
import * as Layer from "effect/Layer"
import { Host } from "./services/Host.ts"

/** A model by script: `FakeLlm.ScriptedLlm.layer((request, callNumber) => FakeLlm.answerJson({ … }))`. */
export * as FakeLlm from "./layers/ScriptedLlm.ts"
/** A disk in memory, with its locks: `MemoryDisk.layerEmpty`, or `MemoryDisk.layer(store)` over a store to look into. */
export * as MemoryDisk from "./layers/MemoryDisk.ts"
/** What a memory disk stands on: its files, its capacity, and the calls that are to fail. */
export * as MemoryStore from "./layers/MemoryStore.ts"

/** A host whose name and versions are the same everywhere. */
export const testHost: Layer.Layer<Host> = Layer.succeed(Host, {
  name: "test",
  versions: { inkfast: "0.0.0", node: "0.0.0", effect: "0.0.0" }
})
