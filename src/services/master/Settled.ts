// Which slugs need nothing more: the items that a run skips. From the index where it covers the masters as they are, and
// the lines after it; from the masters alone where it does not.
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { DataDirectory } from "../durability/DataDirectory.ts"
import type { DataPaths } from "../durability/DataDirectory.ts"
import type { Disk, DiskError } from "../durability/Disk.ts"
import { scanLines } from "../durability/Lines.ts"
import { fingerprintWords } from "../items/Fingerprint.ts"
import type { InputError, ItemSource, PrintTest } from "../items/ItemSource.ts"
import { makeSlugTable } from "../items/SlugTable.ts"
import type { PrintLookup, SlugTable } from "../items/SlugTable.ts"
import { coverageOf } from "./Coverage.ts"
import { areNamed, holdMasters, openCoveringIndex } from "./CoveringIndex.ts"
import type { SettlingMaster } from "./CoveringIndex.ts"
import type { IndexContent } from "./IndexFile.ts"
import { codeOf, offsetOf, placeOf } from "./IndexPlace.ts"
import { MasterLine } from "./MasterLine.ts"
import { OtherLines } from "./OtherLines.ts"
import { SettledSlugs, stateOfCode } from "./SettledSlugs.ts"
import type { SettledState } from "./SettledSlugs.ts"
import { sortEntries, SortedSlugs } from "./SortedSlugs.ts"
import { Standing } from "./Standing.ts"

/** How a slug is settled; undefined for one that is pending. */
export const settledAs = (settled: SettledSlugs, slug: string): SettledState | undefined =>
  settled.get(slug)

/** Whether a slug, by its fingerprint, needs something. */
export const isPending =
  (settled: PrintLookup): PrintTest => (prints: Uint32Array, at: number): boolean =>
    settled.getPrint(prints, at) === undefined

/** How many of the input's slugs are settled, as what, and which are not: their fingerprints alone. */
export const compareInput = (
  input: Pick<ItemSource, "visitSlugs">,
  settled: SettledSlugs
): Effect.Effect<
  { readonly accepted: number; readonly rejected: number; readonly pending: SlugTable },
  InputError
> =>
  Effect.suspend(() => {
    const counts = { accepted: 0, rejected: 0 }
    const pending = makeSlugTable()
    const visited = input.visitSlugs((prints, at) => {
      const state = stateOfCode(settled.getPrint(prints, at))
      if (state === undefined) pending.addPrint(prints, at, 1)
      else counts[state]++
    })
    return Effect.map(visited, () => ({ ...counts, pending }))
  })

/** Whether a slug, by its fingerprint, is a pending one, or one of those to be taken up again. */
export const isTakenUp =
  (pending: PrintLookup, reopened?: PrintLookup) => (prints: Uint32Array, at: number): boolean =>
    pending.getPrint(prints, at) !== undefined || reopened?.getPrint(prints, at) !== undefined

/** What the masters hold when a run begins. */
export interface Stock {
  /**
   * Every slug of `successes` and `rejects`, a success beating a reject unless that took it back. An unterminated tail is
   * not there yet, and a corrupt line settles nothing: its item is written again, which costs money but loses nothing;
   * it is warned about.
   */
  readonly settled: SettledSlugs
  /** Lines of `successes` and `rejects`, and how many of them a consolidation would drop, about. */
  readonly lines: number
  readonly superseded: number
  /** What an index of all this is made of; undefined where there is one already, or the masters are damaged. */
  readonly unindexed: IndexContent | undefined
}

