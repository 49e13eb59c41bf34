// Rows of CSV (RFC 4180) and TSV: a header, then cells as text, with the line each row begins on.
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Csv from "effect/encoding/Csv"
import type { CsvError, Row } from "effect/encoding/Csv"
import type * as Pull from "effect/Pull"
import * as Stream from "effect/Stream"
import type { InputFaults } from "./InputFaults.ts"
import type { InputError } from "./ItemSource.ts"
import type { Item } from "./Item.ts"
import { missingKey, slugFault } from "./Slug.ts"
import { lineBytesMax } from "./TextBlocks.ts"
import type { TextBlock } from "./TextBlocks.ts"

interface Options {
  readonly key: string
  readonly file: string
  readonly faults: InputFaults
  readonly delimiter: "," | "\t"
}

interface Header {
  readonly names: Row
  readonly key: number
}

const headerFaults = (names: Row, options: Options): ReadonlyArray<string> => {
  const twice = names.flatMap((name, index) => {
    const first = names.indexOf(name)
    return first === index
      ? []
      : [`the header names column "${name}" twice (columns ${first + 1} and ${index + 1})`]
  })
  if (names.includes(options.key)) return twice
  const other = names.length === 1
    ? [";", "\t", "|"].find((separator) => names[0]!.includes(separator))
    : undefined
  return [
    ...twice,
    other === undefined
      ? `${missingKey(options.key, "column", names)} (the first row of a CSV file is its header)`
      : `no column "${options.key}": the columns seem to be separated by ${
        JSON.stringify(other)
      }; export with commas, or with tabs as .tsv`
  ]
}

/** Lines that a record takes beyond its first: the line breaks within its cells. */
const breaksWithin = (cells: Row): number => {
  let count = 0
  for (const cell of cells) {
    if (cell.includes("\n") || cell.includes("\r")) count += cell.match(/\r\n|\r|\n/g)!.length
  }
  return count
}

const toFields = (names: Row, cells: Row): Item["fields"] => {
  // An own `__proto__` would be lost by plain assignment.
  if (names.includes("__proto__")) {
    return Object.fromEntries(names.map((name, index) => [name, cells[index]!]))
  }
  const fields: Record<string, string> = {}
  for (let index = 0; index < names.length; index++) fields[names[index]!] = cells[index]!
  return fields
}

const ragged = (cells: Row, names: Row): string =>
  `the row has ${cells.length} cells, the header ${names.length}` +
  (cells.length > names.length
    ? "; a cell that holds the separator must stand in double quotes"
    : "")

const toItem = (cells: Row, line: number, header: Header, options: Options): Item | undefined => {
  const { names } = header
  const slug = cells[header.key]
  const fault = cells.length !== names.length ? ragged(cells, names) : slugFault(options.key, slug!)
  if (fault !== undefined) {
    options.faults.add(line, slug ?? null, fault)
    return undefined
  }
  return { slug: slug!, fields: toFields(names, cells), file: options.file, line }
}

/** Turns records into items, keeping the header and the line count between calls. */
const makeReader = (options: Options): (records: ReadonlyArray<Row>) => ReadonlyArray<Item> => {
  let header: Header | undefined
  let line = 1
  let unusable = false
  return (records) => {
    const items: Array<Item> = []
    for (const cells of records) {
      const start = line
      line += 1 + breaksWithin(cells)
      if (unusable || (cells.length === 1 && cells[0]!.trim() === "")) continue
      if (header === undefined) {
        for (const fault of headerFaults(cells, options)) {
          options.faults.add(start, null, fault)
          unusable = true
        }
        header = { names: cells, key: cells.indexOf(options.key) }
        continue
      }
      const item = toItem(cells, start, header, options)
      if (item !== undefined) items.push(item)
    }
    return items
  }
}

const syntaxFaults: { readonly [message: string]: string } = {
  "Unterminated quoted field": "a cell that opens with a double quote in this row is never closed",
  "Unexpected quote in an unquoted field":
    "a double quote stands inside a cell that is not quoted; quote the cell and double the quotes in it",
  "Expected a delimiter or line break after a closing quote":
    "text follows a closing double quote; double the quotes inside a quoted cell"
}

const syntaxFault = (error: CsvError): string =>
  error.kind === "RecordSize"
    ? `the row is longer than ${lineBytesMax / 1024 / 1024} MiB; is a double quote not closed?`
    : `not CSV: ${error.column === undefined ? "" : `cell ${error.column}: `}${
      syntaxFaults[error.message] ?? error.message
    }`

export const csvItems = (
  blocks: Pull.Pull<TextBlock, InputError>,
  options: Options
): Stream.Stream<Item, InputError> =>
  Stream.suspend(() => {
    const read = makeReader(options)
    return Stream.fromPull(Effect.succeed(Effect.map(blocks, (block) => [block.text] as const)))
      .pipe(
        Stream.pipeThroughChannel(Csv.decodeString<InputError, unknown>({
          delimiter: options.delimiter,
          maxRecordSize: lineBytesMax
        })),
        Stream.catchTag("CsvError", (error) => {
          options.faults.add(
            error.line,
            null,
            `${syntaxFault(error)}; rows after it were not checked`
          )
          return Stream.empty
        }),
        Stream.chunks,
        Stream.map(read),
        Stream.filter(Arr.isReadonlyArrayNonEmpty),
        Stream.flattenArray
      )
  })
