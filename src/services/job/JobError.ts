// A job that cannot be used: every fault that was found, each with its file, line and key.
import * as Schema from "effect/Schema"

/** `line` counts from 1 and is 0 where it is not known; `key` is empty where the file as a whole is at fault. */
export const JobFault = Schema.Struct({
  /** A path, or `environment`, `command line`, or the `options` or `overrides` of a program. */
  file: Schema.String,
  line: Schema.Int,
  /** `models.base.timeoutMs`, or the name of a variable or flag. */
  key: Schema.String,
  message: Schema.String
})
export type JobFault = typeof JobFault.Type

export class JobError extends Schema.TaggedError<JobError>()("JobError", {
  faults: Schema.Array(JobFault)
}) {
  override get message(): string {
    return this.faults.map(({ file, key, line, message }) =>
      `${file}${line > 0 ? `:${line}` : ""}: ${key === "" ? "" : `${key}: `}${message}`
    ).join("\n")
  }
}
