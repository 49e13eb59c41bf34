// How much stands in the masters, for a person who asks: slugs, lines and bytes. Reads only.
import * as Effect from "effect/Effect"
import { DataDirectory } from "../durability/DataDirectory.ts"
import type { Disk, DiskError } from "../durability/Disk.ts"
import { scanLines } from "../durability/Lines.ts"
import { makeSlugTable } from "../items/SlugTable.ts"
import { countQuarantine } from "./AuditDirectory.ts"
import { loadDemotions } from "./Demotions.ts"
import { MasterLine } from "./MasterLine.ts"

interface FileCounts {
  /** Different slugs: of records that stand, and of rejects without one. */
  readonly slugs: number
  /** Terminated lines that are neither blank nor corrupt. */
  readonly lines: number
  readonly corruptLines: number
  /** Of the terminated lines. */
  readonly bytes: number
}

export interface MasterCounts {
  /** Of successes.jsonl. */
  readonly accepted: FileCounts
  /** Of rejects.jsonl. */
  readonly rejected: FileCounts
  readonly quarantineFiles: number
}

export const countMasters: Effect.Effect<MasterCounts, DiskError, DataDirectory | Disk> = Effect
  .gen(function*() {
    const data = yield* DataDirectory
    const slugs = makeSlugTable()
    const line = new MasterLine()
    const demotions = yield* loadDemotions()
    const count = Effect.fnUntraced(function*(path: string) {
      const before = slugs.size
      let lines = 0
      let corruptLines = 0
      const { bytes } = yield* scanLines(path, {}, (each) => {
        const kind = line.read(each)
        if (kind === "blank") return
        if (kind === "corrupt") {
          corruptLines++
          return
        }
        lines++
        if (path === data.successes && demotions.hasTakenBack(line)) return
        slugs.addBytes(line.slugBytes, line.slugStart, line.slugEnd, 0)
      })
      return { slugs: slugs.size - before, lines, corruptLines, bytes } satisfies FileCounts
    })
    return {
      accepted: yield* count(data.successes),
      rejected: yield* count(data.rejects),
      quarantineFiles: yield* countQuarantine(data)
    }
  })
