// What was learnt of the input when it was checked, in a disposable file beside the masters: the same input is not
// parsed again, and only the rows that are wanted are read.
//
//   pages      rows (RowPages)
//   directory  for each page its rows and its CRC-32, 4 bytes each
//   head       one line of JSON with its checksum: of which contents this is, what they were checked for, columns
//   footer     16 bytes: the format, and the bytes of the head
//
// Every byte is checked before any is believed; what does not hold is no such file. Numbers are in this machine's order
// of bytes: on another one the checksums do not hold.
import { Buffer } from "node:buffer"
import { crc32 } from "node:zlib"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import { Disk } from "../durability/Disk.ts"
import type { DiskError, DiskFile } from "../durability/Disk.ts"
import { readAllAt, readPart } from "../durability/FileIo.ts"
import type { FileLock } from "../durability/FileLock.ts"
import { decodeHead } from "../durability/HeadLine.ts"
import { encodeLine } from "../durability/LineCodec.ts"
import { stage } from "../durability/ReplaceFile.ts"
import type { StagedFile } from "../durability/ReplaceFile.ts"
import type { KnownColumns } from "./Columns.ts"
import type { InputError } from "./ItemSource.ts"
import { encodePage, pageBytes, pageRows, viewPage } from "./RowPages.ts"
import type { RowPage, RowPages, VisitPages } from "./RowPages.ts"

const CheckedHead = Schema.Struct({
  slug: Schema.Literal("inkfast-input"),
  /** Another one wherever what counts as a fault of an input changes, or this format. */
  version: Schema.Literal(2),
  /** The file, and when its check began (milliseconds since the epoch). */
  inode: Schema.Finite,
  size: Schema.Int,
  modifiedAtMs: Schema.Finite,
  changedAtMs: Schema.Finite,
  checkedAtMs: Schema.Finite,
  /** What it was checked for: the field of the slug, and the format as JSON. */
  key: Schema.String,
  format: Schema.String,
  /** The stretch that was checked (see ContentSums): all but a byte order mark. */
  start: Schema.Int,
  bytes: Schema.Int,
  sums: Schema.Array(Schema.Int),
  /** The number of the line that follows; 0 where nothing can follow: the last one has no end, or it is no JSONL. */
  nextLine: Schema.Int,
  rows: Schema.Int,
  /** KnownColumns as JSON: names and values as they were read. */
  columns: Schema.String,
  pages: Schema.Int,
  directoryCrc: Schema.Int
})
type CheckedHead = typeof CheckedHead.Type
const isHead = Schema.is(CheckedHead)

/** An input that was found without faults. */
export interface CheckedInput
  extends Omit<CheckedHead, "slug" | "version" | "rows" | "columns" | "pages" | "directoryCrc">
{
  readonly columns: KnownColumns
  readonly rows: RowPages
}

const formatMark = Buffer.from("inkinpt1")
const footerBytes = 16
/** A head that has columns as long as books is not worth keeping. */
const headBytesMax = 4 * 1024 * 1024
/** Pages that are read at once. */
const chunkPages = 32

const columnsText = (columns: KnownColumns): string => JSON.stringify(columns)
const parseColumns = (text: string): KnownColumns => JSON.parse(text) as KnownColumns

/** Fails with `broken` where a page cannot be read, or its checksum does not hold. */
const visitPages =
  (disk: Disk["Service"], file: DiskFile, directory: Uint32Array, broken: InputError): VisitPages<
    InputError
  > =>
  (visit) =>
    Effect.gen(function*() {
      const buffer = Buffer.allocUnsafeSlow(chunkPages * pageBytes(pageRows))
      let at = 0
      for (let first = 0; first < directory.length; first += chunkPages * 2) {
        const some = directory.subarray(first, first + chunkPages * 2)
        const pages: Array<RowPage> = []
        const ends: Array<number> = [0]
        for (let each = 0; each < some.length; each += 2) {
          pages.push(viewPage(buffer, ends.at(-1)!, some[each]!))
          ends.push(ends.at(-1)! + pageBytes(some[each]!))
        }
        const bytes = buffer.subarray(0, ends.at(-1))
        const count = yield* Effect.mapError(readAllAt(disk, file, bytes, at), () => broken)
        const holds = count === bytes.length && pages.every((_, page) =>
          crc32(bytes.subarray(ends[page], ends[page + 1])) === some[page * 2 + 1]
        )
        if (!holds) return yield* broken
        at += bytes.length
        yield* visit(pages)
      }
    })

