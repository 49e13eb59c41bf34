// Commands whose work is loaded when they run: the help of all of them costs none of it.
import * as Effect from "effect/Effect"

/** The handler of a command out of the module that has it. */
export const lazily = <Options, A, E, R>(
  load: () => Promise<{ readonly handle: (options: Options) => Effect.Effect<A, E, R> }>
) =>
(options: Options): Effect.Effect<A, E, R> =>
  Effect.flatMap(Effect.promise(load), ({ handle }) => handle(options))
