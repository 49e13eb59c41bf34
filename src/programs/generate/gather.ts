// The evidence of one item in a run, within the item's time and as long as the run goes on.
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { Evidence } from "../../services/evidence/Evidence.ts"
import type { EvidenceBundle } from "../../services/evidence/Evidence.ts"
import { asksOthers, urlFieldsOf } from "../../services/evidence/Wanted.ts"
import type { Item } from "../../services/items/Item.ts"
import { CurrentJob } from "../../services/job/Job.ts"
import { gatherAnew } from "./gatherAnew.ts"
import type { RunContext } from "./RunContext.ts"
import type { TakeUp } from "./TakeUp.ts"

export type Gather = (
  item: Item,
  takeUp: TakeUp
) => Effect.Effect<EvidenceBundle | "Stopping" | "TooLate">

export const makeGather = Effect.fnUntraced(function*({ control, emit }: RunContext) {
  const { evidence: settings, itemSecondsMax } = yield* CurrentJob
  const evidence = yield* Evidence
  const fromOthers = asksOthers(settings)
  const gather: Gather = (item, takeUp) => {
    const gathering = takeUp._tag === "Rejected" && takeUp.way === "regather"
      ? gatherAnew(evidence, urlFieldsOf(settings), emit, item)
      : evidence.gather(item)
    if (!fromOthers) return gathering
    // Slow pages do not hold up a run that is stopping: nothing is paid for yet.
    return Effect.raceFirst(
      Effect.map(
        Effect.timeoutOption(gathering, itemSecondsMax * 1000),
        Option.getOrElse(() => "TooLate" as const)
      ),
      Effect.as(control.closed, "Stopping" as const)
    )
  }
  return gather
})
