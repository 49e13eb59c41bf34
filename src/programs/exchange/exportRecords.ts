// The standing records as JSONL or CSV for other programs, in the order of the masters. Reads only.
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { DataDirectory } from "../../services/durability/DataDirectory.ts"
import { Disk } from "../../services/durability/Disk.ts"
import type { DiskError } from "../../services/durability/Disk.ts"
import type { FileLock } from "../../services/durability/FileLock.ts"
import { scanLines, streamLines } from "../../services/durability/Lines.ts"
import { MasterLine } from "../../services/master/MasterLine.ts"
import { Survivors } from "../../services/master/Survivors.ts"
import { withoutConsolidations } from "../../services/master/WithoutConsolidations.ts"
import { csvRow } from "./csvRow.ts"

export interface ExportOptions {
  readonly format: "jsonl" | "csv"
  /** Names of fields, with dots for what is nested (`_meta.acceptedAt`). Undefined: all but `_meta`. */
  readonly fields: ReadonlyArray<string> | undefined
  /** Only records accepted at this time or later, in milliseconds since the epoch. */
  readonly sinceMs: number | undefined
  readonly slug: string | undefined
  /** Writes cells of CSV as they are, also those that a spreadsheet would run as formulas. */
  readonly rawCells: boolean
}

type Fields = { readonly [key: string]: unknown }

const valueAt = (record: Fields, path: string): unknown => {
  if (Object.hasOwn(record, path)) return record[path]
  let value: unknown = record
  for (const key of path.split(".")) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined
    value = (value as Fields)[key]
  }
  return value
}

const withoutProvenance = ({ _crc, _meta, ...rest }: Fields): Fields => rest

const jsonRow = (record: Fields, fields: ReadonlyArray<string> | undefined): string =>
  JSON.stringify(
    fields === undefined
      ? withoutProvenance(record)
      : Object.fromEntries(fields.map((field) => [field, valueAt(record, field)]))
  )

/** Which lines of `successes` stand, and which fields they have. */
const look = Effect.fnUntraced(function*(options: ExportOptions) {
  const data = yield* DataDirectory
  const survivors = new Survivors()
  const master = new MasterLine()
  const names = new Set<string>(["slug"])
  const wantsNames = options.format === "csv" && options.fields === undefined
  for (const name of ["successes", "rejects"] as const) {
    yield* scanLines(data[name], {}, (line) => {
      const kind = master.read(line)
      if (kind === "blank" || kind === "corrupt") return
      survivors.offer(name, master, line.length + 1)
      if (!wantsNames || name === "rejects" || !isWanted(master, options)) return
      for (const key of Object.keys(withoutProvenance(master.object ?? {}))) names.add(key)
    })
  }
  return { survivors, fields: wantsNames ? [...names] : options.fields }
})

const isWanted = (line: MasterLine, { sinceMs, slug }: ExportOptions): boolean =>
  (sinceMs === undefined || line.atMs >= sinceMs) && (slug === undefined || line.slug === slug)

const rowsPerWrite = 512

/**
 * Hands the rows as text on, and answers how many records they are. No consolidation replaces the masters meanwhile;
 * what is appended meanwhile is not in them.
 */
export const exportRecords = <E, R>(
  options: ExportOptions,
  write: (text: Stream.Stream<Uint8Array, DiskError, Disk>) => Effect.Effect<void, E, R>
): Effect.Effect<number, E | DiskError, R | Disk | FileLock | DataDirectory> =>
  Effect.gen(function*() {
    const data = yield* DataDirectory
    const disk = yield* Disk
    const exporting = Effect.gen(function*() {
      const { fields, survivors } = yield* look(options)
      const master = new MasterLine()
      let number = 0
      let records = 0
      const rowOf = (line: Buffer): string | undefined => {
        const kind = master.read(line)
        if (kind === "blank" || kind === "corrupt") return undefined
        const index = number++
        if (index >= survivors.extents.successes.count) return undefined
        if (!survivors.survives("successes", index) || !isWanted(master, options)) return undefined
        records++
        const record = master.object ?? {}
        return options.format === "jsonl"
          ? `${jsonRow(record, fields)}\n`
          : csvRow((fields ?? []).map((field) => valueAt(record, field)), options.rawCells)
      }
      const header = options.format === "csv"
        ? Stream.succeed(csvRow(fields ?? [], true))
        : Stream.empty
      const found = yield* disk.stat(data.successes)
      const rows = Option.isNone(found) ? Stream.empty : streamLines(data.successes).pipe(
        Stream.map(({ line, terminated }) => terminated ? rowOf(line) : undefined),
        Stream.filter((row): row is string => row !== undefined)
      )
      const text = Stream.concat(header, rows).pipe(
        Stream.grouped(rowsPerWrite),
        Stream.map((some) => Buffer.from(some.join("")))
      )
      yield* write(text)
      return records
    })
    return yield* withoutConsolidations(data, exporting)
  })
