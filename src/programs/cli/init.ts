// `inkfast init`: a job that works, to start from.
import * as Effect from "effect/Effect"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import { init } from "../init.ts"
import { withExitCodes } from "./failures.ts"
import * as flags from "./flags.ts"
import { printJson, printLine, say } from "./output.ts"

export const command = Command.make("init", {
  directory: Argument.String("directory").pipe(
    Argument.withDescription("Where to write the job (default: the working directory)"),
    Argument.withDefault(".")
  ),
  json: flags.json
}, ({ directory, json }) =>
  Effect.gen(function*() {
    const written = yield* init(directory)
    yield* json ? printJson({ written }) : printLine(written.join("\n"))
    yield* say(`next: inkfast probe --job ${directory}, then inkfast generate --job ${directory}`)
  }).pipe(withExitCodes(json))).pipe(
    Command.withDescription("Writes a working job: inkfast.yaml, prompt.md, schema.json and a small input. Overwrites nothing."),
    Command.withExamples([{ command: "inkfast init shop", description: "A new job in the directory shop" }])
  )
