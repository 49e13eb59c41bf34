// `inkfast init`: a job that works, to start from.
import * as Effect from "effect/Effect"
import { init } from "../init.ts"
import { withExitCodes } from "./failures.ts"
import { printJson, printLine, say } from "./output.ts"
import type { Options } from "./tree/init.ts"

export const handle = ({ directory, json }: Options) =>
  Effect.gen(function*() {
    const written = yield* init(directory)
    yield* json ? printJson({ written }) : printLine(written.join("\n"))
    yield* say(`next: inkfast probe --job ${directory}, then inkfast generate --job ${directory}`)
  }).pipe(withExitCodes(json))
