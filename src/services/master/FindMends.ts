// What is wrong with the masters and can be mended without a doubt, line by line, and what a mend would drop.
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { DataDirectory } from "../durability/DataDirectory.ts"
import type { Disk, DiskError } from "../durability/Disk.ts"
import { scanLines } from "../durability/Lines.ts"
import type { ScanOptions } from "../durability/Lines.ts"
import { makeSlugTable } from "../items/SlugTable.ts"
import { AuditLedger, Mark } from "./AuditLedger.ts"
import { loadDemotions } from "./Demotions.ts"
import { MasterLine } from "./MasterLine.ts"
import type { MasterName, PerMaster } from "./Survivors.ts"
import { Survivors } from "./Survivors.ts"

export const Mend = Schema.Struct({
  kind: Schema.Literals([
    "unfinished-swap",
    "unclean-end",
    "leftover-temp",
    "torn-journal",
    "corrupt-line",
    "missing-twin",
    "duplicate-id",
    "reject-with-success",
    "stale-index"
  ]),
  /** `file:line` where it is one line's. */
  where: Schema.String,
  slug: Schema.String,
  what: Schema.String
})
export type Mend = typeof Mend.Type

const names: ReadonlyArray<MasterName> = ["updates", "successes", "rejects"]
const inFile = {
  updates: Mark.inUpdates,
  successes: Mark.inSuccesses,
  rejects: Mark.inRejects
} as const

/** Called for each line that is neither blank nor corrupt, with its number among those. */
type Visit = (line: MasterLine, number: number, where: string) => void

const visitLines = Effect.fnUntraced(function*(
  path: string,
  name: MasterName,
  options: ScanOptions,
  visit: Visit,
  onCorrupt: (where: string, problem: string) => void = () => undefined
): Effect.fn.Return<void, DiskError, Disk> {
  const line = new MasterLine()
  let number = 0
  yield* scanLines(path, options, (bytes, _offset, lineNumber) => {
    const kind = line.read(bytes)
    const where = `${name}.jsonl:${lineNumber}`
    if (kind === "corrupt") return onCorrupt(where, line.problem)
    if (kind !== "blank") visit(line, number++, where)
  })
})

export interface Findings {
  readonly mends: ReadonlyArray<Mend>
  /**
   * Hands on every line that a consolidation would drop and that stands nowhere else, byte for byte. `pause` runs
   * between two chunks of a file.
   */
  readonly visitDropped: (
    visit: (bytes: Buffer) => void,
    pause: Effect.Effect<void, DiskError>
  ) => Effect.Effect<void, DiskError, Disk>
}

/**
 * Reads the masters up to the sizes. They must stay the files that they are. Lines that are merely superseded are no
 * fault: a consolidation drops them.
 */
export const findMends = Effect.fnUntraced(function*(
  sizes: PerMaster
): Effect.fn.Return<Findings, DiskError, DataDirectory | Disk> {
  const data = yield* DataDirectory
  const demotions = yield* loadDemotions(sizes.rejects)
  const survivors = new Survivors()
  const ledger = new AuditLedger()
  const recordSlugs = makeSlugTable()
  const mends: Array<Mend> = []

  for (const name of names) {
    yield* visitLines(data[name], name, { to: sizes[name] }, (line, _number, where) => {
      const { slug } = line
      survivors.offer(name, line, line.bytes.length + 1)
      const { id } = line.meta
      if (id !== undefined && ledger.mark(ledger.number(id), inFile[name])) {
        mends.push({
          kind: "duplicate-id",
          where,
          slug,
          what: `id ${id} stands here a second time`
        })
      }
      if (name !== "rejects") {
        if (!demotions.hasTakenBack(line)) recordSlugs.add(slug, 0)
      } else if (recordSlugs.get(slug) !== undefined) {
        mends.push({
          kind: "reject-with-success",
          where,
          slug,
          what: "it has a record, which stands"
        })
      }
    }, (where, problem) => {
      mends.push({ kind: "corrupt-line", where, slug: "", what: problem })
    })
  }

  for (const [name, other] of [["updates", "successes"], ["successes", "updates"]] as const) {
    yield* visitLines(data[name], name, { to: sizes[name] }, (line, _number, where) => {
      const { id } = line.meta
      if (id === undefined || ledger.has(ledger.number(id), inFile[other])) return
      const what = `record ${id} is not in ${other}.jsonl`
      mends.push({ kind: "missing-twin", where, slug: line.slug, what })
    })
  }

  return {
    mends,
    visitDropped: Effect.fnUntraced(function*(visit, pause) {
      const kept = makeSlugTable()
      for (const name of names) {
        yield* visitLines(data[name], name, { to: sizes[name] }, ({ bytes }, number) => {
          if (survivors.survives(name, number)) kept.addBytes(bytes, 0, bytes.length, 0)
        })
      }
      for (const name of names) {
        const options = { to: sizes[name], onRead: () => pause }
        yield* visitLines(data[name], name, options, ({ bytes }) => {
          if (kept.addBytes(bytes, 0, bytes.length, 0) === undefined) visit(bytes)
        })
      }
    })
  }
})
