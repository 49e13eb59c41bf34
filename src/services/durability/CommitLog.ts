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
import type { LineText } from "./LineCodec.ts"
import type { OwnGuard, SharedGuard } from "./LogFiles.ts"
import { openLogFiles } from "./LogFiles.ts"

/** The engine under DurableAppender (two files), RejectLog and Journal (one file). */
export interface CommitLog {
  /**
   * Succeeds once the line is durable in every file of the log. Uninterruptible; concurrent callers share a commit. An
   * exception of `line` is a defect, and the log goes on.
   */
  readonly append: (line: () => LineText) => Effect.Effect<void, AppendError>
  /** Queues the line for the next commit and does not wait. Committed at the latest when the scope closes. */
  readonly note: (line: () => LineText) => Effect.Effect<void>
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
    maxLineBytes,
    commit: logFiles.commit,
    failed
  })

  const refusal = (): AppendError | undefined => {
    if (poison !== undefined) return poison
    return closed ? failure("Closed", "ECLOSED", "it is closed") : undefined
  }

  const tooLarge = (bytes: number): AppendError =>
    failure(
      "TooLarge",
      "EFBIG",
      `the line has ${bytes} bytes, more than the ${maxLineBytes} allowed`
    )

  yield* Effect.addFinalizer(() =>
    Effect.suspend(() => {
      closed = true
      return group.idle
    })
  )

  return {
    append: (line) =>
      Effect.uninterruptible(Effect.callback<void, AppendError>((resume) => {
        const refused = refusal()
        if (refused !== undefined) return resume(Effect.fail(refused))
        const bytes = group.submit(line(), resume)
        if (bytes > maxLineBytes) resume(Effect.fail(tooLarge(bytes)))
      })),
    note: (line) =>
      Effect.sync(() => {
        if (refusal() === undefined) group.submit(line(), undefined)
      }),
    broken: Deferred.await(broken)
  }
})
