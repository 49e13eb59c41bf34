// The wish to stop, from outside: a signal that a program may answer in its own good order.
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"

export class Shutdown extends Context.Service<Shutdown, {
  /**
   * While the scope is open the first signal is the program's to answer: the inner effect completes with its name.
   * Where no scope is open the first signal interrupts the program. A second signal always ends the process.
   */
  readonly subscribe: Effect.Effect<Effect.Effect<string>, never, Scope.Scope>
}>()("inkfast/services/Shutdown") {}
