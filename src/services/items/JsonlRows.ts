// Rows of JSONL: one object a line, blank lines skipped, CRLF taken.
import * as Effect from "effect/Effect"
import type * as Pull from "effect/Pull"
import { Buffer } from "node:buffer"
import { makeInputFaults } from "./InputFaults.ts"
import type { InputFaults } from "./InputFaults.ts"
import type { InputError } from "./ItemSource.ts"
import type { Item } from "./Item.ts"
import { jsonSyntaxFault } from "./JsonSyntax.ts"
import { keyFault } from "./Slug.ts"
import type { TextBlock } from "./TextBlocks.ts"

/** Items of one block, in order. */
export interface ItemBlock {
  readonly items: ReadonlyArray<Item>
  /** Where the row of each begins in the file; none where that is not known. */
  readonly offsets: ReadonlyArray<number>
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const notAnObject = (value: unknown): string =>
  `the row is ${
    value === null ? "null" : Array.isArray(value) ? "a list" : `a ${typeof value}`
  }, not an object such as {"slug":"…"}`

/** The item of a line that is not blank; undefined, with a fault added, when it is none. */
const toItem = (
  text: string,
  line: number,
  key: string,
  file: string,
  faults: InputFaults
): Item | undefined => {
  const value = parse(text)
  if (value === undefined) {
    faults.add(line, null, jsonSyntaxFault(text))
    return undefined
  }
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    faults.add(line, null, notAnObject(value))
    return undefined
  }
  const fields = value as Item["fields"]
  const fault = keyFault(key, fields)
  if (fault !== undefined) {
    const slug = fields[key]
    faults.add(line, typeof slug === "string" ? slug : null, fault)
    return undefined
  }
  return { slug: fields[key] as string, fields, file, line }
}

/** The item of a row by itself, which was checked before; undefined where it is none. */
export const itemOfRow = (
  row: string,
  { file, key, line }: { readonly key: string; readonly file: string; readonly line: number }
): Item | undefined => toItem(row, line, key, file, makeInputFaults(file))

const toBlock = (block: TextBlock, key: string, file: string, faults: InputFaults): ItemBlock => {
  const items: Array<Item> = []
  const offsets: Array<number> = []
  const { text } = block
  const isAscii = text.length === block.bytes.length
  let offset = block.position
  let line = block.line
  for (let start = 0; start < text.length; line++) {
    const found = text.indexOf("\n", start)
    const end = found === -1 ? text.length : found
    const row = text.slice(start, text[end - 1] === "\r" && end > start ? end - 1 : end)
    const at = offset
    offset += isAscii ? end + 1 - start : Buffer.byteLength(text.slice(start, end)) + 1
    start = end + 1
    // Only a line that does not begin with its object can be blank.
    if (row === "" || (row[0] !== "{" && row.trim() === "")) continue
    const item = toItem(row, line, key, file, faults)
    if (item === undefined) continue
    items.push(item)
    offsets.push(at)
  }
  return { items, offsets }
}

export const pullJsonlBlocks = (
  blocks: Pull.Pull<TextBlock, InputError>,
  options: { readonly key: string; readonly file: string; readonly faults: InputFaults }
): Pull.Pull<ItemBlock, InputError> =>
  Effect.map(blocks, (block) => toBlock(block, options.key, options.file, options.faults))
