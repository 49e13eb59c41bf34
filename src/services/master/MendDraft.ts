// What was superseded after it was copied, taken out of a draft: the lines behind it move up, in place. The cost is that of
// what stands behind the first of these lines, not of the whole draft.
import * as Effect from "effect/Effect"
import type { Disk, DiskError } from "../durability/Disk.ts"
import type { StagedFile } from "../durability/ReplaceFile.ts"
import { copyAlive } from "./CopyAlive.ts"
import type { CopyCursor, CopyLines } from "./CopyAlive.ts"
import type { Draft, DraftPart } from "./Draft.ts"
import type { Extents } from "./Extents.ts"
import type { Survivors } from "./Survivors.ts"

/** A master's lines as they stand in the draft: those that were passed over have no bytes there. */
const inDraft = (extents: Extents, count: number): CopyLines => ({
  count,
  lengthOf: (index) => extents.isCopied(index) ? extents.lengthOf(index) : 0,
  isDead: (index) => extents.isDead(index) || !extents.isCopied(index),
  isSealed: (index) => extents.isSealed(index),
  markCopied: (index, isCopied) => extents.markCopied(index, isCopied)
})

/** A part of the draft from the first line on that is taken out, or from its beginning. */
interface Stale {
  readonly part: DraftPart
  /** The line's number in its master, its offset in the draft. */
  readonly cursor: CopyCursor
}

/** What has to move, and the size of the draft. */
const staleParts = (
  parts: ReadonlyArray<DraftPart>,
  { extents }: Survivors
): { readonly stale: ReadonlyArray<Stale>; readonly bytes: number } => {
  const stale: Array<Stale> = []
  let offset = 0
  for (const part of parts) {
    const lines = extents[part.name]
    if (stale.length > 0) stale.push({ part, cursor: { index: part.from, offset } })
    for (let index = part.from; index < part.to; index++) {
      if (!lines.isCopied(index)) continue
      if (stale.length === 0 && lines.isDead(index)) stale.push({ part, cursor: { index, offset } })
      offset += lines.lengthOf(index)
    }
  }
  return { stale, bytes: offset }
}

const partsOf = ({ parts }: Draft) => [parts.masters, parts.rejects]

/** How many bytes `mendDraft` would move. */
export const bytesToMend = (draft: Draft, survivors: Survivors): number =>
  partsOf(draft).reduce((sum, parts) => {
    const { bytes, stale } = staleParts(parts, survivors)
    return sum + bytes - (stale[0]?.cursor.offset ?? bytes)
  }, 0)

const mendFiles = Effect.fnUntraced(function*(
  parts: ReadonlyArray<DraftPart>,
  [first, ...others]: readonly [StagedFile, ...ReadonlyArray<StagedFile>],
  { wrote }: Draft,
  survivors: Survivors
): Effect.fn.Return<void, DiskError, Disk> {
  const { stale: [start, ...rest] } = staleParts(parts, survivors)
  if (start === undefined) return
  const targets = [first, ...others]
  for (const target of targets) yield* target.rewind(start.cursor.offset)
  // What is written never passes what is read: it stands where lines stood that were read before.
  for (const { cursor, part } of [start, ...rest]) {
    const lines = inDraft(survivors.extents[part.name], part.to)
    yield* copyAlive(first.temp, lines, cursor, targets, wrote)
  }
  for (const target of targets) yield* target.trim
})

/** Afterwards the draft is what it was to be, up to where it was copied. */
export const mendDraft = Effect.fnUntraced(function*(
  draft: Draft,
  survivors: Survivors
): Effect.fn.Return<void, DiskError, Disk> {
  const { kept, parts, rejects, successes, updates } = draft
  yield* mendFiles(parts.masters, [updates, successes], draft, survivors)
  yield* mendFiles(parts.rejects, [rejects], draft, survivors)
  kept.masters -= survivors.left.masters
  kept.rejects -= survivors.left.rejects
  survivors.endMend()
})
