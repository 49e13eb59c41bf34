// A writer process: started, listened to, killed.
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type * as PlatformError from "effect/PlatformError"
import * as ChildProcess from "effect/process/ChildProcess"
import type { ChildProcessHandle, ChildProcessSpawner } from "effect/process/ChildProcessSpawner"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { OwnCommand } from "../../../services/OwnCommand.ts"
import { writerCommand } from "./writerCommand.ts"
import { decodeWriterEvent } from "./WriterEvent.ts"
import type { WriterEvent } from "./WriterEvent.ts"

/** A writer ended by itself: what it was to prove cannot be seen here. */
export class WriterFailed extends Schema.TaggedError<WriterFailed>()("WriterFailed", {
  detail: Schema.String,
  /** With which it ended; null where it did not. */
  exitCode: Schema.NullOr(Schema.Int)
}) {
  override get message(): string {
    return `a writer of the crash test failed by itself: ${this.detail}`
  }
}

export interface WriterProcess {
  /** Completes with its first event; not at all when it dies before. */
  readonly ready: Effect.Effect<void>
  /** Waits for its end. Fails where it was not killed and ended with a code that is not 0. */
  readonly ended: Effect.Effect<void, WriterFailed>
  /** Kills it with -9 and takes in what it had said. */
  readonly kill: Effect.Effect<void>
}

const stderrKept = 2_000

/** What is there to read, its last characters kept. */
const tailOf = (handle: ChildProcessHandle) =>
  handle.stderr.pipe(
    Stream.decodeText(),
    Stream.runFold(() => "", (tail, text) => (tail + text).slice(-stderrKept)),
    Effect.orElseSucceed(() => "")
  )

/**
 * Starts the hidden command with these arguments; ended with -9, whatever happens, with its scope. `hear` is called
 * with everything it says, also with what was still on its way when it died.
 */
export const startWriter = Effect.fnUntraced(function*(
  args: ReadonlyArray<string>,
  hear: (event: WriterEvent) => void
): Effect.fn.Return<
  WriterProcess,
  PlatformError.PlatformError,
  OwnCommand | ChildProcessSpawner | Scope.Scope
> {
  const [executable, ...before] = yield* OwnCommand
  const handle = yield* ChildProcess.make(executable, [...before, writerCommand, ...args], {
    killSignal: "SIGKILL"
  })
  const ready = yield* Deferred.make<void>()
  const listening = yield* Effect.forkScoped(
    handle.stdout.pipe(
      Stream.decodeText(),
      Stream.splitLines,
      Stream.runForEach((line) => {
        const event = decodeWriterEvent(line)
        if (event !== undefined) hear(event)
        return event === undefined ? Effect.void : Deferred.succeed(ready, undefined)
      }),
      Effect.ignore
    )
  )
  const complaining = yield* Effect.forkScoped(tailOf(handle))
  const heardOut = Fiber.await(listening)
  return {
    ready: Deferred.await(ready),
    ended: Effect.gen(function*() {
      const code = yield* Effect.option(handle.exitCode)
      yield* heardOut
      // None: a signal ended it, ours or another's; what it said until then counts as ever.
      if (code._tag === "None" || Number(code.value) === 0) return
      const detail = (yield* Fiber.join(complaining)).trim()
      return yield* new WriterFailed({
        detail: detail === "" ? `it ended with ${code.value}` : detail.replace(/^inkfast: /, ""),
        exitCode: Number(code.value)
      })
    }),
    kill: Effect.andThen(Effect.ignore(handle.kill({ killSignal: "SIGKILL" })), heardOut)
  }
})
