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

const isRow = (row: unknown): boolean =>
  typeof row === "object" && row !== null && !Array.isArray(row)

/** Rows as an input; `line` is a row's place, from 1. Fails with every row without a slug or with another's. */
export const itemsFromRows = (
  rows: ReadonlyArray<{ readonly [field: string]: Json }>,
  key = "slug"
): Effect.Effect<ItemSource, InputError> =>
  Effect.suspend(() => {
    const faults = makeInputFaults(name)
    const slugs = makeSlugTable(rows.length)
    const book = makeColumnBook()
    const items: Array<Item> = []
    for (const [index, fields] of rows.entries()) {
      const line = index + 1
      const fault = isRow(fields)
        ? keyFault(key, fields)
        : "the row is not an object with a field for each value"
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
