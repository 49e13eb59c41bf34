// `inkfast init`: a job that works, to start from.
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { TypedCommand } from "../../services/TypedCommand.ts"
import { init } from "../init.ts"
import { withExitCodes } from "./failures.ts"
import { printJson, printLine, say } from "./output.ts"
import { shellQuoted } from "./resumeLine.ts"
import type { Options } from "./tree/init.ts"

export const handle = ({ directory, json, preset }: Options) =>
  Effect.gen(function*() {
    const written = yield* init(directory, Option.getOrUndefined(preset))
    yield* json ? printJson({ written }) : printLine(written.join("\n"))
    const command = yield* TypedCommand
    const place = directory === "." ? [] : ["--job", directory]
    const lines = ["validate", "probe", "generate"].map((verb) =>
      `  ${[...command, verb, ...place].map(shellQuoted).join(" ")}`
    )
    yield* say(["next:", ...lines].join("\n"))
  }).pipe(withExitCodes(json))
