// Room on disk for the answers in flight: no call is made whose answer could not be kept.
import { Buffer } from "node:buffer"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { AppendError } from "../durability/AppendError.ts"
import { DataDirectory, journalPath } from "../durability/DataDirectory.ts"
import { Disk } from "../durability/Disk.ts"
import { Journal } from "../journal/Journal.ts"
import type { LlmRequest } from "./Llm.ts"

export interface AnswerSpace {
  /** Runs the call with its room set aside; fails as `NoSpace`, the call not made, where there is none. */
  readonly withRoom: <A, E, R>(
    request: LlmRequest,
    call: Effect.Effect<A, E, R>
  ) => Effect.Effect<A, E | AppendError, R>
}

/** A token is about four bytes of text; the answer stands twice in the journal's line and once in each master. */
const bytesPerToken = 4
const copies = 4
/** Provenance, verdict, and what file systems keep for themselves. */
const overheadBytes = 16 * 1024

const roomOf = (request: LlmRequest): number =>
  request.outputTokensMax * bytesPerToken * copies + overheadBytes +
  request.messages.reduce((sum, { content }) => sum + Buffer.byteLength(content), 0)

/** With so much more free than the answers in flight may take, asking again can wait: a second fills no gibibyte. */
const plentyBytes = 1024 ** 3
const plentyForMs = 1000

const mebibytes = (bytes: number): string => `${(bytes / 1024 ** 2).toFixed(1)} MiB`

export const makeAnswerSpace = Effect.gen(function*() {
  const disk = yield* Disk
  const data = yield* DataDirectory
  const journal = journalPath(data, (yield* Journal).runId)
  let inFlightBytes = 0
  const seen = { freeBytes: 0, atMs: -Infinity }

  // A disk that does not tell what is free is asked by writing to it.
  const ask = Effect.orElseSucceed(disk.freeSpace(data.raw), () => Infinity)

  const freeBytes = Effect.gen(function*() {
    const nowMs = yield* Clock.currentTimeMillis
    if (seen.freeBytes < inFlightBytes + plentyBytes || Math.abs(nowMs - seen.atMs) > plentyForMs) {
      seen.freeBytes = yield* ask
      seen.atMs = nowMs
    }
    return seen.freeBytes
  })

  const withRoom: AnswerSpace["withRoom"] = (request, call) =>
    Effect.suspend(() => {
      const room = roomOf(request)
      inFlightBytes += room
      return freeBytes.pipe(
        Effect.flatMap((free): Effect.Effect<void, AppendError> =>
          free >= inFlightBytes ? Effect.void : Effect.fail(
            new AppendError({
              files: [journal],
              reason: "NoSpace",
              code: "ENOSPC",
              detail:
                `no space for another answer: ${
                  mebibytes(free)
                } free, the answers in flight may take ` +
                `${mebibytes(inFlightBytes)}. No call was made; free space, then start again`
            })
          )
        ),
        Effect.andThen(call),
        Effect.ensuring(Effect.sync(() => {
          inFlightBytes -= room
        }))
      )
    })
  const space: AnswerSpace = { withRoom }
  return space
})