/** Offers every line of a master to `standing`. Answers how far it reaches, its lines, and those that can be read. */
const offerLines = Effect.fnUntraced(function*(
  path: string,
  name: SettlingMaster,
  standing: Standing,
  others: OtherLines
) {
  const line = new MasterLine()
  let readable = 0
  let corruptLines = 0
  let firstCorrupt = ""
  const { bytes, lines } = yield* scanLines(path, {}, (each, offset, lineNumber) => {
    const kind = line.read(each)
    if (kind === "blank") return
    if (kind === "corrupt") {
      if (corruptLines++ === 0) firstCorrupt = `line ${lineNumber}: ${line.problem}`
      return
    }
    readable++
    const place = placeOf(name === "successes" ? "accepted" : "rejected", offset)
    const change = name === "successes"
      ? standing.offerRecord(line, place)
      : standing.offerReject(line, place)
    others.note(line, place, change)
  })
  if (corruptLines > 0) {
    yield* Effect.logWarning(
      `${path}: ${corruptLines} corrupt lines settle nothing, so their items count as pending (${firstCorrupt}); ` +
        "a consolidation moves them to quarantine"
    )
  }
  return { bytes, lines, readable, corruptLines }
})

/** Reads the masters from the beginning. */
const scanStock = Effect.fnUntraced(function*(
  data: DataPaths
): Effect.fn.Return<Stock, DiskError, Disk | Scope.Scope> {
  const held = yield* holdMasters(data)
  const standing = new Standing()
  const others = new OtherLines()
  const successes = yield* offerLines(data.successes, "successes", standing, others)
  const rejects = yield* offerLines(data.rejects, "rejects", standing, others)
  const entries = sortEntries(
    standing.size,
    (visit) =>
      standing.visitStanding((prints, at, place, isDemotion) =>
        visit(prints, at, isDemotion ? placeOf("demoted", offsetOf(place)) : place)
      )
  )
  const lines = successes.lines + rejects.lines
  const superseded = successes.readable + rejects.readable - standing.size
  const isSound = successes.corruptLines + rejects.corruptLines === 0
  const cover = (index: 0 | 1, bytes: number) => coverageOf(held[index], bytes)
  return {
    settled: new SettledSlugs(
      new SortedSlugs(entries.prints, Uint8Array.from(entries.values, codeOf))
    ),
    lines,
    superseded,
    unindexed: isSound && (yield* areNamed(data, held))
      ? {
        successes: yield* cover(0, successes.bytes),
        rejects: yield* cover(1, rejects.bytes),
        lines,
        superseded,
        settled: entries,
        others: others.sorted
      }
      : undefined
  }
}, Effect.scoped)

/** Takes the index and the lines after it; undefined where that does not say it all. */
const recallStock = Effect.fnUntraced(function*(
  data: DataPaths
): Effect.fn.Return<Stock | undefined, DiskError, Disk | Scope.Scope> {
  const index = yield* openCoveringIndex(data)
  if (index === undefined) return undefined
  const { lines, settled: { count }, superseded } = index.file.header
  const prints = new Uint32Array(count * fingerprintWords)
  const codes = new Uint8Array(count)
  const isWhole = yield* index.file.visitPages((some, places, first) => {
    prints.set(some, first * fingerprintWords)
    for (let entry = 0; entry < places.length; entry++) {
      codes[first + entry] = codeOf(places[entry]!)
    }
  })
  if (!isWhole) return undefined
  const settled = new SettledSlugs(new SortedSlugs(prints, codes))
  let supersededLater = 0
  const later = yield* index.visitTail((name, line) => {
    const isNew = settled.takeIn(line, name === "successes" ? "accepted" : "rejected")
    if (isNew === undefined) return false
    if (!isNew) supersededLater++
  })
  if (later === undefined) return undefined
  return {
    settled,
    lines: lines + later,
    superseded: superseded + supersededLater,
    unindexed: undefined
  }
}, Effect.scoped)

/** From the masters alone, whatever the index says. Reads only. */
export const takeStockAnew: Effect.Effect<Stock, DiskError, DataDirectory | Disk> = Effect.flatMap(
  DataDirectory,
  scanStock
)

/** Reads only. */
export const takeStock: Effect.Effect<Stock, DiskError, DataDirectory | Disk> = Effect.gen(
  function*() {
    const data = yield* DataDirectory
    return (yield* recallStock(data)) ?? (yield* scanStock(data))
  }
)

/** The settled slugs alone. */
export const loadSettled: Effect.Effect<SettledSlugs, DiskError, DataDirectory | Disk> = Effect.map(
  takeStock,
  ({ settled }) => settled
)
