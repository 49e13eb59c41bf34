// What is known already of an input that was checked before, and how far that can be believed.
//
// Contents that were checked are believed to be the same where the file's number, its length and both of its times are
// what they were, and a sample of its bytes is, too. The second of the times is the system's own and cannot be set, but
// it is as coarse as its clock: where it is not clearly older than the check, or anything else differs, all bytes are
// held against the checksums of the check. That is reading, not parsing, and takes a tenth of the time.
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Disk, DiskError, FileStat } from "../durability/Disk.ts"
import { openChecked } from "./CheckedFile.ts"
import type { CheckedInput } from "./CheckedFile.ts"
import { hasContents } from "./ContentSums.ts"
import { changed } from "./InputFile.ts"
import type { InputFile } from "./InputFile.ts"
import { formatText } from "./InputFormat.ts"
import type { RowFormat } from "./InputFormat.ts"
import { firstPlace } from "./TextBlocks.ts"

export type Recalled =
  /** `isNews`: it had to be read to be believed, and kept as it is told here need not be the next time. */
  | { readonly _tag: "Same"; readonly checked: CheckedInput; readonly isNews: boolean }
  /** More rows follow those that were checked. */
  | { readonly _tag: "Grown"; readonly checked: CheckedInput }
  /** Something was checked, but not this. */
  | { readonly _tag: "Changed" }
  | { readonly _tag: "Unknown" }

/** Times of file systems are as coarse as two seconds. */
const clockStepMs = 2000

/** What a check that begins now can later be told by. */
export const identityOf = (stat: FileStat, checkedAtMs: number) => ({
  inode: stat.inode,
  size: stat.size,
  modifiedAtMs: stat.modifiedAtMs,
  changedAtMs: stat.changedAtMs,
  checkedAtMs
})

const isIdentified = (checked: CheckedInput, stat: FileStat): boolean =>
  checked.inode === stat.inode && checked.size === stat.size &&
  checked.modifiedAtMs === stat.modifiedAtMs && checked.changedAtMs === stat.changedAtMs &&
  checked.changedAtMs + clockStepMs <= checked.checkedAtMs

/** Compares what was kept in the file of that path with the input as it is now. Reads only. */
export const recallInput = Effect.fnUntraced(function*(
  path: string | undefined,
  { format, input, key }: {
    readonly input: InputFile
    readonly key: string
    readonly format: RowFormat
  }
): Effect.fn.Return<Recalled, DiskError, Disk | Scope.Scope> {
  if (path === undefined || input.name === "-") return { _tag: "Unknown" }
  const checked = yield* openChecked(path, changed(input))
  if (checked === undefined) return { _tag: "Unknown" }
  const { file, stat } = input
  const end = checked.start + checked.bytes
  const mayBe = checked.key === key && checked.format === formatText(format) &&
    checked.start === firstPlace(input).position &&
    (stat.size === end || (stat.size > end && checked.nextLine > 0))
  if (!mayBe) return { _tag: "Changed" }
  if (isIdentified(checked, stat) && (yield* hasContents(file, checked, "sample"))) {
    return { _tag: "Same", checked, isNews: false }
  }
  if (!(yield* hasContents(file, checked, "all"))) return { _tag: "Changed" }
  if (stat.size > end) return { _tag: "Grown", checked }
  const anew = { ...checked, ...identityOf(stat, yield* Clock.currentTimeMillis) }
  return { _tag: "Same", checked: anew, isNews: isIdentified(anew, stat) }
})
