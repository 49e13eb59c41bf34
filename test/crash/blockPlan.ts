// Which of the disks that power cuts could have left are looked at: every flush boundary, and moments between them.
import { seededRandom } from "../../src/layers/CrashChoices.ts"
import { below, shuffled } from "./blockRandom.ts"
import type { EventSummary, Fate } from "./blockServer.ts"

export interface PlannedState {
  readonly number: number
  /** The event that did not happen any more. */
  readonly at: number
  /** Whether that is a flush, or the end; else it is a write, and others stand before it since the last flush. */
  readonly isBoundary: boolean
  /** Writes that no flush covers. */
  readonly writesInDoubt: number
  readonly fate: Fate
  /** The machine did not reboot: the drive was unplugged and plugged in again. */
  readonly sameBoot: boolean
}

const fates: ReadonlyArray<Omit<Fate, "seed">> = [
  { chance: 0, tear: "whole" },
  { chance: 1, tear: "whole" },
  { chance: 0.5, tear: "whole" },
  { chance: 0.5, tear: "page" },
  { chance: 0.5, tear: "sector" },
  { chance: 0.9, tear: "sector" }
]

export const fateName = ({ chance, tear }: Omit<Fate, "seed">): string =>
  chance === 0
    ? "none kept"
    : chance === 1
    ? "all kept"
    : `${chance * 100} % of ${tear} writes kept`

type Moment = Pick<PlannedState, "at" | "isBoundary" | "writesInDoubt">

/** All moments at which a cut leaves something of its own, in order. */
export const momentsOf = (events: ReadonlyArray<EventSummary>): ReadonlyArray<Moment> => {
  const moments: Array<Moment> = []
  let writesInDoubt = 0
  for (const [at, { kind }] of [...events, { kind: "end" as const }].entries()) {
    if (kind === "note") continue
    const isBoundary = kind !== "write"
    if (isBoundary || writesInDoubt > 0) moments.push({ at, isBoundary, writesInDoubt })
    writesInDoubt = kind === "write" ? writesInDoubt + 1 : 0
  }
  return moments
}

/** So many of them, each out of a stretch of its own. */
const spread = <A>(
  random: () => number,
  values: ReadonlyArray<A>,
  count: number
): ReadonlyArray<A> =>
  Array.from(
    { length: Math.min(count, values.length) },
    (_, n) => values[Math.floor(((n + random()) * values.length) / count)]!
  )

/**
 * Every boundary, then every moment between, then both again, until there are as many as wanted; of so few that not
 * every boundary has one, a third is between flushes. The fates are dealt out in turn.
 */
export const planPower = (
  events: ReadonlyArray<EventSummary>,
  { seed, states }: { readonly seed: number; readonly states: number }
): ReadonlyArray<PlannedState> => {
  const random = seededRandom(seed)
  const moments = momentsOf(events)
  const boundaries = moments.filter(({ isBoundary }) => isBoundary)
  const between = moments.filter(({ isBoundary }) => !isBoundary)
  const chosen: Array<Moment> = []
  const take = (from: ReadonlyArray<Moment>, most: number) =>
    chosen.push(...spread(random, from, Math.min(most, from.length, states - chosen.length)))
  if (states < boundaries.length) {
    take(boundaries, between.length === 0 ? states : Math.ceil((2 * states) / 3))
  }
  while (chosen.length < states) {
    if (states >= boundaries.length) take(boundaries, states)
    take(between, states)
  }
  const firstFate = below(random, fates.length)
  return shuffled(random, chosen).map((moment, number) => ({
    ...moment,
    number,
    fate: { ...fates[(firstFate + number) % fates.length]!, seed: below(random, 2 ** 32) },
    sameBoot: random() < 0.25
  }))
}
