// How many members of its sketch a piece shares with one that is above the limit, so that all others need not be read.
//
// A pair that is above the limit has so much in common. Of small sets the sketch is all: what is not common by members
// that lead nowhere, since too many pieces have them, is so by members that lead to the other. Of larger sets a sample is
// known: beside common text, which all pieces may have, such a pair has a part of the piece's own text in common, and so
// the same part of the members that lead to others, but for chance.
import { levelOf, rateOf } from "./Sketch.ts"

export interface Sought {
  /** Similarity above which a piece is too much like another. */
  readonly limit: number
  /** Members of the piece's own set. */
  readonly size: number
  /** Members of it that are common text. */
  readonly common: number
  /** Its sketch, ascending, and those of its members by which others are found. */
  readonly sketch: Uint32Array
  readonly listed: Uint32Array
}

export interface SharedNeeded {
  /** By the size of the other set: with fewer of the listed members it is not above the limit. */
  readonly of: (otherSize: number) => number
  /** The least of all sizes. */
  readonly least: number
  /** Sets below that size may be above the limit and share none of them. */
  readonly noneBelow: number
}

/** A pair at the limit shares fewer by chance once in 100 times. */
const deviations = 2.33
/** What is a tenth above the limit is clearly above it. */
export const clearlyAbove = (limit: number): number => Math.min(1, limit * 1.1)
/** Of so many shared members expected none is there once in 55 times. */
const expectedMin = 4

/** The part of both sizes together that two sets have in common at that similarity. */
const overlapShare = (similarity: number): number => similarity / (1 + similarity)

/** For others whose sizes are sampled alike. */
interface Range {
  readonly from: number
  readonly to: number
  readonly of: (otherSize: number) => number
  readonly noneBelow: number
}

const exactRange = ({ limit, listed, size, sketch }: Sought, from: number, to: number): Range => {
  const unlisted = sketch.length - listed.length
  const share = overlapShare(limit)
  const of = (otherSize: number) => Math.floor(share * (size + otherSize) + 1e-9) + 1 - unlisted
  // From there on the least overlap is more than what leads nowhere.
  return { from, to, of, noneBelow: unlisted / share - size }
}

const sampledRange = (sought: Sought, from: number, to: number): Range => {
  const { common, limit, listed, size } = sought
  const rate = rateOf(Math.max(levelOf(size), levelOf(from)))
  const above = listed.findIndex((member) => member >= 2 ** 32 * rate)
  const could = above === -1 ? listed.length : above
  const own = Math.max(1, size - common)
  const of = (otherSize: number): number => {
    const part = Math.min(1, (overlapShare(limit) * (size + otherSize) - common) / own)
    const mean = part * could
    return mean <= 0 ? 0 : Math.ceil(mean - deviations * Math.sqrt(mean * (1 - rate)) - 1e-9)
  }
  const clear = overlapShare(clearlyAbove(limit))
  return { from, to, of, noneBelow: (common + expectedMin / could * own) / clear - size }
}

export const sharedNeeded = (sought: Sought): SharedNeeded => {
  const { limit, size } = sought
  const smallest = Math.max(1, Math.ceil(size * limit))
  const largest = Math.floor(size / limit)
  const ranges: Array<Range> = []
  for (let level = levelOf(smallest); level <= levelOf(largest); level++) {
    const from = level === levelOf(smallest) ? smallest : 2 ** (level + 6)
    const make = Math.max(level, levelOf(size)) === 0 ? exactRange : sampledRange
    ranges.push(make(sought, from, Math.min(largest, 2 ** (level + 7) - 1)))
  }
  const of = (otherSize: number): number =>
    Math.max(1, ranges.find(({ to }) => otherSize <= to)?.of(otherSize) ?? Infinity)
  // What is needed grows with the other's size in each range.
  const below = ranges.map(({ from, noneBelow, to }) =>
    noneBelow <= from ? 0 : Math.min(noneBelow, to + 1)
  )
  return {
    of,
    least: Math.min(...ranges.map(({ from }) => of(from))),
    noneBelow: Math.max(...below)
  }
}
