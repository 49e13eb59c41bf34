// `inkfast import`: lines of an older pipeline into the masters.
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Live from "../../layers/Live.ts"
import { Disk } from "../../services/durability/Disk.ts"
import { loadJob } from "../../services/job/LoadJob.ts"
import { importLines } from "../exchange/importLines.ts"
import type { SkippedLine } from "../exchange/importLines.ts"
import { UsageError, withExitCodes } from "./failures.ts"
import { printJson, printLine, say, visible } from "./output.ts"
import type { Options } from "./tree/import.ts"

/** A name with a slip in it must not look like a file without lines. */
const checkFiles = Effect.fnUntraced(function*(files: ReadonlyArray<string>) {
  const disk = yield* Disk
  for (const file of files) {
    const found = yield* disk.stat(file)
    if (Option.isSome(found) && found.value.kind === "file") continue
    return yield* new UsageError({ message: `${file}: there is no such file` })
  }
})

const wordsOf = ({ file, line, slug, why }: SkippedLine): string =>
  visible(`skipped ${file}:${line}: ${slug === null ? "" : `${slug}: `}${why}`)

export const handle = (options: Options) =>
  Effect.gen(function*() {
    const { data, files, job, json } = options
    yield* checkFiles(files)
    const root = Option.isSome(data)
      ? data.value
      : yield* Effect.map(loadJob(job), (found) => found.dataDirectory)
    const onSkip = (line: SkippedLine) =>
      json ? printJson({ event: "skipped", ...line }) : say(wordsOf(line))
    const report = yield* importLines(files, onSkip).pipe(
      Effect.provide(Live.appendersAlone(root))
    )
    yield* json ? printJson({ event: "imported", ...report }) : printLine(
      `${report.lines} lines: ${report.records} records and ${report.rejects} rejects imported into ${root}, ` +
        `${report.skipped} skipped`
    )
  }).pipe(withExitCodes(options.json))
