// What the journals of a simulation say at every moment, kept by other code than the product's: what is spent, reserved
// or at risk, each call at its worst until it is answered.
import { crc32 } from "node:zlib"
import type { MemoryStore } from "../../../src/layers/MemoryStore.ts"

interface Call {
  readonly run: string
  readonly slug: string
  readonly hash: string
  readonly isOfJudge: boolean
  nanoUsd: number
  isAnswered: boolean
}

interface Line {
  readonly _tag: string
  readonly slug: string
  readonly id: string
  readonly requestHash: string
  readonly judges?: string
  readonly reservedNanoUsd: number
  readonly costNanoUsd: number
  readonly atRiskNanoUsd: number
}

export interface Limits {
  readonly totalNanoUsd: number
  readonly itemNanoUsd: number
  /** By run, as it was started. */
  readonly runNanoUsd: (run: string) => number
  /** The same of its judge. */
  readonly judgeNanoUsd: (run: string) => number
}

const journalName = /\/raw\/ai-run-([^/]*)\.jsonl$/
const tailBytes = `,"_crc":"xxxxxxxx"}`.length

const parse = (line: Buffer, file: string): Line => {
  const crc = line.subarray(line.length - 10, line.length - 2).toString("latin1")
  if (crc32(line.subarray(0, line.length - tailBytes)).toString(16).padStart(8, "0") !== crc) {
    throw new Error(`I4: ${file}: ${line.toString("utf8").slice(0, 200)}`)
  }
  return JSON.parse(line.toString("utf8")) as Line
}

const add = (sums: Map<string, number>, key: string, nanoUsd: number): void => {
  sums.set(key, (sums.get(key) ?? 0) + nanoUsd)
}

export class Books {
  readonly calls = new Map<string, Call>()
  readonly #store: MemoryStore
  /** Of each journal, how many bytes are entered. */
  readonly #read = new Map<string, number>()
  readonly #byRun = new Map<string, number>()
  /** By run, the calls of its judge. */
  readonly #byJudge = new Map<string, number>()
  readonly #bySlug = new Map<string, number>()
  #nanoUsd = 0

  constructor(store: MemoryStore) {
    this.#store = store
  }

  /** Of all journals together, as far as they are entered. */
  get bytes(): number {
    return [...this.#read.values()].reduce((sum, at) => sum + at, 0)
  }

  /** Enters what was appended since. */
  update(): void {
    for (const file of this.#store.files()) {
      const run = journalName.exec(file)?.[1]
      const bytes = run === undefined ? undefined : this.#store.get(file)
      if (run === undefined || bytes === undefined) continue
      let at = this.#read.get(file) ?? 0
      for (let to = bytes.indexOf(0x0a, at); to >= 0; to = bytes.indexOf(0x0a, at)) {
        this.#enter(run, parse(bytes.subarray(at, to), file))
        at = to + 1
      }
      this.#read.set(file, at)
    }
  }

  #enter(run: string, line: Line): void {
    const { _tag, id, requestHash: hash, slug } = line
    if (_tag === "intent") {
      const isOfJudge = line.judges !== undefined
      this.calls.set(id, { run, slug, hash, isOfJudge, nanoUsd: 0, isAnswered: false })
      this.#book(id, line.reservedNanoUsd)
    }
    if (_tag === "failure") this.#book(id, line.atRiskNanoUsd)
    if (_tag === "response") {
      const call = this.calls.get(id)
      if (call !== undefined) call.isAnswered = true
      this.#book(id, line.costNanoUsd)
    }
  }

  #book(id: string, nanoUsd: number): void {
    const call = this.calls.get(id)
    if (call === undefined) throw new Error(`I10: ${id} has no intent before it`)
    const more = nanoUsd - call.nanoUsd
    call.nanoUsd = nanoUsd
    this.#nanoUsd += more
    add(this.#byRun, call.run, more)
    add(this.#bySlug, call.slug, more)
    if (call.isOfJudge) add(this.#byJudge, call.run, more)
  }

  /** I10 at this moment. */
  check({ itemNanoUsd, judgeNanoUsd, runNanoUsd, totalNanoUsd }: Limits): void {
    this.update()
    if (this.#nanoUsd > totalNanoUsd) {
      throw new Error(`I10: ${this.#nanoUsd} of ${totalNanoUsd} in all`)
    }
    for (const [run, nanoUsd] of this.#byRun) {
      const most = runNanoUsd(run)
      if (nanoUsd > most) throw new Error(`I10: ${nanoUsd} of ${most} by run ${run}`)
    }
    for (const [run, nanoUsd] of this.#byJudge) {
      const most = judgeNanoUsd(run)
      if (nanoUsd > most) throw new Error(`I10: ${nanoUsd} of ${most} by the judge of run ${run}`)
    }
    for (const [slug, nanoUsd] of this.#bySlug) {
      if (nanoUsd > itemNanoUsd) throw new Error(`I10: ${nanoUsd} of ${itemNanoUsd} for ${slug}`)
    }
  }
}
