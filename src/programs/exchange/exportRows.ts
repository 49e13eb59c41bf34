// A record as a row of an export: the fields that were asked for, with the digits that their numbers have.
import { csvRow } from "./csvRow.ts"

export type Fields = { readonly [key: string]: unknown }

export interface RowShape {
  readonly format: "jsonl" | "csv"
  /** Names of fields, with dots for what is nested (`_meta.acceptedAt`). Undefined: all but `_meta`. */
  readonly fields: ReadonlyArray<string> | undefined
  /** Writes cells of CSV as they are, also those that a spreadsheet would run as formulas. */
  readonly rawCells: boolean
}

/** Undefined where the record has no such field. */
export const valueAt = (record: Fields, path: string): unknown => {
  if (Object.hasOwn(record, path)) return record[path]
  let value: unknown = record
  for (const key of path.split(".")) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined
    value = (value as Fields)[key]
  }
  return value
}

export const withoutProvenance = ({ _crc, _meta, ...rest }: Fields): Fields => rest

/** The line before all rows; empty where there is none. */
export const headerRow = ({ fields, format }: RowShape): string =>
  format === "csv" ? csvRow(fields ?? [], true) : ""

export const recordRow = (record: Fields, { fields, format, rawCells }: RowShape): string => {
  if (format === "csv") {
    return csvRow((fields ?? []).map((field) => valueAt(record, field)), rawCells)
  }
  const row = fields === undefined
    ? withoutProvenance(record)
    : Object.fromEntries(fields.map((field) => [field, valueAt(record, field)]))
  return `${JSON.stringify(row)}\n`
}
