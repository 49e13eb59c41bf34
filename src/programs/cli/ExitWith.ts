// The end of a command with an exit code of its own, everything that was to be said having been said.
import * as Runtime from "effect/Runtime"
import * as Schema from "effect/Schema"

export class ExitWith extends Schema.TaggedError<ExitWith>()("ExitWith", { code: Schema.Int }) {
  override readonly [Runtime.errorReported] = false
  override get [Runtime.errorExitCode](): number {
    return this.code
  }
}
