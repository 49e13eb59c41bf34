// The two steps of a consolidation: what survives is copied beside the masters while writers go on, then, under their
// lock, the rest is copied and swapped in.
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { DataPaths } from "../durability/DataDirectory.ts"
import type { Disk, DiskError } from "../durability/Disk.ts"
import type { FileLock } from "../durability/FileLock.ts"
import type { Draft } from "./Draft.ts"
import { appendSurvivors, makeDraft } from "./Draft.ts"
import type { MasterLock } from "./MasterLock.ts"
import type { Reading } from "./Reading.ts"
import { isTidy, readOn, startReading } from "./Reading.ts"
import type { Asides } from "./SetAside.ts"
import { setAsideAll } from "./SetAside.ts"
import type { PerMaster } from "./Survivors.ts"
import type { SwapPending } from "./SwapIn.ts"
import { swapIn } from "./SwapIn.ts"

/** What is left to read under the lock may be so large: a few milliseconds' work. */
const restBytesMax = 1024 * 1024
/** Rounds without the lock. Reading is faster than durable appending, so the rest shrinks with each. */
const roundsMax = 10
/** Times that a draft with superseded lines is written anew without the lock. */
const anewMax = 2
/** A draft up to so many bytes is written anew under the lock: a few milliseconds' work. */
const smallBytesMax = 4 * 1024 * 1024

type Needs = Disk | FileLock | Scope.Scope

export interface Progress {
  readonly reading: Reading
  /** Undefined as long as the masters need no change. */
  readonly draft: Draft | undefined
}

export interface Work {
  readonly data: DataPaths
  readonly lock: MasterLock
  readonly asides: Asides
}

const bytesOf = (sizes: PerMaster): number => sizes.updates + sizes.successes + sizes.rejects

export const leftIn = ({ draft, reading: { survivors: { left } } }: Progress): number =>
  draft === undefined ? 0 : left.masters + left.rejects

/** Reads up to new sizes and sets aside what is corrupt. */
const readUpTo = Effect.fnUntraced(function*(
  { asides, data, lock }: Work,
  before: Progress,
  sizes: PerMaster
): Effect.fn.Return<Progress, DiskError, Disk> {
  const reading = yield* readOn(data, before.reading, sizes)
  yield* setAsideAll(data, lock.context, reading.corrupt, asides)
  return { reading, draft: before.draft }
})

/** The draft brought up to the reading: begun where it is needed first, or written anew. */
const copyUpTo = Effect.fnUntraced(function*(
  { data }: Work,
  { draft: before, reading }: Progress,
  anew: boolean
): Effect.fn.Return<Progress, DiskError, Needs> {
  if (isTidy(reading)) return { reading, draft: undefined }
  if (before !== undefined && anew) yield* before.discard
  if (before === undefined || anew) reading.survivors.beginCopy()
  const draft = before === undefined || anew ? yield* makeDraft(data) : before
  yield* appendSurvivors(data, draft, reading.survivors)
  return { reading, draft }
})

export interface Outcome {
  readonly progress: Progress
  readonly after: PerMaster
  readonly pauseMs: number
}

/** What the lock was given back for: more was appended than is copied under it, or the draft is to be written anew. */
interface Postponed {
  readonly progress: Progress
  readonly sizes: PerMaster
  readonly anew: boolean
}

interface Allowed {
  readonly round: boolean
  readonly anew: boolean
}

/** Step 2, under the lock. */
const tryFinish = Effect.fnUntraced(function*(
  work: Work,
  before: Progress,
  sizes: PerMaster,
  allowed: Allowed
): Effect.fn.Return<Outcome | Postponed, DiskError | SwapPending, Needs> {
  const startNanos = yield* Clock.currentTimeNanos
  if (allowed.round && bytesOf(sizes) - bytesOf(before.reading.sizes) > restBytesMax) {
    return { progress: before, sizes, anew: false }
  }
  const read = yield* readUpTo(work, before, sizes)
  const { missing } = read.reading.survivors
  const wrong = read.draft !== undefined && (missing || leftIn(read) > 0)
  if (wrong && allowed.anew) return { progress: read, sizes, anew: true }
  const isSmall = bytesOf(sizes) <= smallBytesMax
  const progress = yield* copyUpTo(work, read, wrong && (missing || isSmall))
  const after = progress.draft === undefined
    ? sizes
    : yield* swapIn(work.data, work.lock, progress.draft, progress.reading)
  const pauseMs = Number((yield* Clock.currentTimeNanos) - startNanos) / 1e6
  return { progress, after, pauseMs }
})

/** Steps 1 and 2, over and over until little is left for the second. */
export const rewrite = Effect.fnUntraced(function*(
  work: Work
): Effect.fn.Return<Outcome, DiskError | SwapPending, Needs> {
  const { lock } = work
  let next: Postponed = {
    progress: { reading: startReading(), draft: undefined },
    sizes: yield* lock.atRest(Effect.succeed),
    anew: false
  }
  let drafts = 0
  for (let round = 1;; round++) {
    if (next.anew) drafts++
    const progress = yield* copyUpTo(
      work,
      yield* readUpTo(work, next.progress, next.sizes),
      next.anew
    )
    if (progress.draft !== undefined) yield* progress.draft.sync
    const allowed = { round: round < roundsMax, anew: drafts < anewMax }
    const outcome = yield* lock.atRest((sizes) => tryFinish(work, progress, sizes, allowed))
    if ("after" in outcome) return outcome
    next = outcome
  }
})
