// What earlier runs left: settled slugs, items to take up, answers to judge, money spent. The run's own books open with it.
import * as Effect from "effect/Effect"
import { inShard } from "../../services/items/InShard.ts"
import { keepInput } from "../../services/items/KeepInput.ts"
import { Journal } from "../../services/journal/Journal.ts"
import { replayJournals } from "../../services/journal/JournalReplay.ts"
import { listDeadRuns, sealSettledRuns } from "../../services/journal/SealRuns.ts"
import { keepIndex } from "../../services/master/KeepIndex.ts"
import { compareInput, isTakenUp, settledAs, takeStock } from "../../services/master/Settled.ts"
import { Budget } from "../../services/spending/Budget.ts"
import { passesOf } from "./Plan.ts"
import type { Wish } from "./Wish.ts"

export const openBooks = Effect.fnUntraced(function*({ plan, shard, source }: Wish) {
  const { runId } = yield* Journal
  const budget = yield* Budget
  const { settled, ...stock } = yield* takeStock
  yield* keepIndex(stock)
  yield* keepInput(source)
  const { pending, ...before } = yield* compareInput(source, settled)
  const { passes, reopened } = yield* passesOf(plan, { source, shard, settled, pending })
  const replay = yield* replayJournals({
    ownRunId: runId,
    isOurs: (slug) => inShard(slug, shard),
    isSettled: (slug) => settledAs(settled, slug) !== undefined && reopened.get(slug) === undefined,
    isWanted: passes.some(({ toDo }) => toDo > 0)
      ? isTakenUp(pending, reopened)
      : undefined
  })
  yield* budget.join(replay.runs.map(({ inFlightNanoUsd, runId: other, state, totals }) => ({
    runId: other,
    alive: state === "alive",
    spentNanoUsd: totals.spentNanoUsd + totals.atRiskNanoUsd,
    inFlightNanoUsd
  })))
  yield* sealSettledRuns(replay, runId)
  yield* listDeadRuns(replay)
  for (const [slug, { atRiskNanoUsd, spentNanoUsd }] of replay.history) {
    yield* budget.recall(slug, spentNanoUsd + atRiskNanoUsd)
  }
  const { lines, superseded } = stock
  return { runId, before, stock: { lines, superseded }, replay, passes }
})
