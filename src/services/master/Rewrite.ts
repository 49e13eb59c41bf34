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
import { bytesToMend, mendDraft } from "./MendDraft.ts"
import { isTidy, readOn, startReading } from "./Reading.ts"
import type { Asides } from "./SetAside.ts"
import { setAsideAll } from "./SetAside.ts"
import type { PerMaster } from "./Survivors.ts"
import type { SwapPending } from "./SwapIn.ts"
import { swapIn } from "./SwapIn.ts"

/** What is left to read, or to mend, under the lock may be so large: a few milliseconds' work. */
const restBytesMax = 1024 * 1024
/** Rounds without the lock. Reading is faster than durable appending, so the rest shrinks with each. */
const roundsMax = 10
/** Times that a draft is mended, or written anew, without the lock. */
const mendsMax = 3

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

/** What is done with a draft before it is brought up to the reading. */
type Way = "goOn" | "mend" | "anew"

/** The draft brought up to the reading: begun where it is needed first. */
const copyUpTo = Effect.fnUntraced(function*(
  { data }: Work,
  { draft: before, reading }: Progress,
  way: Way
): Effect.fn.Return<Progress, DiskError, Needs> {
  if (isTidy(reading)) return { reading, draft: undefined }
  const { survivors } = reading
  if (before !== undefined && way === "anew") yield* before.discard
  const begins = before === undefined || way === "anew"
  if (begins) survivors.beginCopy()
  const draft = begins ? yield* makeDraft(data) : before
  if (way === "mend") yield* mendDraft(draft, survivors)
  yield* appendSurvivors(data, draft, survivors)
  return { reading, draft }
})

export interface Outcome {
  readonly progress: Progress
  readonly after: PerMaster
  readonly pauseMs: number
}

/** What the lock was given back for: more was appended than is copied under it, or there is much to mend. */
interface Postponed {
  readonly progress: Progress
  readonly sizes: PerMaster
  readonly way: Way
}

/** What may still be done without the lock. */
interface Allowed {
  readonly round: boolean
  readonly mend: boolean
}

/**
 * What has to be done with a draft, and whether that is little. Copies too many are mended; one that is missing has its
 * place in the middle, and comes with a draft that is written anew.
 */
const wayOn = (progress: Progress): { readonly way: Way; readonly isShort: boolean } => {
  const { draft, reading: { survivors } } = progress
  if (draft === undefined) return { way: "goOn", isShort: true }
  if (survivors.missing) return { way: "anew", isShort: false }
  if (leftIn(progress) === 0) return { way: "goOn", isShort: true }
  return { way: "mend", isShort: bytesToMend(draft, survivors) <= restBytesMax }
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
    return { progress: before, sizes, way: "goOn" }
  }
  const read = yield* readUpTo(work, before, sizes)
  const { isShort, way } = wayOn(read)
  if (!isShort && allowed.mend) return { progress: read, sizes, way }
  // A line too many can wait for the next consolidation, one that is missing cannot.
  const progress = yield* copyUpTo(work, read, way === "mend" && !isShort ? "goOn" : way)
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
    way: "goOn"
  }
  let mends = 0
  for (let round = 1;; round++) {
    if (next.way !== "goOn") mends++
    const progress = yield* copyUpTo(
      work,
      yield* readUpTo(work, next.progress, next.sizes),
      next.way
    )
    if (progress.draft !== undefined) yield* progress.draft.sync
    const allowed = { round: round < roundsMax, mend: mends < mendsMax }
    const outcome = yield* lock.atRest((sizes) => tryFinish(work, progress, sizes, allowed))
    if ("after" in outcome) return outcome
    next = outcome
  }
})
