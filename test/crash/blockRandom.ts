// Random numbers that are the same for a seed on every machine.

/** mulberry32: from 0 to 1, without 1. */
export const seeded = (seed: number): () => number => {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

export const below = (random: () => number, end: number): number => Math.floor(random() * end)

export const shuffled = <A>(random: () => number, values: ReadonlyArray<A>): ReadonlyArray<A> => {
  const copy = [...values]
  for (let at = copy.length - 1; at > 0; at--) {
    const other = below(random, at + 1)
    ;[copy[at], copy[other]] = [copy[other]!, copy[at]!]
  }
  return copy
}
