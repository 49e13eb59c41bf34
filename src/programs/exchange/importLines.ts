// Lines of an older pipeline's masters and raw run files taken into ours, through the durable appenders.
//
// A line is a plain record (`slug` and content) or a reject (`slug` and `error`). Of several lines of one slug the last
// one counts, and a record over any reject. What has an end here already is left alone, so that an import may be cut off
// and repeated: a slug never comes in twice. An event of a journal of ours is content of nobody's.
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { digest } from "../../services/Digest.ts"
import type { AppendError } from "../../services/durability/AppendError.ts"
import { DurableAppender } from "../../services/durability/DurableAppender.ts"
import { streamLines } from "../../services/durability/StreamLines.ts"
import type { StreamedLine } from "../../services/durability/StreamLines.ts"
import { RejectLog } from "../../services/durability/RejectLog.ts"
import { exactObject } from "../../services/ExactJson.ts"
import { slugFault } from "../../services/items/Slug.ts"
import { makeSlugTable } from "../../services/items/SlugTable.ts"
import type { SlugTable } from "../../services/items/SlugTable.ts"
import { importedId } from "../../services/master/ImportedId.ts"
import { MasterLine } from "../../services/master/MasterLine.ts"
import { RecordMeta } from "../../services/master/Record.ts"
import type { MasterRecord } from "../../services/master/Record.ts"
import { Reject } from "../../services/master/Reject.ts"
import { loadSettled, settledAs } from "../../services/master/Settled.ts"
import type { SettledSlugs } from "../../services/master/SettledSlugs.ts"
import { nowIso } from "../../services/Time.ts"

export interface SkippedLine {
  readonly file: string
  /** Counts from 1. */
  readonly line: number
  readonly slug: string | null
  readonly why: string
}

export interface ImportReport {
  /** Blank ones left out: records + rejects + skipped. */
  readonly lines: number
  readonly records: number
  readonly rejects: number
  readonly skipped: number
}

type Fields = { readonly [key: string]: unknown }

type Found =
  | { readonly _tag: "Record"; readonly slug: string; readonly object: Fields }
  | { readonly _tag: "Reject"; readonly slug: string; readonly object: Fields }
  | { readonly _tag: "Blank" }
  | { readonly _tag: "Unusable"; readonly slug: string | null; readonly why: string }

const isOwnMeta = Schema.is(RecordMeta)
const isOwnReject = Schema.is(Reject)

const contentOf = ({ _crc, _meta, slug: _slug, ...content }: Fields): Fields => content

const isError = (value: unknown): boolean =>
  value !== undefined && value !== null && value !== false && value !== ""

const journalTags = new Set(["intent", "response", "failure", "verdict", "end"])

/** Whatever version of ours wrote it, and whether its checksum was kept or not. */
const isJournalEvent = ({ _tag, at, id }: Fields): boolean =>
  typeof _tag === "string" && journalTags.has(_tag) && typeof id === "string" &&
  typeof at === "string"

const readLine = (master: MasterLine, { line, terminated }: StreamedLine): Found => {
  const kind = master.read(line)
  if (kind === "blank") return { _tag: "Blank" }
  if (kind === "corrupt") {
    const why = terminated
      ? master.problem
      : "it ends in no newline and is not whole: the file was cut off, or is still being written"
    return { _tag: "Unusable", slug: null, why }
  }
  const { slug } = master
  const object = master.object ?? {}
  const fault = slugFault("slug", slug)
  if (fault !== undefined) return { _tag: "Unusable", slug, why: fault }
  if (isJournalEvent(object)) {
    const why = "it is an event of a run's journal, and no record: journals belong in raw/"
    return { _tag: "Unusable", slug, why }
  }
  if (isError(object["error"]) || isOwnReject(object)) return { _tag: "Reject", slug, object }
  return Object.keys(contentOf(object)).length === 0
    ? { _tag: "Unusable", slug, why: "it has no content beside its slug" }
    : { _tag: "Record", slug, object }
}

