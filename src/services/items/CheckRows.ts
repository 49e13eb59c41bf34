// The check of an input: every row is read, every fault of it is told, and what is learnt is kept compact.
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Disk } from "../durability/Disk.ts"
import type { CheckedInput } from "./CheckedFile.ts"
import { makeColumnBook } from "./Columns.ts"
import type { KnownColumns } from "./Columns.ts"
import { ContentSums } from "./ContentSums.ts"
import type { Contents } from "./ContentSums.ts"
import { csvItems } from "./CsvRows.ts"
import { SlugPrint } from "./Fingerprint.ts"
import { fileFault, makeInputFaults } from "./InputFaults.ts"
import type { InputFaults } from "./InputFaults.ts"
import type { InputFile } from "./InputFile.ts"
import { formatText } from "./InputFormat.ts"
import type { RowFormat } from "./InputFormat.ts"
import type { InputError } from "./ItemSource.ts"
import type { Item } from "./Item.ts"
import { pullJsonlBlocks } from "./JsonlRows.ts"
import type { ItemBlock } from "./JsonlRows.ts"
import { identityOf } from "./RecallInput.ts"
import { followedBy, RowBook, unknownOffset, visitPrints } from "./RowPages.ts"
import { makeSlugTable } from "./SlugTable.ts"
import type { SlugTable } from "./SlugTable.ts"
import { firstPlace, pullTextBlocks } from "./TextBlocks.ts"
import type { Place, TextBlock } from "./TextBlocks.ts"

/** An input that is open, and how it is read. */
export interface Reading {
  readonly disk: Disk["Service"]
  readonly input: InputFile
  readonly format: RowFormat
  readonly key: string
}

/** The rows from a place on, some at a time. `onBlock` is told of each piece of text before it is parsed. */
export const readBlocks = (
  { disk, format, input, key }: Reading,
  faults: InputFaults,
  from: Place = firstPlace(input),
  onBlock: (block: TextBlock) => void = () => {}
): Stream.Stream<ItemBlock, InputError> =>
  Stream.suspend(() => {
    const blocks = Effect.tap(
      pullTextBlocks(disk, input, faults, from),
      (block) => Effect.sync(() => onBlock(block))
    )
    const options = { key, file: input.name, faults }
    return format._tag === "Csv"
      ? csvItems(blocks, { ...options, delimiter: format.delimiter }).pipe(
        Stream.chunks,
        Stream.map((items): ItemBlock => ({ items, offsets: [] }))
      )
      : Stream.fromPull(
        Effect.succeed(
          Effect.map(pullJsonlBlocks(blocks, options), (block) => [block] as const)
        )
      )
  })

/** What a reading learns. */
interface Learnt {
  readonly slugs: SlugTable
  readonly rows: RowBook
  readonly columns: KnownColumns
  readonly contents: Contents
  readonly nextLine: number
}

/** Where a reading begins, and what is known until there. */
interface Before {
  readonly place: Place
  readonly rows: number
  /** Absent: none. */
  readonly columns?: KnownColumns
  readonly contents: Contents
}

const learn = Effect.fnUntraced(function*(reading: Reading, faults: InputFaults, before: Before) {
  const slugs = makeSlugTable()
  const rows = new RowBook()
  const book = makeColumnBook(before.columns, before.rows)
  const sums = new ContentSums(before.contents)
  const print = new SlugPrint()
  let nextLine: number | undefined = before.place.line
  const note = (item: Item, offset: number): void => {
    book.note(item.fields)
    print.ofText(item.slug)
    const first = slugs.addPrint(print.words, 0, item.line)
    if (first === undefined) return rows.add(print.words, 0, offset, item.line)
    faults.add(
      item.line,
      item.slug,
      `slug "${item.slug}" stands on line ${first} too; every item needs its own`
    )
  }
  const onBlock = (block: TextBlock): void => {
    sums.add(block.bytes)
    nextLine = block.nextLine
  }
  yield* Stream.runForEach(
    readBlocks(reading, faults, before.place, onBlock),
    ({ items, offsets }) =>
      Effect.sync(() => {
        for (const [at, item] of items.entries()) note(item, offsets[at] ?? unknownOffset)
      })
  )
  const learnt: Learnt = {
    slugs,
    rows,
    columns: book.known(),
    contents: sums.contents,
    nextLine: reading.format._tag === "Jsonl" ? nextLine ?? 0 : 0
  }
  return learnt
})

const checkedOf = (
  { format, input, key }: Reading,
  { columns, contents, nextLine }: Learnt,
  rows: CheckedInput["rows"],
  checkedAtMs: number
): CheckedInput => ({
  ...identityOf(input.stat, checkedAtMs),
  key,
  format: formatText(format),
  ...contents,
  nextLine,
  columns,
  rows
})

/** All of the input. Fails with all its faults. */
export const checkWhole = Effect.fnUntraced(function*(
  reading: Reading
): Effect.fn.Return<CheckedInput, InputError> {
  const { input } = reading
  const checkedAtMs = yield* Clock.currentTimeMillis
  const faults = makeInputFaults(input.name)
  const place = firstPlace(input)
  const contents = { start: place.position, bytes: 0, sums: [] }
  const learnt = yield* learn(reading, faults, { place, rows: 0, contents })
  const error = faults.error()
  if (error !== undefined) return yield* error
  if (learnt.rows.count === 0) return yield* fileFault(input.name, "no items: the input is empty")
  return checkedOf(reading, learnt, learnt.rows.sorted(), checkedAtMs)
})

/**
 * What follows the part that was checked before. Undefined where that has a fault, or a slug of that part: which faults
 * there are, and where, only the whole check tells.
 */
export const checkAdded = Effect.fnUntraced(function*(
  reading: Reading,
  before: CheckedInput
): Effect.fn.Return<CheckedInput | undefined, InputError> {
  const checkedAtMs = yield* Clock.currentTimeMillis
  const faults = makeInputFaults(reading.input.name)
  const place = { position: before.start + before.bytes, line: before.nextLine }
  const learnt = yield* learn(reading, faults, {
    place,
    rows: before.rows.count,
    columns: before.columns,
    contents: before
  })
  let isKnown = false
  yield* visitPrints(before.rows, (prints, at) => {
    isKnown ||= learnt.slugs.getPrint(prints, at) !== undefined
  })
  return isKnown || faults.count() > 0
    ? undefined
    : checkedOf(reading, learnt, followedBy(before.rows, learnt.rows.sorted()), checkedAtMs)
})
