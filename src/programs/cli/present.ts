// How the command line answers a wrong invocation: one short error to stderr and where to read more.
import * as Effect from "effect/Effect"
import * as CliOutput from "effect/cli/CliOutput"
import { say } from "./output.ts"

export const presenter: CliOutput.Presenter = {
  present: (event) =>
    event._tag === "InvalidInvocation"
      ? say([
        ...event.errors.map((error) => `inkfast: ${error.message.trim()}`),
        `See: ${event.commandPath.join(" ")} --help`
      ].join("\n"))
      : Effect.suspend(() => CliOutput.defaultPresenter.present(event))
}