/** A record's own provenance where it is ours; else what is known: where the line came from, and when it came in. */
const toRecord = (
  slug: string,
  object: Fields,
  content: Fields,
  file: string,
  at: string
): MasterRecord => {
  const own = object["_meta"]
  if (isOwnMeta(own)) return { slug, content, meta: own }
  const text = (key: string): string => typeof object[key] === "string" ? object[key] : "unknown"
  return {
    slug,
    content,
    meta: {
      id: importedId(digest(`${file}\n${JSON.stringify(object)}`)),
      runId: "import",
      model: text("model"),
      requestedModel: text("model"),
      rung: 0,
      attempt: 0,
      promptHash: "",
      schemaHash: "",
      evidenceHash: "",
      usage: null,
      costUsd: 0,
      acceptedAt: at,
      qa: { rules: "", warnings: [] }
    }
  }
}

const toReject = (slug: string, object: Fields, file: string, at: string): Reject => {
  const { _crc, ...rest } = object
  if (isOwnReject(rest)) return rest
  const error = object["error"]
  return {
    slug,
    cause: "Abandoned",
    reason: typeof error === "string" ? error : JSON.stringify(error),
    findings: [],
    _meta: {
      id: importedId(digest(`${file}\n${JSON.stringify(object)}`)),
      runId: "import",
      attempts: 0,
      retries: 0,
      costUsd: 0,
      rejectedAt: at
    }
  }
}

/** Lines of all files are numbered together, in the order the files were named. */
const firstPass = Effect.fnUntraced(function*(files: ReadonlyArray<string>) {
  const records = makeSlugTable()
  const rejects = makeSlugTable()
  const master = new MasterLine()
  let lines = 0
  const note = (line: StreamedLine): void => {
    const found = readLine(master, line)
    if (found._tag === "Record") records.set(found.slug, lines)
    if (found._tag === "Reject") rejects.set(found.slug, lines)
    lines++
  }
  for (const file of files) {
    yield* Stream.runForEachArray(
      streamLines(file),
      (some) => Effect.sync(() => some.forEach(note))
    )
  }
  return { records, rejects }
})

/** Why a line that could come in does not; undefined where it does. */
const whyNot = (
  found: Extract<Found, { readonly slug: string; readonly object: Fields }>,
  number: number,
  last: { readonly records: SlugTable; readonly rejects: SlugTable },
  settled: SettledSlugs
): string | undefined => {
  const before = settledAs(settled, found.slug)
  if (before === "accepted") return "it has a record here already"
  const record = last.records.get(found.slug)
  if (found._tag === "Reject") {
    if (before === "rejected") return "it has a reject here already"
    if (record !== undefined) return "a record of it is imported"
  }
  const newest = found._tag === "Record" ? record : last.rejects.get(found.slug)
  return newest === number ? undefined : "a later line of it is imported"
}

const inFlightMax = 256

/**
 * Requires that the files are whole (nobody writes them meanwhile), and that no run works on the data directory: it would
 * pay for items that come in. Every line that does not come in is told.
 */
export const importLines = Effect.fnUntraced(function*(
  files: ReadonlyArray<string>,
  onSkip: (line: SkippedLine) => Effect.Effect<void>
) {
  const appender = yield* DurableAppender
  const rejectLog = yield* RejectLog
  const settled = yield* loadSettled
  const last = yield* firstPass(files)
  const at = yield* nowIso
  const report = { lines: 0, records: 0, rejects: 0, skipped: 0 }
  let number = 0
  const master = new MasterLine()
  const takeIn = (
    file: string,
    line: StreamedLine,
    own: number
  ): Effect.Effect<void, AppendError> => {
    const found = readLine(master, line)
    if (found._tag === "Blank") return Effect.void
    report.lines++
    const why = found._tag === "Unusable" ? found.why : whyNot(found, own, last, settled)
    if (found._tag === "Unusable" || why !== undefined) {
      report.skipped++
      return onSkip({ file, line: line.lineNumber, slug: found.slug, why: why ?? "" })
    }
    const { object, slug } = found
    if (found._tag === "Reject") {
      return Effect.map(
        rejectLog.append(toReject(slug, object, file, at)),
        () => void report.rejects++
      )
    }
    const content = contentOf(exactObject(master.bytes.toString("utf8")) ?? object)
    return Effect.map(
      appender.append(toRecord(slug, object, content, file, at)),
      () => void report.records++
    )
  }
  for (const file of files) {
    yield* streamLines(file).pipe(
      Stream.map((line) => ({ line, own: number++ })),
      Stream.mapEffect(
        ({ line, own }) => Effect.suspend(() => takeIn(file, line, own)),
        { concurrency: inFlightMax }
      ),
      Stream.runDrain
    )
  }
  const done: ImportReport = report
  return done
})
