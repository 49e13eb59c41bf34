// How the command line answers a wrong invocation: one short error to stderr and where to read more.
import * as Effect from "effect/Effect"
import * as CliOutput from "effect/cli/CliOutput"
import { say } from "./output.ts"

const suggestions = /\s*Did you mean this\?\s*([\s\S]*)$/

/** An error in one line: `…; did you mean --budget?`. */
const inOneLine = (message: string): string => {
  const [found, names = ""] = suggestions.exec(message) ?? []
  if (found === undefined) return message.trim()
  return `${message.slice(0, -found.length).trim()}; did you mean ${
    names.trim().split(/\s+/).join(" or ")
  }?`
}

export const presenter: CliOutput.Presenter = {
  present: (event) =>
    event._tag === "InvalidInvocation"
      ? say([
        ...event.errors.map((error) => `inkfast: ${inOneLine(error.message)}`),
        `See: ${event.commandPath.join(" ")} --help`
      ].join("\n"))
      : Effect.suspend(() => CliOutput.defaultPresenter.present(event))
}
