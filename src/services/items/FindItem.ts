// One row of the input by its slug, without checking the whole input for it.
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { Disk } from "../durability/Disk.ts"
import { scanLines } from "../durability/Lines.ts"
import { SlugPrint } from "./Fingerprint.ts"
import type { Item } from "./Item.ts"
import { openItems } from "./OpenItems.ts"
import type { InputOptions } from "./OpenItems.ts"

const spelledOf = (slug: string): Buffer => Buffer.from(JSON.stringify(slug))

/** The first line of JSONL that spells the slug and is its row; parses no other. */
const findLine = Effect.fnUntraced(function*({ key, path }: InputOptions, slug: string) {
  const spelled = spelledOf(slug)
  let found: Item | undefined
  yield* scanLines(path, {}, (bytes, _offset, line) => {
    if (!bytes.includes(spelled)) return
    const fields = fieldsOf(bytes)
    if (fields?.[key] !== slug) return
    found = { slug, fields, file: path, line }
    return false
  })
  return found
})

const fieldsOf = (line: Buffer): Item["fields"] | undefined => {
  try {
    const value: unknown = JSON.parse(line.toString("utf8"))
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? value as Item["fields"]
      : undefined
  } catch {
    return undefined
  }
}

const isJsonl = ({ format, path }: InputOptions): boolean =>
  path !== "-" && (format === "jsonl" || (format === "auto" && /\.jsonl$/i.test(path)))

/** Undefined where the input has no such row. An input that has faults fails only where all of it has to be read. */
export const findItem = Effect.fnUntraced(function*(input: InputOptions, slug: string) {
  const isThere = isJsonl(input) && Option.isSome(yield* (yield* Disk).stat(input.path))
  const found = isThere ? yield* findLine(input, slug) : undefined
  if (found !== undefined) return found
  // An input may spell it with escapes, or be no JSONL.
  const source = yield* openItems(input)
  const print = new SlugPrint()
  print.ofText(slug)
  const isIt = (prints: Uint32Array, at: number): boolean =>
    print.words.every((word, each) => prints[at + each] === word)
  return Option.getOrUndefined(yield* Stream.runHead(source.pick(isIt)))
}, Effect.scoped)
