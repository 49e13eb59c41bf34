// How this very program is started once more, as a process of its own.
import * as Context from "effect/Context"

/** The executable, and the words that go before a command of ours. Never empty. */
export class OwnCommand
  extends Context.Service<OwnCommand, readonly [string, ...ReadonlyArray<string>]>()(
    "inkfast/services/OwnCommand"
  )
{}
