// Which slugs need nothing more, read from the masters as they are: the items that a run skips.
import * as Effect from "effect/Effect"
import { DataDirectory } from "../durability/DataDirectory.ts"
import type { Disk, DiskError } from "../durability/Disk.ts"
import { scanLines } from "../durability/Lines.ts"
import type { SlugTable } from "../items/SlugTable.ts"
import { makeSlugTable } from "../items/SlugTable.ts"
import { loadDemotions } from "./Demotions.ts"
import { MasterLine } from "./MasterLine.ts"

export type SettledState = "accepted" | "rejected"

/** The values of the table that `loadSettled` fills. */
const accepted = 1
const rejected = 2

/** How a slug is settled by that table; undefined for one that is pending. */
export const settledAs = (settled: SlugTable, slug: string): SettledState | undefined => {
  const value = settled.get(slug)
  return value === undefined ? undefined : value === accepted ? "accepted" : "rejected"
}

/** How many of the input's slugs are settled, and as what. */
export const countSettled = (
  input: SlugTable,
  settled: SlugTable
): { readonly accepted: number; readonly rejected: number } => {
  const counts = { accepted: 0, rejected: 0 }
  input.lookUpAll(settled, (state) => {
    if (state === accepted) counts.accepted++
    else if (state === rejected) counts.rejected++
  })
  return counts
}

/** What the masters hold when a run begins. */
export interface Stock {
  /**
   * Every slug of `successes` and `rejects`, a success beating a reject unless that took it back. An unterminated tail is
   * not there yet, and a corrupt line settles nothing: its item is written again, which costs money but loses nothing;
   * it is warned about.
   */
  readonly settled: SlugTable
  /** Lines of `successes` and `rejects`, and how many of them a consolidation would drop, about. */
  readonly lines: number
  readonly superseded: number
}

export const takeStock: Effect.Effect<Stock, DiskError, DataDirectory | Disk> = Effect.gen(
  function*() {
    const data = yield* DataDirectory
    const settled = makeSlugTable()
    const line = new MasterLine()
    const demotions = yield* loadDemotions()
    let lines = 0
    let superseded = 0
    for (const [path, value] of [[data.successes, accepted], [data.rejects, rejected]] as const) {
      let corruptLines = 0
      let firstCorrupt = ""
      const report = yield* scanLines(path, {}, (bytes, _offset, lineNumber) => {
        const kind = line.read(bytes)
        if (kind === "corrupt" && corruptLines++ === 0) {
          firstCorrupt = `line ${lineNumber}: ${line.problem}`
        }
        if (kind === "blank" || kind === "corrupt") return
        const known = value === accepted && demotions.hasTakenBack(line)
          ? value
          : settled.addBytes(line.slugBytes, line.slugStart, line.slugEnd, value)
        if (known !== undefined) superseded++
      })
      lines += report.lines
      if (corruptLines === 0) continue
      yield* Effect.logWarning(
        `${path}: ${corruptLines} corrupt lines settle nothing, so their items count as pending (${firstCorrupt}); ` +
          "a consolidation moves them to quarantine"
      )
    }
    return { settled, lines, superseded }
  }
)

/** The settled slugs alone. */
export const loadSettled: Effect.Effect<SlugTable, DiskError, DataDirectory | Disk> = Effect.map(
  takeStock,
  ({ settled }) => settled
)
