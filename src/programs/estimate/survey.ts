// The items of a plan counted by what they need next, and a sample of them for their prompts.
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Generated } from "../../services/generation/Generated.ts"
import type { Item } from "../../services/items/Item.ts"
import type { ItemSource, PrintTest } from "../../services/items/ItemSource.ts"
import { inShard } from "../../services/items/InShard.ts"
import type { Shard } from "../../services/items/Shard.ts"
import { CurrentJob } from "../../services/job/Job.ts"
import type { ItemHistory, Replay } from "../../services/journal/JournalReplay.ts"
import type { NanoUsd } from "../../services/spending/Money.ts"
import { rungAfter, widerLimit } from "../generate/ladder.ts"
import type { Pass } from "../generate/Plan.ts"
import { startAfter } from "../generate/Start.ts"
import type { TakeUp } from "../generate/TakeUp.ts"
import { makeSampler } from "./sampleOf.ts"

export interface SurveyOptions {
  readonly source: ItemSource
  readonly shard: Shard
  readonly passes: ReadonlyArray<Pass>
  readonly history: Replay["history"]
  /** Items in the sample. */
  readonly sampleMax: number
}

/** An item of the sample. */
export interface Sampled {
  readonly item: Item
  /** It was written before, so that its evidence is enough. */
  readonly isSure: boolean
}

export interface Survey {
  readonly toDo: number
  /** Items that begin with a first prompt on the base model: those that were written before, and the others. */
  readonly sure: number
  readonly unsure: number
  /** By rung: items whose next call is there with a rejected draft, and items with an answer of it that nobody judged. */
  readonly withDraft: ReadonlyArray<number>
  readonly toJudge: ReadonlyArray<number>
  /** Those answers: their items cost nothing more if they pass. */
  readonly reused: {
    readonly answers: number
    readonly items: number
    readonly paidNanoUsd: NanoUsd
  }
  readonly sample: ReadonlyArray<Sampled>
}

/** Reads the input. */
export const survey = Effect.fnUntraced(function*(options: SurveyOptions) {
  const { history, passes, sampleMax, shard, source } = options
  const job = yield* CurrentJob
  const zeros = () => job.rungs.map(() => 0)
  const withDraft = zeros()
  const toJudge = zeros()
  const sampler = makeSampler<Sampled>(sampleMax, "prompt")
  const counts = { toDo: 0, sure: 0, unsure: 0 }
  const reused = { answers: 0, items: 0, paidNanoUsd: 0 }

  /** By prompt, schema and model; whether the evidence is the same is not looked at. */
  const isCurrent = (answer: Generated): boolean =>
    answer.promptHash === job.prompt.hash && answer.schemaHash === job.outputSchema.hash &&
    job.rungs[answer.rung]?.model === answer.requestedModel

  /** What of an item's past a run would go on from. */
  const pastOf = (slug: string, takeUp: TakeUp): Pick<ItemHistory, "unjudged" | "rejection"> => {
    const { acceptedIds, rejection, unjudged = [] } = history.get(slug) ?? {}
    if (takeUp._tag !== "Stale") return { unjudged, rejection }
    return {
      unjudged: unjudged.filter((answer) =>
        answer.id !== takeUp.record.id && acceptedIds?.has(answer.id) !== true && isCurrent(answer)
      ),
      rejection: rejection !== undefined && isCurrent(rejection.answer) ? rejection : undefined
    }
  }

  const visit = (item: Item, takeUp: TakeUp): void => {
    const isSure = takeUp._tag === "Stale"
    counts.toDo++
    sampler.add(item.slug, { item, isSure })
    const { rejection, unjudged } = pastOf(item.slug, takeUp)
    if (unjudged.length > 0) {
      reused.items++
      reused.answers += unjudged.length
      reused.paidNanoUsd += unjudged.reduce((sum, answer) => sum + answer.costNanoUsd, 0)
      count(toJudge, Math.max(...unjudged.map((answer) => answer.rung)))
      return
    }
    const start = startAfter(job, takeUp, rejection)
    if (start._tag === "Redraft") count(withDraft, start.rung)
    else if (start._tag === "Climb") {
      const wider = widerLimit(job, start.rejection)
      count(
        withDraft,
        wider === undefined ? rungAfter(job, start.rejection) : start.rejection.answer.rung
      )
    } else counts[isSure ? "sure" : "unsure"]++
  }

  const isPicked: PrintTest = (prints, at) => passes.some((pass) => pass.isPicked(prints, at))
  yield* source.pick(isPicked).pipe(
    Stream.filter(({ slug }) => inShard(slug, shard)),
    Stream.runForEach((item) =>
      Effect.sync(() => {
        for (const pass of passes) {
          const takeUp = pass.takeUp(item)
          if (takeUp !== undefined) return visit(item, takeUp)
        }
      })
    )
  )
  const found: Survey = { ...counts, withDraft, toJudge, reused, sample: sampler.chosen() }
  return found
})

/** None for an item whose verdict is its end, or that was written on a rung that is no more. */
const count = (byRung: Array<number>, rung: number | undefined): void => {
  if (rung !== undefined && rung < byRung.length) byRung[rung] = (byRung[rung] ?? 0) + 1
}
