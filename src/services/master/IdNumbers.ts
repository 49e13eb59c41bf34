// Small numbers for ids, so that what is known of an id can stand in a table by number.
//
// A run counts its calls, and its ids are `<run>:<n>`: those of runs that are known to have counted so are numbered by
// their place in the run, and none of them is kept. Any other id is told by its fingerprint.
import { makeSlugTable } from "../items/SlugTable.ts"

/** Numbers are given out in blocks: to a run, so many that follow one another. */
const blockSize = 64
/** A run's count goes no further. */
const digitsMax = 9

const zero = 0x30

/** The count that the id ends in, from there on; undefined where it is not written as a run writes it. */
const countIn = (id: string, from: number): number | undefined => {
  const digits = id.length - from
  // The first call is 1: a zero in front is never written.
  if (digits < 1 || digits > digitsMax || id.charCodeAt(from) === zero) return undefined
  let count = 0
  for (let at = from; at < id.length; at++) {
    const digit = id.charCodeAt(at) - zero
    if (!(digit >= 0 && digit <= 9)) return undefined
    count = count * 10 + digit
  }
  return count
}

export class IdNumbers {
  /** By run, the first number of each block of its ids. */
  readonly #runs: ReadonlyMap<string, Map<number, number>>
  readonly #others = makeSlugTable()
  readonly #othersBlocks = new Map<number, number>()
  #end = 0
  /** What the last id of a run began with, and the run's blocks: as a rule they are the next one's, too. */
  #head = ""
  #blocks = new Map<number, number>()

  /** `runs`: the ids of runs that count their calls. Memory for the ids of others is some 30 bytes each. */
  constructor(runs: Iterable<string>) {
    this.#runs = new Map(Array.from(runs, (runId) => [runId, new Map<number, number>()]))
  }

  /** All numbers are below it. Some of those may be no id's. */
  get end(): number {
    return this.#end
  }

  /** The number of an id, new or known. */
  number(id: string): number {
    const isNext = this.#head !== "" && id.startsWith(this.#head)
    const count = (isNext ? countIn(id, this.#head.length) : undefined) ?? this.#countInRun(id)
    if (count !== undefined) return this.#numberIn(this.#blocks, count)
    const next = this.#others.size
    return this.#numberIn(this.#othersBlocks, this.#others.add(id, next) ?? next)
  }

  /** Undefined where it is no id of a run that counts. */
  #countInRun(id: string): number | undefined {
    const end = id.lastIndexOf(":")
    const blocks = end === -1 ? undefined : this.#runs.get(id.slice(0, end))
    const count = countIn(id, end + 1)
    if (blocks === undefined || count === undefined) return undefined
    this.#head = id.slice(0, end + 1)
    this.#blocks = blocks
    return count
  }

  #numberIn(blocks: Map<number, number>, index: number): number {
    const block = Math.floor(index / blockSize)
    let first = blocks.get(block)
    if (first === undefined) {
      blocks.set(block, first = this.#end)
      this.#end += blockSize
    }
    return first + index % blockSize
  }
}
