// Rows of JSONL: one object a line, blank lines skipped, CRLF taken.
import * as Effect from "effect/Effect"
import type * as Pull from "effect/Pull"
import type { InputFaults } from "./InputFaults.ts"
import type { InputError } from "./ItemSource.ts"
import type { Item } from "./Item.ts"
import { jsonSyntaxFault } from "./JsonSyntax.ts"
import { keyFault } from "./Slug.ts"
import type { TextBlock } from "./TextBlocks.ts"

type Rows = [Item, ...Array<Item>]

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

const toItems = (block: TextBlock, key: string, file: string, faults: InputFaults): Array<Item> => {
  const items: Array<Item> = []
  const { text } = block
  let line = block.line
  for (let start = 0; start < text.length; line++) {
    const found = text.indexOf("\n", start)
    const end = found === -1 ? text.length : found
    const row = text.slice(start, text[end - 1] === "\r" && end > start ? end - 1 : end)
    start = end + 1
    // Only a line that does not begin with its object can be blank.
    if (row === "" || (row[0] !== "{" && row.trim() === "")) continue
    const item = toItem(row, line, key, file, faults)
    if (item !== undefined) items.push(item)
  }
  return items
}

export const pullJsonlItems = (
  blocks: Pull.Pull<TextBlock, InputError>,
  options: { readonly key: string; readonly file: string; readonly faults: InputFaults }
): Pull.Pull<Rows, InputError> => {
  const pull: Pull.Pull<Rows, InputError> = Effect.flatMap(blocks, (block) => {
    const items = toItems(block, options.key, options.file, options.faults)
    return items.length === 0 ? pull : Effect.succeed(items as Rows)
  })
  return pull
}
