// What columns an input has, by its first rows: their names, and a value of each to try things out with.
import type { Item, Json } from "./Item.ts"

export interface Columns {
  readonly names: ReadonlySet<string>
  /** A row that has every one of them, each with the first value that says something. */
  readonly example: Item["fields"]
}

/** A column that begins later is looked for when somebody asks for it. */
export const columnRows = 1_000

const saysNothing = (value: Json | undefined): boolean =>
  value === undefined || value === null || value === ""

/** Columns by name, each with its value of the example. */
export type ColumnValues = ReadonlyArray<readonly [name: string, value: Json]>

export interface ColumnBook {
  /** Costs next to nothing after the first rows. */
  readonly note: (fields: Item["fields"]) => void
  readonly columns: () => Columns
  readonly values: () => ColumnValues
}

/** Goes on after `rows` rows that were noted before. */
export const makeColumnBook = (before: ColumnValues = [], rowsBefore = 0): ColumnBook => {
  const found = new Map(before)
  let rows = rowsBefore
  return {
    note: (fields) => {
      if (rows >= columnRows) return
      rows++
      for (const [name, value] of Object.entries(fields)) {
        if (saysNothing(found.get(name))) found.set(name, value)
      }
    },
    columns: () => ({ names: new Set(found.keys()), example: Object.fromEntries(found) }),
    values: () => [...found]
  }
}
