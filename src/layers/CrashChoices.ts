// Which survivors of a crash to look at: all of them where they are few, else the corners and a seeded sample.

/** A small generator of numbers in [0, 1) (mulberry32): the same seed gives the same numbers everywhere. */
export const seededRandom = (seed: number): () => number => {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

function* everyChoice(dimensions: ReadonlyArray<number>): Generator<ReadonlyArray<number>> {
  const choice = dimensions.map(() => 0)
  for (;;) {
    yield [...choice]
    let at = 0
    while (at < dimensions.length && ++choice[at]! === dimensions[at]) choice[at++] = 0
    if (at === dimensions.length) return
  }
}

/** At most so many choices of one option in each dimension, the first option of each and the last among them. */
export function* choices(
  dimensions: ReadonlyArray<number>,
  atMost: number,
  seed: number
): Generator<ReadonlyArray<number>> {
  if (dimensions.reduce((product, count) => product * count, 1) <= atMost) {
    return yield* everyChoice(dimensions)
  }
  const random = seededRandom(Math.imul(seed, 0x9e3779b1))
  yield dimensions.map(() => 0)
  yield dimensions.map((count) => count - 1)
  for (let n = 2; n < atMost; n++) yield dimensions.map((count) => Math.floor(random() * count))
}
