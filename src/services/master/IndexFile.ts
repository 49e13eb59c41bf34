// The index beside the masters: a disposable file that says of every settled slug as what, and where its lines stand.
//
//   header   4096 bytes: one line of JSON with its checksum, the rest zeros
//   settled  a table (IndexTable.ts): each slug with the place of the line that stands for it
//   others   a table: the places of lines beside those, which newer ones supersede. One may be there twice
//
// One slug is found with a few reads, whatever the size. Every byte that is read is checked; what does not hold, or was
// made from other files than those that stand, is no index. Numbers are in this machine's order of bytes: on another one
// the checksums do not hold.
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import type { DataPaths } from "../durability/DataDirectory.ts"
import { Disk } from "../durability/Disk.ts"
import type { DiskError } from "../durability/Disk.ts"
import type { FileLock } from "../durability/FileLock.ts"
import { readPart } from "../durability/FileIo.ts"
import { decodeHeader, encodeHeader, headerBytes } from "../durability/HeadLine.ts"
import { stage } from "../durability/ReplaceFile.ts"
import { Coverage } from "./Coverage.ts"
import { appendTable, draftTable, openTable, tableBytes, TableHead } from "./IndexTable.ts"
import type { IndexTable } from "./IndexTable.ts"
import type { SortedEntries } from "./SortedSlugs.ts"

const IndexHeader = Schema.Struct({
  slug: Schema.Literal("inkfast-index"),
  version: Schema.Literal(3),
  successes: Coverage,
  rejects: Coverage,
  /** Of the covered bytes: lines, and how many of them a consolidation would drop. */
  lines: Schema.Int,
  superseded: Schema.Int,
  settled: TableHead,
  others: TableHead
})
export type IndexHeader = typeof IndexHeader.Type
const isHeader = Schema.is(IndexHeader)

export interface IndexFile {
  readonly header: IndexHeader
  /** All settled slugs. */
  readonly visitPages: IndexTable["visitPages"]
  /** The place of a fingerprint, none where it is not there; undefined when a checksum does not hold. */
  readonly find: (
    words: Uint32Array
  ) => Effect.Effect<Option.Option<number> | undefined, DiskError>
  /** The places of its lines beside that one, in no order, some twice; undefined when a checksum does not hold. */
  readonly findOthers: (
    words: Uint32Array
  ) => Effect.Effect<ReadonlyArray<number> | undefined, DiskError>
}

/** The index as it stands, whole in itself; undefined where there is none or it is damaged. Open as long as the scope. */
export const openIndex = Effect.fnUntraced(
  function*(
    data: DataPaths
  ): Effect.fn.Return<IndexFile | undefined, DiskError, Disk | Scope.Scope> {
    const disk = yield* Disk
    if (Option.isNone(yield* disk.stat(data.index))) return undefined
    const file = yield* disk.open(data.index, "read")
    const head = yield* readPart(disk, file, 0, headerBytes)
    const header = head && decodeHeader(head, isHeader)
    const settled = header && (yield* openTable(file, headerBytes, header.settled))
    if (header === undefined || settled === undefined) return undefined
    const othersAt = headerBytes + tableBytes(header.settled.count)
    const index: IndexFile = {
      header,
      visitPages: settled.visitPages,
      find: (words) =>
        Effect.map(settled.find(words), (places) => places && Option.fromUndefinedOr(places[0])),
      findOthers: Effect.fnUntraced(function*(words) {
        const others = yield* openTable(file, othersAt, header.others)
        return others && (yield* others.find(words))
      }, Effect.provideService(Disk, disk))
    }
    return index
  },
  // Whatever is wrong with it, the masters can be read without it.
  Effect.orElseSucceed(() => undefined)
)

/** What an index is made of. */
export interface IndexContent extends Omit<IndexHeader, "slug" | "version" | "settled" | "others"> {
  readonly settled: SortedEntries
  readonly others: SortedEntries
}

/** Replaces the index, as a whole. */
export const writeIndex = Effect.fnUntraced(function*(
  data: DataPaths,
  content: IndexContent
): Effect.fn.Return<void, DiskError, Disk | FileLock | Scope.Scope> {
  const settled = draftTable(content.settled)
  const others = draftTable(content.others)
  const header: IndexHeader = {
    slug: "inkfast-index",
    version: 3,
    ...content,
    settled: settled.head,
    others: others.head
  }
  const staged = yield* stage(data.index)
  yield* staged.append(encodeHeader(header))
  yield* appendTable(staged, settled)
  yield* appendTable(staged, others)
  yield* staged.commit
}, Effect.scoped)
