// What columns an input has: their names, and of those of its first rows a value each to try things out with.
import type { Item, Json } from "./Item.ts"

export interface Columns {
  readonly names: ReadonlySet<string>
  /** Whether these are all. Otherwise rows have names without end, and whoever misses one looks for it in the rows. */
  readonly isWhole: boolean
  /** A row that has every column of the first rows, each with the first value that says something. */
  readonly example: Item["fields"]
}

const exampleRows = 1_000
/** Names that begin in later rows: rows that need more use names for what they have to say. */
const laterMax = 1_000

const saysNothing = (value: Json | undefined): boolean =>
  value === undefined || value === null || value === ""

/** What has been learnt of the columns so far. */
export interface KnownColumns {
  /** Those of the first rows by name, each with its value of the example. */
  readonly first: ReadonlyArray<readonly [name: string, value: Json]>
  /** Names that begin later. */
  readonly later: ReadonlyArray<string>
  readonly isWhole: boolean
}

export interface ColumnBook {
  /** Costs next to nothing after the first rows. */
  readonly note: (fields: Item["fields"]) => void
  readonly columns: () => Columns
  readonly known: () => KnownColumns
}

const nothingKnown: KnownColumns = { first: [], later: [], isWhole: true }

/** Goes on after `rows` rows that were noted before. */
export const makeColumnBook = (before = nothingKnown, rowsBefore = 0): ColumnBook => {
  const first = new Map(before.first)
  const later = new Set(before.later)
  let { isWhole } = before
  let rows = rowsBefore
  const noteLater = (name: string): void => {
    if (first.has(name) || later.has(name)) return
    if (later.size < laterMax) later.add(name)
    else isWhole = false
  }
  return {
    note: (fields) => {
      if (rows >= exampleRows) return Object.keys(fields).forEach(noteLater)
      rows++
      for (const [name, value] of Object.entries(fields)) {
        if (saysNothing(first.get(name))) first.set(name, value)
      }
    },
    columns: () => ({
      names: new Set([...first.keys(), ...later]),
      isWhole,
      example: Object.fromEntries(first)
    }),
    known: () => ({ first: [...first], later: [...later], isWhole })
  }
}
