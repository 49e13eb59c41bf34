// What kind of file the input is: by its name where that says so, else by its first bytes.
import type { InputFile } from "./InputFile.ts"
import { extname } from "node:path"

export type InputFormat = "jsonl" | "csv" | "auto"

/** How rows are read; for CSV, what separates the cells. */
export type RowFormat = { readonly _tag: "Jsonl" } | {
  readonly _tag: "Csv"
  readonly delimiter: "," | "\t"
}

/** Different for formats that are read differently. */
export const formatText = (format: RowFormat): string => JSON.stringify(format)

/** Beginnings of files that hold no lines of text, each with what to do about it. */
const containers: ReadonlyArray<readonly [bytes: ReadonlyArray<number>, advice: string]> = [
  [
    [0x1f, 0x8b],
    "is compressed with gzip; unpack it first: gunzip -c FILE | inkfast generate --in -"
  ],
  [
    [0x28, 0xb5, 0x2f, 0xfd],
    "is compressed with zstd; unpack it first: zstd -dc FILE | inkfast generate --in -"
  ],
  [
    [0x42, 0x5a, 0x68],
    "is compressed with bzip2; unpack it first: bzip2 -dc FILE | inkfast generate --in -"
  ],
  [
    [0x50, 0x4b, 0x03, 0x04],
    "is a zip archive or a spreadsheet; export it as CSV (UTF-8) or JSONL"
  ],
  [[0x50, 0x41, 0x52, 0x31], "is a Parquet file; export it as JSONL or CSV"],
  [[0xff, 0xfe], "is UTF-16 text; convert it first: iconv -f utf-16 -t utf-8 FILE > items.jsonl"],
  [[0xfe, 0xff], "is UTF-16 text; convert it first: iconv -f utf-16 -t utf-8 FILE > items.jsonl"]
]

const jsonArray = "is a JSON array; write one object a line: jq -c '.[]' FILE > items.jsonl"

/** Why the file cannot be rows, whatever the format asked for; undefined when nothing speaks against it. */
export const containerFault = (input: InputFile): string | undefined => {
  const advice = containers.find(([bytes]) =>
    bytes.every((byte, index) => input.head[index] === byte)
  )?.[1]
  const extension = extname(input.name).toLowerCase()
  return advice ?? (extension === ".gz" ? containers[0]![1] : undefined)
}

const headText = (input: InputFile): string => new TextDecoder().decode(input.head).trimStart()

const csv = (input: InputFile, extension: string): RowFormat => {
  const header = headText(input).split(/\r\n?|\n/, 1)[0]!
  const tabs = extension === ".tsv" ||
    (extension !== ".csv" && header.includes("\t") && !header.includes(","))
  return { _tag: "Csv", delimiter: tabs ? "\t" : "," }
}

/** The format to read the file in, or a sentence why there is none. */
export const rowFormat = (input: InputFile, asked: InputFormat): RowFormat | string => {
  const extension = extname(input.name).toLowerCase()
  if (asked === "csv") return csv(input, extension)
  const text = headText(input)
  const named = asked === "jsonl" || extension === ".jsonl" || extension === ".ndjson"
  if (named || extension === ".json") return text.startsWith("[") ? jsonArray : { _tag: "Jsonl" }
  if (extension === ".csv" || extension === ".tsv") return csv(input, extension)
  return text.startsWith("{")
    ? { _tag: "Jsonl" }
    : text.startsWith("[")
    ? jsonArray
    : csv(input, extension)
}
