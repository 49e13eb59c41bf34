// One line of a master at a place that is known.
import { Buffer } from "node:buffer"
import * as Effect from "effect/Effect"
import type { Disk, DiskError } from "../durability/Disk.ts"
import { scanLines } from "../durability/Lines.ts"
import { MasterLine } from "./MasterLine.ts"

/** Enough for most lines, and read twice at most where one line is all that is wanted. */
const lineChunkBytes = 32 * 1024

/** The line that begins there, without its newline; undefined where it is damaged or of another slug. */
export const lineOfSlugAt = Effect.fnUntraced(function*(
  path: string,
  offset: number,
  slug: string
): Effect.fn.Return<Buffer | undefined, DiskError, Disk> {
  const line = new MasterLine()
  let found: Buffer | undefined
  yield* scanLines(path, { from: offset, chunkBytes: lineChunkBytes }, (bytes) => {
    const kind = line.read(bytes)
    if ((kind === "verified" || kind === "foreign") && line.slug === slug) {
      found = Buffer.from(line.bytes)
    }
    return false
  })
  return found
})
