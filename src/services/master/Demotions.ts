// The records that were taken back and still stand in the masters: until a consolidation drops them, readers of ours pass
// them over.
import * as Effect from "effect/Effect"
import { Buffer } from "node:buffer"
import { DataDirectory } from "../durability/DataDirectory.ts"
import type { Disk, DiskError } from "../durability/Disk.ts"
import { scanLines } from "../durability/Lines.ts"
import { MasterLine } from "./MasterLine.ts"

const demotesKey = Buffer.from(`"demotes":`)

/** Demotions are few: one for each record that a person took back since the last consolidation. */
export class Demotions {
  readonly #atMs = new Map<string, number>()

  /** A line of the rejects. */
  enter(line: MasterLine): void {
    if (!line.bytes.includes(demotesKey)) return
    const { atMs, demotes } = line.meta
    if (demotes === undefined) return
    this.#atMs.set(line.slug, Math.max(atMs, this.#atMs.get(line.slug) ?? -Infinity))
  }

  /** Whether a line of `updates` or `successes` was taken back by a demotion that is not older than it. */
  hasTakenBack(line: MasterLine): boolean {
    if (this.#atMs.size === 0) return false
    const atMs = this.#atMs.get(line.slug)
    return atMs !== undefined && atMs >= line.atMs
  }
}

/** Every demotion in the rejects, up to `to` bytes of them. */
export const loadDemotions = (
  to?: number
): Effect.Effect<Demotions, DiskError, DataDirectory | Disk> =>
  Effect.gen(function*() {
    const { rejects } = yield* DataDirectory
    const demotions = new Demotions()
    const line = new MasterLine()
    yield* scanLines(rejects, to === undefined ? {} : { to }, (bytes) => {
      if (bytes.includes(demotesKey) && isReadable(line.read(bytes))) demotions.enter(line)
    })
    return demotions
  })

const isReadable = (kind: MasterLine["kind"]): boolean => kind === "verified" || kind === "foreign"
