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

const help = Effect.fnUntraced(
  function*({ helpDoc }: CliOutput.Presenter.Help, columns: number) {
    const { canColor } = yield* TerminalCapabilities
    const formatter = CliOutput.defaultFormatter({ colors: canColor, globalFlags: "summary" })
    yield* printLine(wrapHelp(formatter.formatHelpDoc(helpDoc), columns))
  }
)

export const layer: Layer.Layer<never, never, Stdio.Stdio | Terminal.Terminal> = Layer.effect(
  CliOutput.Presenter,
  Effect.gen(function*() {
    const { args } = yield* Stdio.Stdio
    const terminal = yield* Terminal.Terminal
    return {
      present: (event) => {
        switch (event._tag) {
          case "Help":
            return Effect.flatMap(terminal.columns, (columns) => help(event, columns))
          case "InvalidInvocation":
            return Effect.flatMap(args, (words) => sayInvalid(event, words.includes("--json")))
          case "Version":
            return CliOutput.defaultPresenter.present(event)
        }
      }
    }
  })
)