const readDirectory = Effect.fnUntraced(function*(
  disk: Disk["Service"],
  file: DiskFile,
  head: CheckedHead,
  end: number
) {
  const bytes = yield* readPart(disk, file, end - head.pages * 8, head.pages * 8)
  if (bytes === undefined || crc32(bytes) !== head.directoryCrc) return undefined
  const directory = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4)
  let rows = 0
  for (let at = 0; at < directory.length; at += 2) {
    if (directory[at]! > pageRows) return undefined
    rows += directory[at]!
  }
  return rows === head.rows ? directory : undefined
})

/**
 * What was kept, whole in itself; undefined where there is nothing or it is damaged. Open as long as the scope; `broken`
 * is what visiting the rows fails with where they cannot be read any more.
 */
export const openChecked = Effect.fnUntraced(
  function*(
    path: string,
    broken: InputError
  ): Effect.fn.Return<CheckedInput | undefined, DiskError | InputError, Disk | Scope.Scope> {
    const disk = yield* Disk
    const found = yield* disk.stat(path)
    if (Option.isNone(found) || found.value.size < footerBytes) return undefined
    const file = yield* disk.open(path, "read")
    const footerAt = found.value.size - footerBytes
    const footer = yield* readPart(disk, file, footerAt, footerBytes)
    if (footer === undefined || !formatMark.equals(footer.subarray(0, 8))) return undefined
    const headAt = footerAt - footer.readUInt32LE(8)
    const line = headAt < 0 ? undefined : yield* readPart(disk, file, headAt, footerAt - headAt)
    const head = line && decodeHead(line, isHead)
    const directory = head && (yield* readDirectory(disk, file, head, headAt))
    if (head === undefined || directory === undefined) return undefined
    const visit = visitPages(disk, file, directory, broken)
    yield* visit(() => Effect.void)
    return { ...head, columns: parseColumns(head.columns), rows: { count: head.rows, visit } }
  },
  // Whatever is wrong with it, the input can be checked without it.
  Effect.orElseSucceed(() => undefined)
)

/** Writes pages as they come; answers their directory. */
const writePages = Effect.fnUntraced(function*(staged: StagedFile, rows: RowPages) {
  const directory: Array<number> = []
  // One buffer for all: what is thrown away piece by piece is held for long.
  const buffer = Buffer.alloc(pageBytes(pageRows))
  yield* rows.visit((pages) =>
    Effect.forEach(pages, (page) => {
      const bytes = encodePage(page, buffer)
      directory.push(page.count, crc32(bytes))
      return staged.append(bytes)
    }, { discard: true })
  )
  return Uint32Array.from(directory)
})

/** Replaces what was kept, as a whole. */
export const writeChecked = Effect.fnUntraced(function*(
  path: string,
  { columns, rows, ...checked }: CheckedInput
): Effect.fn.Return<void, DiskError | InputError, Disk | FileLock | Scope.Scope> {
  const staged = yield* stage(path)
  const directory = yield* writePages(staged, rows)
  const directoryBytes = Buffer.from(directory.buffer)
  const line = encodeLine(
    {
      slug: "inkfast-input",
      version: 2,
      ...checked,
      rows: rows.count,
      columns: columnsText(columns),
      pages: directory.length / 2,
      directoryCrc: crc32(directoryBytes)
    } satisfies CheckedHead
  )
  if (line.length > headBytesMax) return
  const footer = Buffer.alloc(footerBytes)
  footer.set(formatMark)
  footer.writeUInt32LE(line.length, 8)
  yield* staged.append(Buffer.concat([directoryBytes, line, footer]))
  yield* staged.commit
}, Effect.scoped)
