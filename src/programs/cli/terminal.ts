// What stderr is: a terminal or not, with or without color, how wide.
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Stdio from "effect/Stdio"
import type { Terminal } from "./narrate.ts"

const columnsDefault = 120

/** `NO_COLOR` set to anything takes color away (no-color.org). */
export const terminal: Effect.Effect<Terminal, never, Stdio.Stdio> = Effect.gen(function*() {
  const stdio = yield* Stdio.Stdio
  const isTerminal = yield* stdio.stderrIsTerminal
  const noColor = yield* Config.String("NO_COLOR").pipe(Config.withDefault(""))
  const columns = yield* Config.Int("COLUMNS").pipe(Config.withDefault(columnsDefault))
  return { isTerminal, color: isTerminal && noColor === "", columns }
}).pipe(Effect.orDie)
