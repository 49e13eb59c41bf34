// `inkfast export`: the standing records for other programs.
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stdio from "effect/Stdio"
import * as Stream from "effect/Stream"
import { DataDirectory } from "../../services/durability/DataDirectory.ts"
import { replaceFile } from "../../services/durability/ReplaceFile.ts"
import type { Job } from "../../services/job/Job.ts"
import { loadJob } from "../../services/job/LoadJob.ts"
import { exportRecords } from "../exchange/exportRecords.ts"
import type { ExportOptions } from "../exchange/exportRecords.ts"
import { existingData } from "./dataOf.ts"
import { UsageError, withExitCodes } from "./failures.ts"
import { checkOut } from "./outFile.ts"
import { printJson, say } from "./output.ts"
import type { Options } from "./tree/export.ts"

const sinceOf = Effect.fnUntraced(function*(text: string) {
  const time = DateTime.make(text)
  if (Option.isSome(time)) return DateTime.toEpochMillis(time.value)
  return yield* new UsageError({
    message: `--changed-since ${text}: no time; write 2026-01-31 or 2026-01-31T12:00:00Z`
  })
})

const fieldsOf = Effect.fnUntraced(function*(text: string) {
  const fields = text.split(",").map((field) => field.trim())
  if (!fields.includes("")) return fields
  return yield* new UsageError({ message: `--fields ${text}: a name between two commas is empty` })
})

/** Fields that a record of the job may have. */
const fieldsOfJob = (job: Job | undefined): ReadonlyArray<string> => {
  const properties = job?.outputSchema.schema["properties"]
  return typeof properties === "object" && properties !== null ? Object.keys(properties) : []
}

const exportOptions = Effect.fnUntraced(function*(options: Options, job: Job | undefined) {
  const { changedSince, fields, format, out, rawCells, slug } = options
  const result: ExportOptions = {
    format: Option.getOrElse(format, () => out.endsWith(".csv") ? "csv" : "jsonl"),
    fields: Option.isSome(fields) ? yield* fieldsOf(fields.value) : undefined,
    sinceMs: Option.isSome(changedSince) ? yield* sinceOf(changedSince.value) : undefined,
    slug: Option.getOrUndefined(slug),
    knownFields: fieldsOfJob(job),
    rawCells
  }
  return result
})

/** With `--data` alone there is no job. */
const placeOf = Effect.fnUntraced(function*({ data, job }: Options) {
  if (Option.isSome(data)) return { root: yield* existingData(data.value), job: undefined }
  const found = yield* loadJob(job)
  return { root: found.dataDirectory, job: found }
})

export const handle = (options: Options) =>
  Effect.gen(function*() {
    const { job, root } = yield* placeOf(options)
    const wish = yield* exportOptions(options, job)
    const stdio = yield* Stdio.Stdio
    const { json, out } = options
    const target = out === "-"
      ? undefined
      : yield* checkOut(out, { dataDirectory: root, input: job?.input.path })
    const records = yield* exportRecords(
      wish,
      (text) => target === undefined ? Stream.run(text, stdio.stdout()) : replaceFile(target, text)
    ).pipe(Effect.provide(DataDirectory.layer(root)))
    if (target === undefined) return
    yield* json ? printJson({ out, records }) : say(`${records} records written to ${out}`)
  }).pipe(withExitCodes(options.json))
