// `--out FILE` of a probe: its items and totals as one JSON document, replaced whole, and never in the data directory.
import * as Effect from "effect/Effect"
import type { DiskError } from "../../services/durability/Disk.ts"
import { stage } from "../../services/durability/ReplaceFile.ts"
import { nowIso } from "../../services/Time.ts"
import type { Job } from "../../services/job/Job.ts"
import type { ProbedItem, ProbeReport } from "../probe.ts"
import { checkOut, outRefused } from "./outFile.ts"

export interface ProbeOut {
  readonly item: (item: ProbedItem) => Effect.Effect<void>
  /** The file is there once this is done. Fails with what went wrong on the way, too. */
  readonly finish: (report: ProbeReport) => Effect.Effect<void, DiskError>
}

const bufferedBytesMax = 256 * 1024

/** The file may be written there, or why not. */
const check = Effect.fnUntraced(function*(job: Job, file: string) {
  const target = yield* checkOut(file, {
    dataDirectory: job.dataDirectory,
    input: job.input.path
  })
  if (/\.json$/i.test(target)) return target
  return yield* outRefused(
    `${file}: a report is a .json file; this would replace something else`
  )
})

const head = (job: string, at: string): string =>
  `{"job":${JSON.stringify(job)},"at":${JSON.stringify(at)},"items":[`
const tail = (report: unknown): string => `\n],"report":${JSON.stringify(report)}}\n`
const line = (first: boolean, item: unknown): string =>
  `${first ? "\n" : ",\n"}${JSON.stringify(item)}`

/** Opens the report. Nothing is at its path until it is finished; what was there before stands until then. */
export const openProbeOut = Effect.fnUntraced(function*(job: Job, file: string) {
  const staged = yield* stage(yield* check(job, file))
  let broken: DiskError | undefined
  let waiting = head(job.hash, yield* nowIso)
  let items = 0
  const flush = Effect.suspend(() => {
    const bytes = Buffer.from(waiting)
    waiting = ""
    return staged.append(bytes)
  })
  const out: ProbeOut = {
    item: (item) =>
      Effect.suspend(() => {
        waiting += line(items++ === 0, item)
        if (waiting.length < bufferedBytesMax || broken !== undefined) return Effect.void
        return Effect.catch(flush, (error) =>
          Effect.sync(() => {
            broken = error
          }))
      }),
    finish: (report) =>
      Effect.suspend(() => {
        if (broken !== undefined) return Effect.fail(broken)
        waiting += tail(report)
        return Effect.andThen(flush, staged.commit)
      })
  }
  return out
})
