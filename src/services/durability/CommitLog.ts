// Group commit: lines from many callers, durable in one file or in two, in order, before anyone is told.
//
// This file holds the contract, what is refused, and how a failure is told. When a batch is written is GroupCommit.ts,
// what is done with it LogFiles.ts. After the first failure nothing is written any more: what became of that batch is
// for a recovery to find out.
//
// Gotchas: a queue of Effect's and a Deferred for each line cost more than the writing itself at a thousand callers;
// plain arrays and an `Effect.callback` do not.
import * as Cause from "effect/Cause"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import type * as Scope from "effect/Scope"
import { AppendError } from "./AppendError.ts"
import type { DiskError } from "./Disk.ts"
import { Disk } from "./Disk.ts"
import { FileLock } from "./FileLock.ts"
import { makeGroupCommit } from "./GroupCommit.ts"
import { verifyLine } from "./LineCodec.ts"
import type { OwnGuard, SharedGuard } from "./LogFiles.ts"
import { openLogFiles } from "./LogFiles.ts"

/** The engine under DurableAppender (two files), RejectLog and Journal (one file). */
export interface CommitLog {
  /**
   * Takes a whole line, newline included, and succeeds once it is durable in every file of the log.
   * Uninterruptible; concurrent callers share a commit.
   */
  readonly append: (line: Uint8Array) => Effect.Effect<void, AppendError>
  /** Queues the line for the next commit and does not wait. Committed at the latest when the scope closes. */
  readonly note: (line: Uint8Array) => Effect.Effect<void>
  /** Fails with the first write error; never succeeds. */
  readonly broken: Effect.Effect<never, AppendError>
}

export interface CommitLogOptions {
  /** One file, or two that get the same lines in this order. Their directories are made. */
  readonly files: ReadonlyArray<string>
  readonly guard: SharedGuard | OwnGuard
  /** Directory for damaged bytes that a recovery cuts away. */
  readonly quarantine: string
  /**
   * Bytes of one batch, unless one line alone is longer. Every process that works on the files must have the same,
   * since a recovery looks as far back as a batch is long. Default 1 MiB.
   */
  readonly maxBatchBytes?: number
  /** A longer line is refused as `TooLarge`. Default 64 MiB. */
  readonly maxLineBytes?: number
}

const mebibyte = 1024 * 1024

/**
 * Opens the log, recovering its files first where that is needed. When the scope ends, what is queued is written, and
 * then the files are closed.
 */
export const open = Effect.fnUntraced(function*(
  options: CommitLogOptions
): Effect.fn.Return<CommitLog, DiskError, Scope.Scope | Disk | FileLock> {
  const { files, maxBatchBytes = mebibyte, maxLineBytes = 64 * mebibyte } = options
  const services = yield* Effect.context()
  const logFiles = yield* openLogFiles({
    files,
    guard: options.guard,
    context: {
      disk: yield* Disk,
      locks: yield* FileLock,
      quarantine: options.quarantine,
      maxBatchBytes,
      maxLineBytes
    }
  })

  const broken = yield* Deferred.make<never, AppendError>()
  let closed = false
  let poison: AppendError | undefined

  const failure = (reason: AppendError["reason"], code: string, detail: string) =>
    new AppendError({ files, reason, code, detail })

  const failed = ({ cause }: Exit.Failure<void, DiskError>) => {
    const error = Cause.squash(cause)
    const code = (error as { readonly code?: string }).code ?? "UNKNOWN"
    const why = error instanceof Error ? error.message : String(error)
    const next =
      "Nothing more is written here; free space or mend the disk, then start again: recovery comes first"
    const batch = failure("Write", code, `${why}. ${next}`)
    poison = failure("Poisoned", code, `an earlier write failed: ${why}. ${next}`)
    Deferred.doneUnsafe(broken, Effect.fail(batch))
    return { batch, queued: poison }
  }

  const group = yield* makeGroupCommit({
    maxBatchBytes,
    // On a fiber of nobody's, so with what the log was opened with: its loggers, its clock.
    commit: (batch) => Effect.provideContext(logFiles.commit(batch), services),
    failed
  })

  const refusal = (line: Uint8Array): AppendError | undefined => {
    if (poison !== undefined) return poison
    if (closed) return failure("Closed", "ECLOSED", "it is closed")
    if (line.byteLength <= maxLineBytes) return undefined
    return failure(
      "TooLarge",
      "EFBIG",
      `the line has ${line.byteLength} bytes, more than the ${maxLineBytes} allowed`
    )
  }

  /** What is not a line of ours must never get near the files: a fault of the program, not of the disk. */
  const assertLine = (line: Uint8Array) => {
    if (line.at(-1) !== 0x0a || verifyLine(line) !== "valid") {
      throw new Error(
        `an append to ${files.join(" and ")} was given bytes that are not a line of ours`
      )
    }
  }

  yield* Effect.addFinalizer(() =>
    Effect.suspend(() => {
      closed = true
      return group.idle
    })
  )

  return {
    append: (line) =>
      Effect.uninterruptible(Effect.callback<void, AppendError>((resume) => {
        const refused = refusal(line)
        if (refused !== undefined) return resume(Effect.fail(refused))
        assertLine(line)
        group.submit(line, resume)
      })),
    note: (line) =>
      Effect.sync(() => {
        if (refusal(line) !== undefined) return
        assertLine(line)
        group.submit(line, undefined)
      }),
    broken: Deferred.await(broken)
  }
})
