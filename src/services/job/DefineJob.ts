// A job written down in a program instead of in files: the same settings, checked the same way.
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { makeRuleSet } from "../qa/RuleSet.ts"
import { decodeSettings, judgePromptOf, outputSchemaOf, promptOf, toJob } from "./AssembleJob.ts"
import type { Job } from "./Job.ts"
import { JobError } from "./JobError.ts"
import { decodeRules } from "./QaSettings.ts"
import { keyOf } from "./SettingFaults.ts"
import type { SettingFault } from "./SettingFaults.ts"
import type { Settings } from "./Settings.ts"

export interface JobDefinition {
  /** What inkfast.yaml would say; `prompt` and `schema` are given below instead. */
  readonly settings: Omit<typeof Settings.Encoded, "prompt" | "schema" | "pricesFile">
  /** The text of a prompt file: `--- system` and `--- user` parts in Liquid. */
  readonly prompt: string
  /** The text of the judge's prompt file, where the settings name a judge; `judge.prompt` is not read. */
  readonly judgePrompt?: string
  /** JSON Schema 2020-12 of the output, an object. */
  readonly schema: { readonly [key: string]: unknown }
  /** Where relative paths of the settings start. Default: the working directory. */
  readonly directory?: string
}

const settingsName = "job definition"

const failed = (faults: ReadonlyArray<SettingFault>): JobError =>
  new JobError({
    faults: faults.map(({ message, path }) => ({
      file: settingsName,
      line: 0,
      key: keyOf(path),
      message
    }))
  })

/** A value that JSON does not have is no schema. */
const jsonOf = (schema: unknown): string | undefined => {
  try {
    return JSON.stringify(schema)
  } catch {
    return undefined
  }
}

/** What the definition gives beside the settings may not stand in them too: it would be ignored. */
const givenTwice = (settings: { readonly [key: string]: unknown }): ReadonlyArray<SettingFault> =>
  ["prompt", "schema", "pricesFile"].filter((key) => Object.hasOwn(settings, key)).map((key) => ({
    path: [key],
    message: key === "pricesFile"
      ? "is for a job that is read from files; in a definition, give prices"
      : `stands in a file's settings; in a definition it is given beside them`
  }))

export const defineJob = Effect.fnUntraced(
  function*(definition: JobDefinition): Effect.fn.Return<Job, JobError> {
    const twice = givenTwice({ ...definition.settings })
    if (twice.length > 0) return yield* failed(twice)
    const settings = decodeSettings(definition.settings)
    if (Result.isFailure(settings)) return yield* failed(settings.failure)
    const schemaJson = jsonOf(definition.schema)
    if (schemaJson === undefined) {
      return yield* failed([{ path: ["schema"], message: "is not JSON; give a plain object" }])
    }
    const prompt = yield* promptOf("prompt", definition.prompt)
    const outputSchema = yield* outputSchemaOf("schema", schemaJson)
    const { judge } = settings.success
    if (judge !== undefined && definition.judgePrompt === undefined) {
      return yield* failed([{
        path: ["judge"],
        message: "has no prompt; in a definition give it as judgePrompt"
      }])
    }
    const judgePrompt = judge === undefined || definition.judgePrompt === undefined
      ? undefined
      : yield* judgePromptOf("judgePrompt", definition.judgePrompt)
    const rules = decodeRules(settings.success.qa, outputSchema.schema)
    if (Result.isFailure(rules)) return yield* failed(rules.failure)
    return toJob(definition.directory ?? ".", settings.success, {
      prompt,
      outputSchema,
      rules: makeRuleSet(rules.success),
      judgePrompt
    })
  }
)
