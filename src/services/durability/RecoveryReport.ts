// What a recovery did, and how it is told.
import * as path from "node:path"
import type { Damage } from "./Damage.ts"

export interface RecoveryReport {
  /** What was cut out of the log's files, and redo files that were of no use. */
  readonly damage: ReadonlyArray<Damage>
  /** Undamaged lines that were appended anew, because they stood behind damage or were not known to be durable. */
  readonly rewrittenLines: number
  /** Lines copied from the other file, into each file. */
  readonly copiedLines: ReadonlyArray<number>
}

/** Whether nothing had to be done. */
export const isQuiet = (report: RecoveryReport): boolean =>
  report.damage.length === 0 && report.rewrittenLines === 0 &&
  report.copiedLines.every((count) => count === 0)

/** `files` are the log's, in their order. */
export const recoveryWords = (
  files: ReadonlyArray<string>,
  report: RecoveryReport
): ReadonlyArray<string> => [
  ...(report.rewrittenLines > 0 ? [`wrote ${report.rewrittenLines} lines at the end anew`] : []),
  ...report.copiedLines.flatMap((count, index) =>
    count > 0 ? [`copied ${count} lines into ${path.basename(files[index] ?? "")}`] : []
  ),
  ...report.damage.map(({ bytes, file, offset, path: aside }) =>
    `moved ${bytes} damaged bytes at byte ${offset} of ${path.basename(file)} to ${aside}`
  )
]
