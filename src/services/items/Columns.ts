// What columns an input has: the names of its rows' fields, and a value of each to try things out with.
import type { Item, Json } from "./Item.ts"

export interface Columns {
  /** True, too, where the input has more columns than are kept: it cannot be told then. */
  readonly has: (name: string) => boolean
  readonly names: ReadonlyArray<string>
  /** A row that has every column, each with the first value of any row that says something. */
  readonly example: Item["fields"]
}

/** Rows whose names are data have as many columns as rows. */
const columnsMax = 10_000

const saysNothing = (value: Json | undefined): boolean =>
  value === undefined || value === null || value === ""

export interface ColumnBook {
  readonly note: (fields: Item["fields"]) => void
  readonly columns: () => Columns
}

/** Notes row after row. */
export const makeColumnBook = (): ColumnBook => {
  const found = new Map<string, Json>()
  /** Columns that said something: nothing is to be learnt of them any more. */
  const known = new Set<string>()
  return {
    note: (fields) => {
      for (const name in fields) {
        if (known.has(name)) continue
        if (found.size >= columnsMax && !found.has(name)) continue
        const value = fields[name] ?? null
        found.set(name, value)
        if (!saysNothing(value)) known.add(name)
      }
    },
    columns: () => ({
      has: (name) => found.has(name) || found.size >= columnsMax,
      names: [...found.keys()],
      example: Object.fromEntries(found)
    })
  }
}
