// A large file of generated lines.
import { Buffer } from "node:buffer"
import { once } from "node:events"
import * as fs from "node:fs"
import { finished } from "node:stream/promises"

/** Writes what `bytesOf` answers for each number, thousands at once. */
export const writeMany = async (
  file: string,
  count: number,
  bytesOf: (n: number) => Uint8Array
): Promise<void> => {
  const out = fs.createWriteStream(file)
  for (let from = 0; from < count; from += 1000) {
    const length = Math.min(1000, count - from)
    const bytes = Buffer.concat(Array.from({ length }, (_, at) => bytesOf(from + at)))
    if (!out.write(bytes)) await once(out, "drain")
  }
  await finished(out.end())
}
