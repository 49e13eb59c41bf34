// Faults of the input as they are found: the first hundred are kept, all are counted.
import { InputError } from "./ItemSource.ts"
import type { InputFault } from "./ItemSource.ts"

const faultsKeptMax = 100

export interface InputFaults {
  readonly add: (line: number, slug: string | null, message: string) => void
  readonly count: () => number
  /** The faults by line; undefined while there are none. */
  readonly error: () => InputError | undefined
}

export const makeInputFaults = (file: string): InputFaults => {
  const kept: Array<InputFault> = []
  let count = 0
  return {
    add: (line, slug, message) => {
      count++
      if (kept.length < faultsKeptMax) kept.push({ file, line, slug, message })
    },
    count: () => count,
    error: () =>
      count === 0
        ? undefined
        : new InputError({ faults: kept.toSorted((a, b) => a.line - b.line), count })
  }
}

/** A fault of the file as a whole. */
export const fileFault = (file: string, message: string): InputError =>
  new InputError({ faults: [{ file, line: 0, slug: null, message }], count: 1 })
