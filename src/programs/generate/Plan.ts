// What a run takes up: pending items, stale records besides, or standing rejects, in one pass after the other.
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Item } from "../../services/items/Item.ts"
import type { ItemSource, PrintTest } from "../../services/items/ItemSource.ts"
import { inShard } from "../../services/items/InShard.ts"
import type { Shard } from "../../services/items/Shard.ts"
import { makeSlugTable } from "../../services/items/SlugTable.ts"
import type { SlugTable } from "../../services/items/SlugTable.ts"
import { CurrentJob } from "../../services/job/Job.ts"
import { isPending, settledAs } from "../../services/master/Settled.ts"
import type { SettledSlugs } from "../../services/master/SettledSlugs.ts"
import { loadStandingRejects } from "../../services/master/StandingRejects.ts"
import type { StandingRecord } from "../../services/master/StandingRecords.ts"
import { findStale } from "../findStale.ts"
import { wayOf } from "../retry/Phase.ts"
import { choose, passNames, passOf } from "../retry/RetryChoice.ts"
import type { RetryChoice } from "../retry/RetryChoice.ts"
import { pending } from "./TakeUp.ts"
import type { TakeUp } from "./TakeUp.ts"

export type Plan =
  /** Every pending item. */
  | { readonly _tag: "Pending" }
  /** Every pending item, then every stale record of the input. */
  | { readonly _tag: "Renew" }
  /** Standing rejects, phase by phase. */
  | { readonly _tag: "Retry"; readonly choice: RetryChoice }

export interface Pass {
  /** Null for the pending items, which are what every run is about. */
  readonly phase: string | null
  readonly toDo: number
  /** The items that may be this pass's, by their slugs. */
  readonly isPicked: PrintTest
  /** Undefined for an item that is none of this pass's. */
  readonly takeUp: (item: Item) => TakeUp | undefined
  /** So many rejects and nothing accepted end the pass. */
  readonly giveUpAfter: number
}

export interface Passes {
  readonly passes: ReadonlyArray<Pass>
  /** Settled items that are taken up again all the same. */
  readonly reopened: SlugTable
}

interface Scope {
  readonly source: ItemSource
  readonly shard: Shard
  readonly settled: SettledSlugs
  /** Slugs of the input that are not settled. */
  readonly pending: SlugTable
}

/** Only the whole input can be counted by its slugs alone, a shard is read for it. */
const countPending = ({ pending, settled, shard, source }: Scope): Effect.Effect<number> =>
  shard.of === 1
    ? Effect.succeed(pending.size)
    : source.pick(isPending(settled)).pipe(
      Stream.filter(({ slug }) => inShard(slug, shard)),
      Stream.runCount,
      // A file that has changed is found out when the items are begun.
      Effect.orElseSucceed(() => pending.size)
    )

const tableOf = (slugs: Iterable<string>): SlugTable => {
  const table = makeSlugTable()
  for (const slug of slugs) table.add(slug, 1)
  return table
}

const isAmong = (slugs: SlugTable): PrintTest => (prints, at) =>
  slugs.getPrint(prints, at) !== undefined

const pendingPass = Effect.fnUntraced(function*(scope: Scope) {
  const pass: Pass = {
    phase: null,
    toDo: yield* countPending(scope),
    isPicked: isPending(scope.settled),
    takeUp: ({ slug }) => settledAs(scope.settled, slug) === undefined ? pending : undefined,
    giveUpAfter: Infinity
  }
  return pass
})

/** The pass of these stale records. */
export const stalePass = (stale: ReadonlyMap<string, StandingRecord>) => {
  const reopened = tableOf(stale.keys())
  const pass: Pass = {
    phase: "stale",
    toDo: stale.size,
    isPicked: isAmong(reopened),
    takeUp: ({ slug }) => {
      const record = stale.get(slug)
      return record === undefined ? undefined : { _tag: "Stale", record }
    },
    giveUpAfter: Infinity
  }
  return { pass, reopened }
}

const retryPasses = Effect.fnUntraced(function*(scope: Scope, choice: RetryChoice) {
  const { retry: { giveUpAfter, timesMax } } = yield* CurrentJob
  const rejects = yield* loadStandingRejects(scope.settled)
  const input = yield* scope.source.slugs
  const taken = new Map(
    [...rejects].filter(([slug, reject]) =>
      input.get(slug) !== undefined && inShard(slug, scope.shard) &&
      choose(choice, slug, reject, timesMax) === "Taken"
    )
  )
  const reopened = tableOf(taken.keys())
  const passes = passNames.map((phase): Pass => ({
    phase,
    toDo: [...taken.values()].filter((reject) => passOf(reject) === phase).length,
    isPicked: isAmong(reopened),
    takeUp: ({ slug }) => {
      const reject = taken.get(slug)
      return reject !== undefined && passOf(reject) === phase
        ? { _tag: "Rejected", reject, way: wayOf(reject) }
        : undefined
    },
    giveUpAfter
  }))
  return {
    passes: passes.filter(({ toDo }) => toDo > 0),
    reopened
  }
})

/** Reads the masters, and for stale records the input and what is known of it. */
export const passesOf = Effect.fnUntraced(function*(plan: Plan, scope: Scope) {
  switch (plan._tag) {
    case "Pending": {
      const passes: Passes = { passes: [yield* pendingPass(scope)], reopened: tableOf([]) }
      return passes
    }
    case "Renew": {
      const stale = new Map<string, StandingRecord>()
      yield* findStale({ ...scope, onStale: (slug, record) => void stale.set(slug, record) })
      const { pass, reopened } = stalePass(stale)
      const passes: Passes = { passes: [yield* pendingPass(scope), pass], reopened }
      return passes
    }
    case "Retry": {
      const passes: Passes = yield* retryPasses(scope, plan.choice)
      return passes
    }
  }
})
