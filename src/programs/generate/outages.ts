// Models that answer nobody: their items are put off and the others go on. Only the base model's outage stops the run,
// since every new item is written by it first.
//
// A model that is out is probed by whoever comes once it has rested, and is back with its first answer.
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { Generation } from "../../services/generation/Generation.ts"
import type { ModelHealth } from "../../services/generation/limits/ModelLimits.ts"
import { CurrentJob } from "../../services/job/Job.ts"
import type { Endings } from "./endings.ts"
import { answersOf } from "./RunContext.ts"
import type { RunContext, Work } from "./RunContext.ts"

export interface Outages {
  /** Whether the rung's model has answered nobody for so long that it is out. */
  readonly isLasting: (rung: number, health: ModelHealth, nowMs: number) => boolean
  /** Puts off the item whose call told that the model of its rung is out, and all that wait for that model. */
  readonly begin: (work: Work, detail: string) => Effect.Effect<void>
  /** Puts the item off if the model of its rung is out and rests; true where it did. */
  readonly meet: (work: Work) => Effect.Effect<boolean>
}

/** Failed probes of a model that has answered no call of the run: its address, its name or its network is wrong. */
const neverAnsweredProbesMax = 5
/** Items put off one after the other, nothing answered between them: no item goes on without the model. */
const putOffInARowMax = 64

export const makeOutages = Effect.fnUntraced(
  function*({ control, emit, tally }: RunContext, endings: Endings) {
    const generation = yield* Generation
    const { rungs, transientSecondsMax } = yield* CurrentJob
    const modelOf = (rung: number): string => rungs[rung]?.model ?? ""
    /** Of each model that is out what its last failure said, and how many answers it had given by then. */
    const out = new Map<string, { readonly detail: string; readonly answersThen: number }>()
    let inARow = 0
    let answersThen = 0

    const putOff = (work: Work, detail: string): Effect.Effect<void> =>
      Effect.suspend(() => {
        inARow = tally.answers === answersThen ? inARow + 1 : 1
        answersThen = tally.answers
        const reason = `${modelOf(work.rung)} answers nobody: ${detail}`
        return Effect.andThen(
          inARow < putOffInARowMax
            ? Effect.void
            : control.stop({ _tag: "EndpointDead", detail: reason }),
          endings.defer(work.item.slug, "Model", reason)
        )
      })

    const outages: Outages = {
      isLasting: (rung, { failedProbes, failingSinceMs }, nowMs) =>
        failingSinceMs !== undefined && (
          nowMs - failingSinceMs >= transientSecondsMax * 1000 ||
          (failedProbes >= neverAnsweredProbesMax && answersOf(tally, modelOf(rung)) === 0)
        ),
      begin: (work, detail) =>
        Effect.suspend(() => {
          const model = modelOf(work.rung)
          if (model === modelOf(0)) {
            const stop = control.stop({ _tag: "EndpointDead", detail })
            return Effect.andThen(stop, endings.defer(work.item.slug, "Model", detail))
          }
          const isNew = !out.has(model)
          out.set(model, { detail, answersThen: answersOf(tally, model) })
          return Effect.all([
            isNew ? emit({ event: "unavailable", model, detail }) : Effect.void,
            putOff(work, detail),
            generation.dismiss(work.rung)
          ], { discard: true })
        }),
      meet: (work) =>
        Effect.gen(function*() {
          const model = modelOf(work.rung)
          const outage = out.get(model)
          if (outage === undefined) return false
          if (answersOf(tally, model) > outage.answersThen) {
            out.delete(model)
            return false
          }
          const { failingSinceMs, pause } = yield* generation.health(work.rung)
          // Once it has rested somebody has to find out whether it is back.
          const rests = failingSinceMs !== undefined && pause !== undefined &&
            pause.untilMs > (yield* Clock.currentTimeMillis)
          if (!rests) return false
          yield* putOff(work, outage.detail)
          return true
        })
    }
    return outages
  }
)
