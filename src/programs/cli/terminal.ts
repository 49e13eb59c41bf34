// What stderr is: a terminal or not, with or without color, how wide.
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Stdio from "effect/Stdio"
import * as Terminal from "effect/Terminal"
import type { Screen } from "./narrate.ts"

/** Where the width cannot be told, since standard output goes elsewhere. */
const columnsDefault = 80

/** `NO_COLOR` set to anything takes color away (no-color.org). */
export const screen: Effect.Effect<Screen, never, Stdio.Stdio | Terminal.Terminal> = Effect.gen(
  function*() {
    const stdio = yield* Stdio.Stdio
    const terminal = yield* Terminal.Terminal
    const isTerminal = yield* stdio.stderrIsTerminal
    const noColor = yield* Config.String("NO_COLOR").pipe(Config.withDefault(""))
    // Asked for at every line: a window changes its size.
    const columns = isTerminal
      ? Effect.map(terminal.columns, (width) => width > 0 ? width : columnsDefault)
      : Effect.succeed(Infinity)
    return { isTerminal, color: isTerminal && noColor === "", columns }
  }
).pipe(Effect.orDie)
