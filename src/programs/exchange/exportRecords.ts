// The standing records as JSONL or CSV for other programs, in the order of the masters. Reads only.
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { DataDirectory } from "../../services/durability/DataDirectory.ts"
import type { DataPaths } from "../../services/durability/DataDirectory.ts"
import { Disk } from "../../services/durability/Disk.ts"
import type { DiskError } from "../../services/durability/Disk.ts"
import type { FileLock } from "../../services/durability/FileLock.ts"
import { scanLines } from "../../services/durability/Lines.ts"
import { streamLines } from "../../services/durability/StreamLines.ts"
import { exactObject } from "../../services/ExactJson.ts"
import { findStanding } from "../../services/master/FindStanding.ts"
import { MasterLine } from "../../services/master/MasterLine.ts"
import { Survivors } from "../../services/master/Survivors.ts"
import { withoutConsolidations } from "../../services/master/WithoutConsolidations.ts"
import { headerRow, recordRow, withoutProvenance } from "./exportRows.ts"
import type { RowShape } from "./exportRows.ts"
import { UnseenFields } from "./UnseenFields.ts"

export interface ExportOptions extends RowShape {
  /** Only records accepted at this time or later, in milliseconds since the epoch. */
  readonly sinceMs: number | undefined
  /** Only this item, which must have a record. */
  readonly slug: string | undefined
  /** Fields that a record may have though none has them yet. */
  readonly knownFields: ReadonlyArray<string>
}

/** What was asked for is not there; nothing was written. */
export class ExportError extends Schema.TaggedError<ExportError>()("ExportError", {
  message: Schema.String
}) {}

/** What is known of the records before the first row is written. */
interface Look {
  /** Which lines of `successes` stand. */
  readonly survivors: Survivors
  /** Every name at the top of a record that is wanted, the slug first. */
  readonly names: ReadonlyArray<string>
}

const unseenOf = ({ fields, knownFields }: ExportOptions): UnseenFields =>
  new UnseenFields(fields ?? [], knownFields)

const isWanted = (line: MasterLine, { sinceMs }: ExportOptions): boolean =>
  sinceMs === undefined || line.atMs >= sinceMs

/** Reads the masters once; fails for a field that no record has. */
const look = Effect.fnUntraced(function*(
  data: DataPaths,
  options: ExportOptions
): Effect.fn.Return<Look, DiskError | ExportError, Disk> {
  const survivors = new Survivors()
  const master = new MasterLine()
  const names = new Set<string>(["slug"])
  const unseen = unseenOf(options)
  const wantsNames = options.format === "csv" && options.fields === undefined
  for (const name of ["successes", "rejects"] as const) {
    yield* scanLines(data[name], {}, (line) => {
      const kind = master.read(line)
      if (kind === "blank" || kind === "corrupt") return
      survivors.offer(name, master, line.length + 1)
      if (name === "rejects") return
      if (!unseen.isEmpty) unseen.look(master.object ?? {})
      if (!wantsNames || !isWanted(master, options)) return
      for (const key of Object.keys(withoutProvenance(master.object ?? {}))) names.add(key)
    })
  }
  const { fault } = unseen
  if (fault !== undefined) return yield* new ExportError({ message: `--fields: ${fault}` })
  return { survivors, names: [...names] }
})

const rowsPerWrite = 512

/** Rows in pieces that are worth a write; empty ones are none. */
const toBytes = <E, R>(rows: Stream.Stream<string, E, R>): Stream.Stream<Uint8Array, E, R> =>
  rows.pipe(
    Stream.filter((row) => row !== ""),
    Stream.grouped(rowsPerWrite),
    Stream.map((some) => Buffer.from(some.join("")))
  )

type Write<E, R> = (text: Stream.Stream<Uint8Array, DiskError, Disk>) => Effect.Effect<void, E, R>

const exportAll = Effect.fnUntraced(function*<E, R>(
  data: DataPaths,
  options: ExportOptions,
  write: Write<E, R>
) {
  const disk = yield* Disk
  const { names, survivors } = yield* look(data, options)
  const shape: RowShape = options.format === "csv"
    ? { ...options, fields: options.fields ?? names }
    : options
  const master = new MasterLine()
  let number = 0
  let records = 0
  const rowOf = (line: Buffer): string => {
    const kind = master.read(line)
    if (kind === "blank" || kind === "corrupt") return ""
    const index = number++
    if (index >= survivors.extents.successes.count) return ""
    if (!survivors.survives("successes", index) || !isWanted(master, options)) return ""
    records++
    return recordRow(exactObject(master.bytes.toString("utf8")) ?? {}, shape)
  }
  const found = yield* disk.stat(data.successes)
  const rows = Option.isNone(found) ? Stream.empty : streamLines(data.successes).pipe(
    Stream.map(({ line, terminated }) => terminated ? rowOf(line) : "")
  )
  yield* write(toBytes(Stream.concat(Stream.succeed(headerRow(shape)), rows)))
  return records
})

/** One record, by the index where there is one: the masters are not read for it. */
const exportOne = Effect.fnUntraced(function*<E, R>(
  data: DataPaths,
  options: ExportOptions,
  slug: string,
  write: Write<E, R>
) {
  const found = yield* findStanding(slug)
  if (Option.isNone(found) || found.value.state === "rejected") {
    const why = Option.isNone(found) ? "it is not settled, or no item" : "it is rejected"
    return yield* new ExportError({
      message: `--slug ${slug}: it has no record to export: ${why}; inkfast explain tells more`
    })
  }
  const { atMs, object } = found.value
  const unseen = unseenOf(options)
  unseen.look(object)
  // Others may have what this one lacks.
  if (!unseen.isEmpty) yield* look(data, options)
  const names = Object.keys(withoutProvenance(object))
  const shape: RowShape = { ...options, fields: options.fields ?? names }
  const isNew = options.sinceMs === undefined || atMs >= options.sinceMs
  const rows = [headerRow(shape), ...(isNew ? [recordRow(object, shape)] : [])]
  yield* write(toBytes(Stream.fromIterable(rows)))
  return isNew ? 1 : 0
})

/**
 * Hands the rows as text on, and answers how many records they are. No consolidation replaces the masters meanwhile;
 * what is appended meanwhile is not in them.
 */
export const exportRecords = <E, R>(
  options: ExportOptions,
  write: Write<E, R>
): Effect.Effect<number, E | DiskError | ExportError, R | Disk | FileLock | DataDirectory> =>
  Effect.gen(function*() {
    const data = yield* DataDirectory
    const { slug } = options
    return yield* withoutConsolidations(
      data,
      slug === undefined
        ? exportAll(data, options, write)
        : exportOne(data, options, slug, write)
    )
  })
