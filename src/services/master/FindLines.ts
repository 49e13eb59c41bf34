// Every line that the masters have of one slug: by the index with a few reads, or by reading the masters where it does not
// say it all.
//
// The index knows where the line stands that settles a slug, and where others are beside it. `updates` is not in it: both
// masters get the same bytes in the same order, so the twin is looked for at the same offset there.
import { Buffer } from "node:buffer"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import { DataDirectory } from "../durability/DataDirectory.ts"
import type { DataPaths } from "../durability/DataDirectory.ts"
import { Disk } from "../durability/Disk.ts"
import type { DiskError } from "../durability/Disk.ts"
import { scanLines } from "../durability/Lines.ts"
import { SlugPrint } from "../items/Fingerprint.ts"
import { openCoveringIndex, settlingMasters } from "./CoveringIndex.ts"
import type { CoveringIndex, SettlingMaster } from "./CoveringIndex.ts"
import { codeOf, offsetOf } from "./IndexPlace.ts"
import { lineOfSlugAt } from "./LineAt.ts"
import { MasterLine } from "./MasterLine.ts"
import { settledCode } from "./SettledSlugs.ts"
import type { MasterName } from "./Survivors.ts"
import { Survivors } from "./Survivors.ts"

export interface FoundLine {
  readonly name: MasterName
  /** Bytes from the beginning of the file. */
  readonly offset: number
  /** Counts from 1; undefined where the file was not read up to it. */
  readonly lineNumber: number | undefined
  /** Without its newline. */
  readonly bytes: Buffer
  /** Whether it is what the item has come to; of a record, in both masters. */
  readonly stands: boolean
}

export interface FoundLines {
  /** In the order of updates, successes, rejects. */
  readonly lines: ReadonlyArray<FoundLine>
  /** Whether the index told it, and the masters were not read. */
  readonly byIndex: boolean
}

type Found = Omit<FoundLine, "stands">

const masterNames: ReadonlyArray<MasterName> = ["updates", "successes", "rejects"]

/** Reads a part of a master. */
const searchFile = Effect.fnUntraced(function*(
  data: DataPaths,
  name: MasterName,
  slug: string,
  from: number
) {
  const found: Array<Found> = []
  const line = new MasterLine()
  yield* scanLines(data[name], { from }, (bytes, offset, number) => {
    const kind = line.read(bytes)
    if (kind === "blank" || kind === "corrupt" || line.slug !== slug) return
    const lineNumber = from === 0 ? number : undefined
    found.push({ name, offset, lineNumber, bytes: Buffer.from(bytes) })
  })
  return found
})

const search = (data: DataPaths, slug: string) =>
  Effect.map(
    Effect.forEach(masterNames, (name) => searchFile(data, name, slug, 0)),
    (found) => found.flat()
  )

const masterOf = (place: number): SettlingMaster =>
  codeOf(place) === settledCode.accepted ? "successes" : "rejects"

/** The lines that the index covers, in their order; undefined where only the masters can tell. */
const recallCovered = Effect.fnUntraced(function*(
  data: DataPaths,
  slug: string,
  index: CoveringIndex["file"]
): Effect.fn.Return<ReadonlyArray<Found> | undefined, DiskError, Disk> {
  const print = new SlugPrint()
  print.ofText(slug)
  const place = yield* index.find(print.words)
  if (place === undefined) return undefined
  const others = Option.isNone(place) ? [] : yield* index.findOthers(print.words)
  if (others === undefined) return undefined
  const places = [...Option.toArray(place), ...others]
  const found: Array<Found> = []
  for (const name of settlingMasters) {
    const offsets = new Set(places.filter((each) => masterOf(each) === name).map(offsetOf))
    for (const offset of [...offsets].sort((a, b) => a - b)) {
      const bytes = yield* lineOfSlugAt(data[name], offset, slug)
      if (bytes === undefined) return undefined
      found.push({ name, offset, lineNumber: undefined, bytes })
    }
  }
  return found
})

/** The lines of the index, and those after what it covers; undefined where only the masters can tell. */
const recallSettling = Effect.fnUntraced(function*(
  data: DataPaths,
  slug: string
): Effect.fn.Return<ReadonlyArray<Found> | undefined, DiskError, Disk | Scope.Scope> {
  const index = yield* openCoveringIndex(data)
  const covered = index && (yield* recallCovered(data, slug, index.file))
  if (index === undefined || covered === undefined) return undefined
  const later: Array<Found> = []
  const tail = yield* index.visitTail((name, line, offset) => {
    if (line.slug !== slug) return
    later.push({ name, offset, lineNumber: undefined, bytes: Buffer.from(line.bytes) })
  })
  return tail === undefined ? undefined : [...covered, ...later]
}, Effect.scoped)

/** The same lines in `updates`, and what it has beyond the end of `successes`; undefined where it has others. */
const recallUpdates = Effect.fnUntraced(function*(
  data: DataPaths,
  slug: string,
  settling: ReadonlyArray<Found>
): Effect.fn.Return<ReadonlyArray<Found> | undefined, DiskError, Disk> {
  const disk = yield* Disk
  const twins: Array<Found> = []
  for (const each of settling) {
    if (each.name !== "successes") continue
    const bytes = yield* lineOfSlugAt(data.updates, each.offset, slug)
    if (bytes === undefined || !bytes.equals(each.bytes)) return undefined
    twins.push({ ...each, name: "updates" })
  }
  const sizeOf = (path: string) =>
    Effect.map(disk.stat(path), (found) => Option.isSome(found) ? found.value.size : 0)
  const [mine, other] = [yield* sizeOf(data.updates), yield* sizeOf(data.successes)]
  const beyond = mine > other ? yield* searchFile(data, "updates", slug, other) : []
  return [...twins, ...beyond]
})

/** Says of each line whether it stands. */
const judge = (found: ReadonlyArray<Found>): ReadonlyArray<FoundLine> => {
  const survivors = new Survivors()
  const line = new MasterLine()
  const numbered = found.map((each) => {
    line.read(each.bytes)
    return { each, id: line.id, number: survivors.offer(each.name, line, each.bytes.length + 1) }
  })
  const kept = numbered.filter(({ each, number }) => survivors.survives(each.name, number))
  // Both masters hold a standing record; a consolidation keeps the line of one of them.
  const ids = new Set(kept.flatMap(({ id }) => id === undefined ? [] : [id]))
  return numbered.map((numbers) => ({
    ...numbers.each,
    stands: kept.includes(numbers) || (numbers.id !== undefined && ids.has(numbers.id))
  }))
}

/** None for a slug that the masters do not have. Reads only. */
export const findLines = Effect.fnUntraced(function*(
  slug: string
): Effect.fn.Return<FoundLines, DiskError, DataDirectory | Disk> {
  const data = yield* DataDirectory
  const settling = yield* recallSettling(data, slug)
  const updates = settling && (yield* recallUpdates(data, slug, settling))
  if (settling === undefined || updates === undefined) {
    return { lines: judge(yield* search(data, slug)), byIndex: false }
  }
  const inOrder = settlingMasters.flatMap((name) => settling.filter((each) => each.name === name))
  return { lines: judge([...updates, ...inOrder]), byIndex: true }
})
