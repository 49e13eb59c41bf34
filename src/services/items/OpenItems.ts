// Opens the input: one reading to check every row and to know every slug and column, then a stream of items.
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type * as Stdio from "effect/Stdio"
import * as Stream from "effect/Stream"
import { Disk } from "../durability/Disk.ts"
import { makeColumnBook } from "./Columns.ts"
import { csvItems } from "./CsvRows.ts"
import { fileFault, makeInputFaults } from "./InputFaults.ts"
import type { InputFaults } from "./InputFaults.ts"
import { changed, openInputFile } from "./InputFile.ts"
import type { InputFile } from "./InputFile.ts"
import { containerFault, rowFormat } from "./InputFormat.ts"
import type { InputFormat, RowFormat } from "./InputFormat.ts"
import type { InputError, ItemSource } from "./ItemSource.ts"
import type { Item } from "./Item.ts"
import { pullJsonlItems } from "./JsonlRows.ts"
import { makeSlugTable } from "./SlugTable.ts"
import { pullTextBlocks } from "./TextBlocks.ts"

export interface InputOptions {
  /** `-` is standard input. */
  readonly path: string
  readonly format: InputFormat
  /** The field that holds the slug. */
  readonly key: string
}

const readItems = (
  disk: Disk["Service"],
  input: InputFile,
  format: RowFormat,
  key: string,
  faults: InputFaults
): Stream.Stream<Item, InputError> =>
  Stream.suspend(() => {
    const blocks = pullTextBlocks(disk, input, faults)
    const file = input.name
    return format._tag === "Csv"
      ? csvItems(blocks, { key, file, faults, delimiter: format.delimiter })
      : Stream.fromPull(Effect.succeed(pullJsonlItems(blocks, { key, file, faults })))
  })

/** Items of a file that has been checked: a fault now can only mean that the file is another one. */
const readChecked = (disk: Disk["Service"], input: InputFile, format: RowFormat, key: string) =>
  Stream.suspend(() => {
    const faults = makeInputFaults(input.name)
    const verify = Effect.suspend(() =>
      faults.count() === 0 ? Effect.void : Effect.fail(changed(input))
    )
    return readItems(disk, input, format, key, faults).pipe(
      Stream.concat(Stream.fromEffectDrain(verify))
    )
  })

/**
 * Reads the whole input once and fails with all its faults; when there are none, gives the items to be read again.
 * Memory: the slug table (see there), one block of text, no rows. The file stays open until the scope ends.
 */
export const openItems = (
  options: InputOptions
): Effect.Effect<ItemSource, InputError, Disk | Stdio.Stdio | Scope.Scope> =>
  Effect.gen(function*() {
    const disk = yield* Disk
    const input = yield* openInputFile(options.path)
    const container = containerFault(input)
    if (container !== undefined) return yield* fileFault(input.name, container)
    const format = rowFormat(input, options.format)
    if (typeof format === "string") return yield* fileFault(input.name, format)
    const faults = makeInputFaults(input.name)
    const slugs = makeSlugTable()
    const book = makeColumnBook()
    const note = (item: Item): void => {
      book.note(item.fields)
      const first = slugs.add(item.slug, item.line)
      if (first === undefined) return
      faults.add(
        item.line,
        item.slug,
        `slug "${item.slug}" stands on line ${first} too; every item needs its own`
      )
    }
    yield* Stream.runForEachArray(
      readItems(disk, input, format, options.key, faults),
      (items) => Effect.sync(() => items.forEach(note))
    )
    const error = faults.error()
    if (error !== undefined) return yield* error
    if (slugs.size === 0) return yield* fileFault(input.name, "no items: the input is empty")
    return {
      count: slugs.size,
      items: readChecked(disk, input, format, options.key),
      columns: book.columns(),
      slugs
    }
  })
