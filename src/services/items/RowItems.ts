// Items that a program has in memory, checked as those of a file are.
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { fileFault, makeInputFaults } from "./InputFaults.ts"
import { SlugPrint } from "./Fingerprint.ts"
import { makeColumnBook } from "./Columns.ts"
import type { InputError, ItemSource } from "./ItemSource.ts"
import type { Item, Json } from "./Item.ts"
import { keyFault } from "./Slug.ts"
import { makeSlugTable } from "./SlugTable.ts"

const name = "rows"

const isRow = (row: unknown): row is { readonly [field: string]: unknown } =>
  typeof row === "object" && row !== null && !Array.isArray(row)

/** Deeper than any row that means something; what holds itself is deeper than that. */
const depthMax = 1000

const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/** What the value is that JSON has no word for; undefined where it is JSON. A field that is undefined is none. */
const notJson = (value: unknown, depth = 0): string | undefined => {
  if (typeof value === "string" || typeof value === "boolean" || value === null) return undefined
  if (typeof value === "number") return Number.isFinite(value) ? undefined : `the number ${value}`
  if (typeof value !== "object") return value === undefined ? undefined : `a ${typeof value}`
  if (depth === depthMax) return "nested too deep, or holds itself"
  if (!Array.isArray(value) && !isPlain(value)) {
    return `a ${value.constructor.name}, which JSON does not have`
  }
  for (const inner of Object.values(value)) {
    const fault = notJson(inner, depth + 1)
    if (fault !== undefined) return fault
  }
  return undefined
}

const rowFault = (key: string, row: unknown): string | undefined => {
  if (!isRow(row)) return "the row is not an object with a field for each value"
  for (const [field, value] of Object.entries(row)) {
    const fault = notJson(value)
    if (fault !== undefined) return `"${field}" is ${fault}; write it as text, a number or a list`
  }
  return keyFault(key, row as { readonly [field: string]: Json })
}

/**
 * Rows as an input; `line` is a row's place, from 1. Fails with every row without a slug or with another's, and with
 * what no file could have held.
 */
export const itemsFromRows = (
  rows: ReadonlyArray<{ readonly [field: string]: Json }>,
  key = "slug"
): Effect.Effect<ItemSource, InputError> =>
  Effect.suspend(() => {
    if (!Array.isArray(rows)) return Effect.fail(fileFault(name, "must be a list of objects"))
    const faults = makeInputFaults(name)
    const slugs = makeSlugTable(rows.length)
    const book = makeColumnBook()
    const items: Array<Item> = []
    for (const [index, fields] of rows.entries()) {
      const line = index + 1
      const fault = rowFault(key, fields)
      if (fault !== undefined) {
        faults.add(line, null, fault)
        continue
      }
      book.note(fields)
      const slug = fields[key] as string
      const first = slugs.add(slug, line)
      if (first === undefined) items.push({ slug, fields, file: name, line })
      else {faults.add(
          line,
          slug,
          `slug "${slug}" is that of row ${first} too; every item needs its own`
        )}
    }
    const error = faults.error()
    if (error !== undefined) return Effect.fail(error)
    if (items.length === 0) return Effect.fail(fileFault(name, "no items: the input is empty"))
    return Effect.succeed({
      count: items.length,
      items: Stream.fromIterable(items),
      pick: (isPicked) =>
        Stream.suspend(() => {
          const print = new SlugPrint()
          return Stream.filter(Stream.fromIterable(items), ({ slug }) => {
            print.ofText(slug)
            return isPicked(print.words, 0)
          })
        }),
      columns: book.columns(),
      visitSlugs: (visit) => Effect.sync(() => slugs.visitPrints(visit)),
      slugs: Effect.succeed(slugs),
      unkept: undefined
    })
  })
