// Opens the input: one reading to check every row and to know every slug and column, then streams of items. What an
// earlier check has learnt is not learnt again.
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type * as Stdio from "effect/Stdio"
import * as Stream from "effect/Stream"
import { Disk } from "../durability/Disk.ts"
import type { CheckedInput } from "./CheckedFile.ts"
import { checkAdded, checkWhole, readBlocks } from "./CheckRows.ts"
import type { Reading } from "./CheckRows.ts"
import { makeColumnBook } from "./Columns.ts"
import { SlugPrint } from "./Fingerprint.ts"
import { fileFault, makeInputFaults } from "./InputFaults.ts"
import { changed, openInputFile, unreadable } from "./InputFile.ts"
import { containerFault, rowFormat } from "./InputFormat.ts"
import type { InputFormat } from "./InputFormat.ts"
import type { InputError, ItemSource, PrintTest } from "./ItemSource.ts"
import type { Item } from "./Item.ts"
import { pickRows, readPicked } from "./PickedRows.ts"
import { recallInput } from "./RecallInput.ts"
import { visitPrints } from "./RowPages.ts"
import { makeSlugTable } from "./SlugTable.ts"

export interface InputOptions {
  /** `-` is standard input. */
  readonly path: string
  readonly format: InputFormat
  /** The field that holds the slug. */
  readonly key: string
  /** A file that may hold what an earlier check has learnt (see CheckedFile). Absent: everything is checked. */
  readonly checked?: string
}

/** Smaller inputs are checked in no time: nothing is said of it. */
const worthSayingBytes = 4 * 1024 * 1024

/** Items of a file that has been checked: a fault now can only mean that the file is another one. */
const readChecked = (reading: Reading): Stream.Stream<Item, InputError> =>
  Stream.suspend(() => {
    const faults = makeInputFaults(reading.input.name)
    const verify = Effect.suspend(() =>
      faults.count() === 0 ? Effect.void : Effect.fail(changed(reading.input))
    )
    return readBlocks(reading, faults).pipe(
      Stream.map(({ items }) => items),
      Stream.filter(Arr.isReadonlyArrayNonEmpty),
      Stream.flattenArray,
      Stream.concat(Stream.fromEffectDrain(verify))
    )
  })

const readAmong = (
  reading: Reading,
  { rows }: CheckedInput,
  isPicked: PrintTest
): Stream.Stream<Item, InputError> =>
  Stream.unwrap(Effect.map(pickRows(rows, isPicked), (picked) => {
    if (picked !== undefined) return readPicked({ ...reading, picked })
    const print = new SlugPrint()
    return Stream.filter(readChecked(reading), ({ slug }) => {
      print.ofText(slug)
      return isPicked(print.words, 0)
    })
  }))

const sourceOf = (reading: Reading, checked: CheckedInput, isNews: boolean): ItemSource => {
  const { columns, rows } = checked
  return {
    count: rows.count,
    items: readChecked(reading),
    pick: (isPicked) => readAmong(reading, checked, isPicked),
    columns: makeColumnBook(columns).columns(),
    visitSlugs: (visit) => visitPrints(rows, visit),
    slugs: Effect.suspend(() => {
      const slugs = makeSlugTable(rows.count)
      const visited = visitPrints(
        rows,
        (prints, at, { lines }, row) => void slugs.addPrint(prints, at, lines[row]!)
      )
      return Effect.as(visited, slugs)
    }),
    // Standard input is another file each time.
    unkept: isNews && reading.input.name !== "-" ? checked : undefined
  }
}

const megabytes = (bytes: number): string => `${Math.ceil(bytes / 1e6)} MB`

/** What is known of the input, from earlier or by reading it. */
const checkOrRecall = Effect.fnUntraced(function*(reading: Reading, kept: string | undefined) {
  const { input } = reading
  const recalled = yield* Effect.mapError(
    recallInput(kept, reading),
    (error) => unreadable(input.name, error)
  )
  if (recalled._tag === "Same") return sourceOf(reading, recalled.checked, recalled.isNews)
  const say = (what: string) =>
    input.stat.size < worthSayingBytes ? Effect.void : Effect.logInfo(`${input.name}: ${what}`)
  if (recalled._tag === "Grown") {
    const { bytes } = recalled.checked
    yield* say(`has grown: checking the ${megabytes(input.stat.size - bytes)} that were added`)
    const checked = yield* checkAdded(reading, recalled.checked)
    if (checked !== undefined) return sourceOf(reading, checked, true)
  }
  yield* say(
    `${
      recalled._tag === "Changed" ? "is another one than was checked before: " : ""
    }checking all of it (${megabytes(input.stat.size)})`
  )
  return sourceOf(reading, yield* checkWhole(reading), true)
})

/**
 * Fails with all faults of the input; when there are none, gives the items to be read again. Memory: one block of text, no
 * rows; 28 bytes a row, and those of a slug table while it is checked, or nothing where an earlier check still holds.
 * Files stay open until the scope ends.
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
    return yield* checkOrRecall({ disk, input, format, key: options.key }, options.checked)
  })
