// Rows of JSONL read where they stand: a few of an input that was checked before.
import { Buffer } from "node:buffer"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { Disk } from "../durability/Disk.ts"
import { readAllAt } from "../durability/FileIo.ts"
import { SlugPrint } from "./Fingerprint.ts"
import { changed, unchanged, unreadable } from "./InputFile.ts"
import type { InputFile } from "./InputFile.ts"
import type { Item } from "./Item.ts"
import type { InputError, PrintTest } from "./ItemSource.ts"
import { itemOfRow } from "./JsonlRows.ts"
import { RowBook, runRows, unknownOffset, visitPrints } from "./RowPages.ts"
import type { RowPages } from "./RowPages.ts"

/** Where more than one row of so many is picked, all are read one after the other. */
const fewOf = 8

const isWithout = (picked: RowBook): boolean =>
  picked.count > 0 && picked.offsetOf(0) === unknownOffset

/** The picked rows in file order; undefined where they are not few, or it is not known where they stand. */
export const pickRows = (
  rows: RowPages,
  isPicked: PrintTest
): Effect.Effect<RowBook | undefined, InputError> =>
  Effect.suspend(() => {
    const picked = new RowBook()
    const most = Math.min(runRows, rows.count / fewOf)
    return Effect.map(
      visitPrints(rows, (prints, at, { lines, offsets }, row) => {
        if (picked.count <= most && isPicked(prints, at)) {
          picked.add(prints, at, offsets[row]!, lines[row]!)
        }
      }),
      () => picked.count > most || isWithout(picked) ? undefined : picked.inFileOrder()
    )
  })

const windowBytes = 32 * 1024
const newline = 0x0a

/** The rows from `first` on that stand whole in the bytes, which begin where the first does. */
const parseWindow = (
  bytes: Buffer,
  first: number,
  isEnd: boolean,
  { input, key, picked }: Reading
): ReadonlyArray<Item> | undefined => {
  const items: Array<Item> = []
  const print = new SlugPrint()
  const start = picked.offsetOf(first)
  for (let row = first; row < picked.count; row++) {
    const at = picked.offsetOf(row) - start
    if (at >= bytes.length) break
    const found = bytes.indexOf(newline, at)
    if (found === -1 && !isEnd) break
    const text = bytes.toString("utf8", at, found === -1 ? bytes.length : found)
    const item = itemOfRow(text, { key, file: input.name, line: picked.lineOf(row) })
    if (item === undefined) return undefined
    print.ofText(item.slug)
    if (!picked.isOf(row, print.words)) return undefined
    items.push(item)
  }
  return items
}

interface Reading {
  readonly disk: Disk["Service"]
  readonly input: InputFile
  readonly key: string
  readonly picked: RowBook
}

/** Rows from `first` on, one at least. */
const readSome = Effect.fnUntraced(function*(first: number, reading: Reading) {
  const { disk, input, picked } = reading
  const start = picked.offsetOf(first)
  const left = input.stat.size - start
  for (let length = windowBytes;; length *= 4) {
    const bytes = Buffer.allocUnsafe(Math.max(0, Math.min(length, left)))
    const count = yield* Effect.mapError(
      readAllAt(disk, input.file, bytes, start),
      (error) => unreadable(input.name, error)
    )
    const items = parseWindow(bytes, first, length >= left, reading)
    if (items === undefined || count < bytes.length) return yield* changed(input)
    if (items.length > 0) return items
    if (length >= left) return yield* changed(input)
  }
})

/** In file order. Fails when the file is not what it was when it was opened, or a row is not the one that was checked. */
export const readPicked = (reading: Reading): Stream.Stream<Item, InputError> =>
  reading.picked.count === 0 ? Stream.empty : Stream.concat(
    Stream.fromEffectDrain(unchanged(reading.disk, reading.input)),
    Stream.paginate(0, (first: number) =>
      Effect.map(readSome(first, reading), (items) => {
        const next = first + items.length
        return [items, next < reading.picked.count ? Option.some(next) : Option.none()] as const
      }))
  )
