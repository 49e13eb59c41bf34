// What one simulation is: items, processes, money, failures and kills, and what is done one after the other, by lot.
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"

/**
 * `generate`: the pending items. `retry`: every standing reject, by name. `renew`: another prompt, stale records too.
 * `requalify`: other rules, what passes promoted and, by lot, what fails taken back. `lose`: lines of the masters are
 * gone, then the pending items. `more`: more money, then the pending items.
 */
export const acts = ["generate", "retry", "renew", "requalify", "lose", "more"] as const
export type Act = (typeof acts)[number]

export interface Schedule {
  /** After the first act, which is always `generate`. */
  readonly acts: ReadonlyArray<Act>
  readonly shards: number
  readonly items: number
  readonly concurrency: number
  /** A call of the disk takes up to so long. */
  readonly diskMs: number
  readonly attempts: number
  readonly totalUsd: number | undefined
  readonly runUsd: number | undefined
  readonly itemUsd: number | undefined
  /** The strong model's, of the item's and of the run's money. */
  readonly share: number | undefined
  /** The judge's own, for a run; undefined where there is no judge. */
  readonly judgeUsd: number | undefined
  readonly holdAtRisk: boolean
  /** Shares of calls. */
  readonly failureRate: number
  readonly rejectRate: number
  readonly oddRate: number
  /** After so many calls so many are told that the account is empty. */
  readonly quota: { readonly after: number; readonly calls: number } | undefined
  /** Processes that are killed with -9, and those that are asked to stop; both are started again. */
  readonly killsMax: number
  readonly stopsMax: number
}

/** One call's worst case on the base model is some 0.7 milli-dollars, ten times that on the strong one. */
const milli = 0.001

const maybe = <A>(share: number, value: Effect.Effect<A>): Effect.Effect<A | undefined> =>
  Effect.flatMap(Random.next, (drawn) => drawn < share ? value : Effect.undefined)

const oneOf = <A>(values: ReadonlyArray<A>): Effect.Effect<A> =>
  Effect.map(Random.nextIntBetween(0, values.length), (n) => values[n]!)

export const drawSchedule: Effect.Effect<Schedule> = Effect.gen(function*() {
  const int = Random.nextIntBetween
  // Rather little than much: a budget that is not reached shows nothing.
  const usd = (max: number) => Effect.map(Random.next, (drawn) => max * milli * drawn ** 2)
  const schedule: Schedule = {
    acts: yield* Effect.all(
      Array.from(
        { length: yield* int(0, 3) },
        () => oneOf(acts)
      )
    ),
    shards: yield* oneOf([1, 1, 1, 2, 2, 3]),
    items: yield* int(1, 9),
    concurrency: yield* int(1, 7),
    diskMs: yield* oneOf([0, 0, 0, 0, 0, 20]),
    attempts: yield* int(1, 3),
    totalUsd: yield* maybe(0.8, usd(30)),
    runUsd: yield* maybe(0.5, usd(20)),
    itemUsd: yield* maybe(0.5, usd(20)),
    share: yield* maybe(0.2, Random.nextBetween(0.2, 1)),
    holdAtRisk: (yield* Random.next) < 0.15,
    failureRate: (yield* Random.next) * 0.5,
    rejectRate: (yield* Random.next) * 0.6,
    oddRate: (yield* Random.next) * 0.3,
    quota: yield* maybe(0.2, Effect.all({ after: int(0, 20), calls: int(1, 5) })),
    killsMax: yield* oneOf([0, 0, 1, 1, 2, 4]),
    stopsMax: yield* oneOf([0, 0, 1]),
    judgeUsd: yield* maybe(0.4, usd(8))
  }
  return schedule
})
