// A job directory read into a Job: inkfast.yaml, the prompt and the output schema, every fault listed at once.
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import { basename, dirname, join } from "node:path"
import { Disk } from "../durability/Disk.ts"
import type { DiskError } from "../durability/Disk.ts"
import { readTextFile } from "../durability/FileIo.ts"
import { makeRuleSet } from "../qa/RuleSet.ts"
import {
  decodeSettings,
  judgePromptOf,
  outputSchemaOf,
  promptOf,
  resolve,
  toJob
} from "./AssembleJob.ts"
import type { Job } from "./Job.ts"
import { JobError } from "./JobError.ts"
import type { JobFault } from "./JobError.ts"
import { withPriceFile } from "./PriceFile.ts"
import { decodeRules } from "./QaSettings.ts"
import { keyOf } from "./SettingFaults.ts"
import type { SettingFault } from "./SettingFaults.ts"
import { lineOfKey, parseYaml } from "./YamlFile.ts"

const fileBytesMax = 4 * 1024 * 1024

const failed = (file: string, message: string): JobError =>
  new JobError({ faults: [{ file, line: 0, key: "", message }] })

const unreadable = (file: string, missing: string) => (error: DiskError): JobError => {
  const reason = error.code === "ENOENT"
    ? missing
    : error.code === "EILSEQ"
    ? "is not UTF-8 text; convert it, for example with iconv -f latin1 -t utf-8"
    : `cannot be read: ${error.code}: ${error.detail}`
  return failed(file, reason)
}

/** The settings file: of a directory its inkfast.yaml, and a file is itself. */
const settingsFile = (disk: Disk["Service"], path: string): Effect.Effect<string, JobError> =>
  path === ""
    ? Effect.fail(failed("job", `is ""; must be the path of a directory with an inkfast.yaml`))
    : disk.stat(path).pipe(
      Effect.mapError(unreadable(path, "no such directory")),
      Effect.flatMap((stat) =>
        Option.isNone(stat)
          ? Effect.fail(failed(path, `no job here; write one with: inkfast init ${path}`))
          : Effect.succeed(stat.value.kind === "directory" ? join(path, "inkfast.yaml") : path)
      )
    )

const readSettings = (disk: Disk["Service"], file: string) =>
  Effect.gen(function*() {
    const missing = `no such file; write a job with: inkfast init ${dirname(file)}`
    const source = yield* Effect.mapError(
      readTextFile(disk, file, fileBytesMax),
      unreadable(file, missing)
    )
    const fail = (faults: ReadonlyArray<SettingFault>) =>
      Effect.fail(
        new JobError({
          faults: faults.map(({ message, path }) => ({
            file,
            line: lineOfKey(source, path),
            key: keyOf(path),
            message
          }))
            .sort((a, b) => a.line - b.line)
        })
      )
    const parsed = parseYaml(source)
    if (Result.isFailure(parsed)) {
      const { line, message } = parsed.failure
      return yield* new JobError({ faults: [{ file, line, key: "", message }] })
    }
    const decoded = decodeSettings(parsed.success)
    if (Result.isFailure(decoded)) return yield* fail(decoded.failure)
    return { settings: decoded.success, fail }
  })

/** A file that the settings name: `what` it holds, and the key that names it. */
const readPart = <A>(
  disk: Disk["Service"],
  file: string,
  { key, parse, what }: {
    readonly what: string
    readonly key: string
    readonly parse: (file: string, text: string) => Effect.Effect<A, JobError>
  }
): Effect.Effect<A, JobError> =>
  readTextFile(disk, file, fileBytesMax).pipe(
    Effect.mapError(
      unreadable(
        file,
        `no such file; write the ${what} there, or name another as ${key} in inkfast.yaml`
      )
    ),
    Effect.flatMap((text) => parse(file, text))
  )

const promptPart = { what: "prompt", key: "prompt", parse: promptOf }
const judgePromptPart = { what: "judge's prompt", key: "judge.prompt", parse: judgePromptOf }
const schemaPart = { what: "output schema", key: "schema", parse: outputSchemaOf }

const faultsOf = <A>(part: Result.Result<A, JobError>): ReadonlyArray<JobFault> =>
  Result.isFailure(part) ? part.failure.faults : []

/**
 * Loads a job from its directory, or from its settings file. Paths in it are relative to the directory. Fails with all
 * faults of inkfast.yaml, or, when there are none, with those of the prompt and the schema together.
 */
export const loadJob = (path: string): Effect.Effect<Job, JobError, Disk> =>
  Effect.gen(function*() {
    const disk = yield* Disk
    const file = yield* settingsFile(disk, path)
    const directory = basename(file) === file ? "." : dirname(file)
    const { fail, settings } = yield* readSettings(disk, file)
    const prompt = yield* Effect.result(
      readPart(disk, resolve(directory, settings.prompt), promptPart)
    )
    const outputSchema = yield* Effect.result(
      readPart(disk, resolve(directory, settings.schema), schemaPart)
    )
    const { judge } = settings
    const judgePrompt = judge === undefined
      ? Result.succeed(undefined)
      : yield* Effect.result(readPart(disk, resolve(directory, judge.prompt), judgePromptPart))
    if (
      Result.isFailure(prompt) || Result.isFailure(outputSchema) || Result.isFailure(judgePrompt)
    ) {
      return yield* new JobError({
        faults: [...faultsOf(prompt), ...faultsOf(outputSchema), ...faultsOf(judgePrompt)]
      })
    }
    const rules = decodeRules(settings.qa, outputSchema.success.schema)
    if (Result.isFailure(rules)) return yield* fail(rules.failure)
    const job = toJob(directory, settings, {
      prompt: prompt.success,
      outputSchema: outputSchema.success,
      rules: makeRuleSet(rules.success),
      judgePrompt: judgePrompt.success
    })
    const { pricesFile } = settings
    return pricesFile === undefined
      ? job
      : yield* withPriceFile(job, resolve(directory, pricesFile))
  })
