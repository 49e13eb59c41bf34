// One pass over the input: which items are begun, how many at a time, and what came of them.
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { inShard } from "../../services/items/InShard.ts"
import { InputError } from "../../services/items/ItemSource.ts"
import { CurrentJob } from "../../services/job/Job.ts"
import type { Replay } from "../../services/journal/JournalReplay.ts"
import type { Pass } from "./Plan.ts"
import type { RunContext } from "./RunContext.ts"
import type { RunControl } from "./RunControl.ts"
import { isOwed } from "./runItem.ts"
import type { RunItem, TakenUp } from "./runItem.ts"
import { asideMax, stopOnDefect } from "./watch.ts"
import type { Wish } from "./Wish.ts"

/** What decides whether an item is begun, beside its pass. */
interface Begin {
  readonly control: RunControl
  readonly isOwed: (slug: string) => boolean
}

/**
 * The items of a pass that are to be begun: none once the run stops, and once its budget is reached only those that an
 * answer waits for which is paid already. An input that fails stops it, and interrupts nothing.
 */
const itemsToBegin = (
  { shard, source }: Wish,
  pass: Pass,
  mayBegin: () => boolean,
  { control, isOwed }: Begin
): Stream.Stream<TakenUp, InputError> =>
  source.pick(pass.isPicked).pipe(
    Stream.takeWhile(() => !control.isClosed() && mayBegin()),
    Stream.filter(({ slug }) => inShard(slug, shard) && (!control.isSpent() || isOwed(slug))),
    Stream.map((item) => ({ item, takeUp: pass.takeUp(item) })),
    Stream.filter((found): found is TakenUp => found.takeUp !== undefined),
    Stream.takeWhile(mayBegin),
    Stream.catchCauseIf(
      (cause) => !Cause.hasInterruptsOnly(cause),
      (cause) => {
        const error = Cause.squash(cause)
        return Stream.fromEffectDrain(
          error instanceof InputError
            ? control.stop({ _tag: "Input", detail: error.message })
            : stopOnDefect(control, cause)
        )
      }
    )
  )

/** One pass over the input, drained before the next begins; tells of its end where it has a name. */
export const runPass = Effect.fnUntraced(function*(
  wish: Wish,
  pass: Pass,
  { control, emit, places, tally }: RunContext,
  history: Replay["history"],
  runItem: RunItem
) {
  const { phase, toDo } = pass
  const before = { accepted: tally.accepted, rejected: tally.rejected, kept: tally.kept }
  const isHopeless = (): boolean =>
    tally.accepted === before.accepted && tally.rejected - before.rejected >= pass.giveUpAfter
  const mayBegin = (): boolean => tally.begun < wish.limit && !isHopeless()
  if (control.isClosed() || !mayBegin()) return
  if (phase !== null) yield* emit({ event: "phase", phase, toDo })
  const { concurrency } = yield* CurrentJob
  const items = itemsToBegin(wish, pass, mayBegin, {
    control,
    isOwed: (slug) => isOwed(history.get(slug))
  })
  yield* items.pipe(
    // One at a time: no item is read before there is a place for it.
    Stream.mapEffect((taken) => Effect.as(places.enter, taken)),
    Stream.mapEffect(
      (taken) => Effect.ensuring(runItem(taken, mayBegin), Effect.sync(places.leave)),
      { concurrency: concurrency + asideMax, unordered: true }
    ),
    Stream.runDrain
  )
  if (phase === null) return
  const accepted = tally.accepted - before.accepted
  const rejected = tally.rejected - before.rejected
  const kept = tally.kept - before.kept
  const noProgress = accepted === 0 && rejected > 0
  yield* emit({ event: "phase-ended", phase, accepted, rejected, kept, noProgress })
})
