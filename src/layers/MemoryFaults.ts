// Faults that a test plans for the calls of a memory disk.
import type { DiskFile } from "../services/durability/Disk.ts"

/** A call about to be made. `index` counts all calls on the store from 0. */
export interface MemoryCall {
  /** The method's name in `Disk` or `FileLock`; a lock that has to be waited for begins with `tryLock`. */
  readonly operation: string
  /** For a rename the new name. */
  readonly path: string
  readonly index: number
  /** The open file that it is made on; its path may name another one by now, or none. */
  readonly file?: DiskFile
  /** Bytes to be written or read. */
  readonly bytes?: number
  readonly position?: number
}

/** What a call tells of itself besides its name and path. */
export type CallDetail = Pick<MemoryCall, "file" | "bytes" | "position">

/** The code a call fails with, or how many bytes a read or write may take before it answers. */
export type MemoryFault = string | { readonly shortBytes: number }
export type FaultPlan = (call: MemoryCall) => MemoryFault | undefined

/** Thrown inside the store; its layer makes a DiskError of it. */
export class MemoryFailure extends Error {
  readonly code: string
  constructor(code: string, detail: string) {
    super(detail)
    this.code = code
  }
}

export const fail = (code: string, detail: string): never => {
  throw new MemoryFailure(code, detail)
}

export class MemoryFaults {
  #calls = 0
  readonly #always = new Set<FaultPlan>()
  readonly #once = new Set<FaultPlan>()

  /** Fails the first call for which the plan answers, and only that one. */
  failNext(plan: FaultPlan): void {
    this.#once.add(plan)
  }

  /** Fails every call for which the plan answers, until the returned function is called. */
  failAlways(plan: FaultPlan): () => void {
    this.#always.add(plan)
    return () => this.#always.delete(plan)
  }

  /** Calls made so far, failed ones included. Closing a file and unlocking it cannot fail and do not count. */
  get calls(): number {
    return this.#calls
  }

  /** Counts a call and meets it with a fault where one is due. Answers how many bytes it may take. */
  enter(operation: string, path: string, detail?: CallDetail): number {
    const call: MemoryCall = { operation, path, index: this.#calls++, ...detail }
    const fault = this.#faultOf(call)
    if (fault === undefined) return Number.POSITIVE_INFINITY
    if (typeof fault !== "string") return fault.shortBytes
    return fail(fault, "injected")
  }

  #faultOf(call: MemoryCall): MemoryFault | undefined {
    for (const plan of this.#always) {
      const fault = plan(call)
      if (fault !== undefined) return fault
    }
    for (const plan of this.#once) {
      const fault = plan(call)
      if (fault === undefined) continue
      this.#once.delete(plan)
      return fault
    }
    return undefined
  }
}
