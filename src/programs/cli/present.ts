// How the command line answers for itself: help as wide as the terminal, and a wrong invocation in one short error to
// stderr with where to read more, under `--json` also on stdout.
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stdio from "effect/Stdio"
import * as Terminal from "effect/Terminal"
import * as CliOutput from "effect/cli/CliOutput"
import { TerminalCapabilities } from "effect/cli/TerminalCapabilities"
import { printJson, printLine, say, visible } from "./output.ts"
import { usageWords } from "./usageWords.ts"
import { wrapHelp } from "./wrapHelp.ts"

type Invalid = CliOutput.Presenter.InvalidInvocation

/** An unknown command has no flags that could be known. */
const errorsOf = ({ errors, helpDoc }: Invalid): ReadonlyArray<string> => {
  const unknown = errors.filter(({ _tag }) => _tag === "UnknownSubcommand")
  return (unknown.length > 0 ? unknown : errors).map((error) => usageWords(error, helpDoc.flags))
}

const sayInvalid = Effect.fnUntraced(function*(event: Invalid, json: boolean) {
  const errors = errorsOf(event).map(visible)
  const see = `See: ${event.commandPath.join(" ")} --help`
  yield* say([...errors.map((error) => `inkfast: ${error}`), see].join("\n"))
  if (!json) return
  yield* printJson({ event: "error", error: "UsageError", message: errors.join("\n") })
})

export const layer: Layer.Layer<never, never, Stdio.Stdio | Terminal.Terminal> = Layer.effect(
  CliOutput.Presenter,
  Effect.gen(function*() {
    const { args, stdoutIsTerminal } = yield* Stdio.Stdio
    const { columns } = yield* Terminal.Terminal
    // What a terminal can do is told by standard input too, which is opened for that: not where nobody looks.
    const formatter = Effect.gen(function*() {
      const colors = (yield* stdoutIsTerminal) && (yield* TerminalCapabilities).canColor
      return CliOutput.defaultFormatter({ colors, globalFlags: "summary" })
    })
    return {
      present: Effect.fnUntraced(function*(event) {
        switch (event._tag) {
          case "Help": {
            const { formatHelpDoc } = yield* formatter
            return yield* printLine(wrapHelp(formatHelpDoc(event.helpDoc), yield* columns))
          }
          case "InvalidInvocation":
            return yield* sayInvalid(event, (yield* args).includes("--json"))
          case "Version": {
            const { formatVersion } = yield* formatter
            return yield* printLine(formatVersion(event.name, event.version))
          }
        }
      })
    }
  })
)
