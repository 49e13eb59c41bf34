// `--out FILE` of a probe: its items and totals as one JSON document, replaced whole, and never in the data directory.
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as path from "node:path"
import { Disk } from "../../services/durability/Disk.ts"
import { stage } from "../../services/durability/ReplaceFile.ts"
import { nowIso } from "../../services/Time.ts"
import type { Job } from "../../services/job/Job.ts"
import { nearestDirectory } from "../doctor/nearestDirectory.ts"
import type { ProbedItem, ProbeReport } from "../probe.ts"
import { UsageError } from "./failures.ts"

export interface ProbeOut {
  readonly item: (item: ProbedItem) => Effect.Effect<void>
  /** The file is there once this is done. Fails with what went wrong on the way, too. */
  readonly finish: (report: ProbeReport) => Effect.Effect<void, UsageError>
}

const bufferedBytesMax = 256 * 1024

const refused = (message: string): UsageError => new UsageError({ message: `--out: ${message}` })

/** A path as the disk has it, links resolved as far as it exists. */
const resolved = Effect.fnUntraced(function*(name: string) {
  const disk = yield* Disk
  const at = path.resolve(name)
  const existing = yield* nearestDirectory(at)
  return path.resolve(yield* disk.realPath(existing), path.relative(existing, at))
})

const isInside = (directory: string, file: string): boolean =>
  file === directory || file.startsWith(directory.endsWith("/") ? directory : `${directory}/`)

/** The file may be written there, or why not. */
const check = Effect.fnUntraced(function*(job: Job, file: string) {
  const disk = yield* Disk
  const target = yield* resolved(file)
  if (isInside(yield* resolved(job.dataDirectory), target)) {
    return yield* refused(
      `${file} is inside the data directory, which a probe does not change; name a file elsewhere`
    )
  }
  const parent = yield* disk.stat(path.dirname(target))
  if (!Option.exists(parent, ({ kind }) => kind === "directory")) {
    return yield* refused(`${file}: its directory does not exist; create it first`)
  }
  const there = yield* disk.stat(target)
  if (Option.exists(there, ({ kind }) => kind !== "file")) {
    return yield* refused(`${file} is no regular file`)
  }
  const own = job.input.path === "-" ? "" : yield* resolved(job.input.path)
  if (target === own || !/\.json$/i.test(target)) {
    return yield* refused(`${file}: a report is a .json file; this would replace something else`)
  }
  return target
})

const head = (job: string, at: string): string =>
  `{"job":${JSON.stringify(job)},"at":${JSON.stringify(at)},"items":[`
const tail = (report: unknown): string => `\n],"report":${JSON.stringify(report)}}\n`
const line = (first: boolean, item: unknown): string =>
  `${first ? "\n" : ",\n"}${JSON.stringify(item)}`

/** Opens the report. Nothing is at its path until it is finished; what was there before stands until then. */
export const openProbeOut = Effect.fnUntraced(function*(job: Job, file: string) {
  const staged = yield* stage(yield* check(job, file))
  let broken: UsageError | undefined
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
            broken = refused(`${file} cannot be written: ${error.message}`)
          }))
      }),
    finish: (report) =>
      Effect.suspend(() => {
        if (broken !== undefined) return Effect.fail(broken)
        waiting += tail(report)
        return Effect.mapError(
          Effect.andThen(flush, staged.commit),
          (error) => refused(`${file} cannot be written: ${error.message}`)
        )
      })
  }
  return out
})
