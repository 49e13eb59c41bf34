// Every failure of a command as a short message and its exit code.
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import { DiskError } from "../../services/durability/Disk.ts"
import { ExitCode } from "../ExitCode.ts"
import { diskAdvice } from "./diskAdvice.ts"
import { ExitWith } from "./ExitWith.ts"
import { printJson, say, visible } from "./output.ts"

/** A command line that makes no sense; the message names the flag. */
export class UsageError
  extends Schema.TaggedError<UsageError>()("UsageError", { message: Schema.String })
{}

interface Failure {
  readonly _tag: string
  readonly message: string
}

/** Failures that the user mends in the command line, the job or the input. Anything else that fails is ours. */
const usageTags = new Set([
  "JobError",
  "InputError",
  "InitError",
  "PromptError",
  "SchemaError",
  "OutputSchemaError",
  "UnknownPrice",
  "UserRuleError",
  "ExportError",
  "FaultsError",
  "ListenError",
  "UsageError"
])

/** Nothing is lost, and the same command goes on once the disk can be written again. */
const pausedTags = new Set(["AppendError", "ConsolidationError"])

const isBusy = (failure: Failure): boolean =>
  failure._tag === "RunBusy" ||
  Predicate.hasProperty(failure, "reason") && failure.reason === "Busy"

const exitCodeIn = (failure: Failure): number | undefined =>
  Predicate.hasProperty(failure, "exitCode") && typeof failure.exitCode === "number"
    ? failure.exitCode
    : undefined

/** What the failure is to the user: the message, with the next thing to do, and the exit code. */
const toldOf = (failure: Failure): { readonly message: string; readonly code: number } => {
  const { _tag, message } = failure
  if (failure instanceof DiskError) {
    const { exitCode, next } = diskAdvice(failure.code)
    return { message: next === "" ? message : `${message}; ${next}`, code: exitCode }
  }
  // A process that was started for a test has said why it ended, and so has its code.
  if (_tag === "WriterFailed") {
    return { message, code: exitCodeIn(failure) ?? ExitCode.internalError }
  }
  const code = usageTags.has(_tag) || isBusy(failure)
    ? ExitCode.usage
    : pausedTags.has(_tag)
    ? ExitCode.paused
    : ExitCode.internalError
  return { message, code }
}

/** Tells the failure on stderr, under `--json` also as an object on stdout, and ends the command with its code. */
export const withExitCodes =
  (json: boolean) =>
  <A, E extends Failure, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, ExitWith, R> =>
    Effect.catchCause(effect, (cause) => {
      if (Cause.hasInterruptsOnly(cause)) return Effect.interrupt
      const fail = cause.reasons.find(Cause.isFailReason)
      if (fail === undefined) return Effect.failCause(cause as Cause.Cause<never>)
      const failure: Failure = fail.error
      if (failure instanceof ExitWith) return Effect.fail(failure)
      return Effect.gen(function*() {
        const { code, message } = toldOf(failure)
        yield* say(`inkfast: ${visible(message)}`)
        if (json) yield* printJson({ event: "error", error: failure._tag, message })
        return yield* new ExitWith({ code })
      })
    })

/** Ends with a code unless it is 0. */
export const exitWith = (code: number): Effect.Effect<void, ExitWith> =>
  code === ExitCode.done ? Effect.void : Exit.fail(new ExitWith({ code }))
