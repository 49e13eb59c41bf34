// Why a line could not be made durable.
import * as Schema from "effect/Schema"

export class AppendError extends Schema.TaggedError<AppendError>()("AppendError", {
  /** The files of the log that could not be written. */
  files: Schema.Array(Schema.String),
  /**
   * `Write`: this batch failed, what became of it is unknown until recovery. `Poisoned`: an earlier batch failed and
   * nothing was tried. `Closed`: the log's scope has ended. `TooLarge`: the line is over the bound; nothing was tried.
   * `NoSpace`: the disk has no room for what is about to come; nothing was tried.
   */
  reason: Schema.Literals(["Write", "Poisoned", "Closed", "TooLarge", "NoSpace"]),
  /** The system's code of the first failure (`ENOSPC`, `EIO`, …), where there is one. */
  code: Schema.String,
  detail: Schema.String
}) {
  override get message(): string {
    return `cannot append to ${this.files.join(" and ")}: ${this.detail}`
  }
}
