// `inkfast init`: a job that works, to start from.
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { init } from "../init.ts"
import { withExitCodes } from "./failures.ts"
import { printJson, printLine, say } from "./output.ts"
import type { Options } from "./tree/init.ts"

export const handle = ({ directory, json, preset }: Options) =>
  Effect.gen(function*() {
    const written = yield* init(directory, Option.getOrUndefined(preset))
    yield* json ? printJson({ written }) : printLine(written.join("\n"))
    yield* say(
      `next: inkfast validate --job ${directory}, inkfast probe --job ${directory}, then inkfast generate --job ${directory}`
    )
  }).pipe(withExitCodes(json))
