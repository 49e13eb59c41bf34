// For the tests of embedders: a scripted model, disks in memory that fail and lose power on request, a host that stays.
import * as Layer from "effect/Layer"
import { Host } from "./services/Host.ts"

/** A model by script: `FakeLlm.ScriptedLlm.layer((request, callNumber) => FakeLlm.answerJson({ … }))`. */
export * as FakeLlm from "./layers/ScriptedLlm.ts"
/** A disk in memory, with its locks: `MemoryDisk.layerEmpty`, or `MemoryDisk.layer(store)` over a store to look into. */
export * as MemoryDisk from "./layers/MemoryDisk.ts"
/** What a memory disk stands on: its files, its capacity, and the calls that are to fail. */
export * as MemoryStore from "./layers/MemoryStore.ts"

/** Plans for calls that are to fail, as every store takes them: a code, once or from then on, or a short count. */
export type { FaultPlan, MemoryCall, MemoryFault } from "./layers/MemoryFaults.ts"
/**
 * A disk that loses power, and processes on it that are killed, at any call: `CrashDisk.start()` answers a machine, with
 * a `layer`, a `store` to look into and to fail calls of, `process()`, `powerCuts()` and `killed()`.
 */
export * as CrashDisk from "./layers/CrashDisk.ts"
/** What stands on a disk at one moment, to begin a `CrashDisk.CrashMachine` with. */
export { type CrashImage, emptyImage } from "./layers/CrashImage.ts"

/** A host whose name and versions are the same everywhere. */
export const testHost: Layer.Layer<Host> = Layer.succeed(Host, {
  name: "test",
  versions: { inkfast: "0.0.0", node: "0.0.0", effect: "0.0.0" }
})
