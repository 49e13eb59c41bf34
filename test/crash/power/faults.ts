// How a call on the disk can fail, and the disk made to do so.
import type { CrashStore } from "../../../src/layers/CrashStore.ts"
import type { MemoryCall, MemoryFault } from "../../../src/layers/MemoryFaults.ts"
import type { Fault } from "./findings.ts"

const writing = new Set(["append", "writeAt"])
/** What can find no space: whatever writes, makes a name, or allocates late. */
const allocating = new Set([
  ...writing,
  "open",
  "truncate",
  "datasync",
  "rename",
  "makeDirectory",
  "syncDirectory"
])

const once = (code: Fault["code"]) => ({ code, always: false })
const always = (code: Fault["code"]) => ({ code, always: true })

/** Every way in which this call can fail. */
export const faultsOf = (
  { bytes = 0, operation }: MemoryCall
): ReadonlyArray<Pick<Fault, "code" | "always">> => [
  once("EIO"),
  always("EIO"),
  ...(allocating.has(operation) ? [once("ENOSPC"), always("ENOSPC")] : []),
  ...(bytes > 1 ? [once("short")] : []),
  ...(bytes > 1 && writing.has(operation) ? [once("torn"), always("torn")] : [])
]

/** The calls on a store, as they come. */
export const callsOf = (store: CrashStore): ReadonlyArray<MemoryCall> => {
  const calls: Array<MemoryCall> = []
  store.failAlways((call) => {
    calls.push(call)
    return undefined
  })
  return calls
}

export interface Inflicted {
  /** How many changes of the disk were done when it struck; undefined as long as it has not. */
  readonly after: () => number | undefined
  readonly mend: () => void
}

/** Makes the fault happen, until it is mended. */
export const inflict = (store: CrashStore, { always: goesOn, at, code }: Fault): Inflicted => {
  let after: number | undefined
  let restOf: string | undefined
  const strike = (fault: MemoryFault): MemoryFault => {
    after ??= store.ops.length
    return fault
  }
  const torn = ({ bytes = 0, index, operation, path }: MemoryCall): MemoryFault | undefined => {
    if (index === at) {
      restOf = path
      return strike({ shortBytes: bytes >> 1 })
    }
    if (goesOn) return allocating.has(operation) ? "ENOSPC" : undefined
    if (path !== restOf || !writing.has(operation)) return undefined
    restOf = undefined
    return "ENOSPC"
  }
  const mend = store.failAlways((call) => {
    if (call.index < at) return undefined
    if (code === "torn") return torn(call)
    if (call.index > at && !goesOn) return undefined
    if (code === "short") return strike({ shortBytes: 1 })
    return code === "ENOSPC" && !allocating.has(call.operation) ? undefined : strike(code)
  })
  return { after: () => after, mend }
}
