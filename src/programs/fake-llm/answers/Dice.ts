// Choices that look random and are the same for the same seed: what makes an answer repeatable.

/** FNV-1a over UTF-16 units, then mixed: no cryptography, and a fiftieth of its cost. */
const mixText = (text: string, basis: number): number => {
  let hash = basis
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

const basis = 0x811c9dc5

/** Uniform in [0, 1), by the seed and whatever names the choice. */
export const chance = (...names: ReadonlyArray<string | number>): number =>
  mixText(names.join("\u0000"), basis) / 2 ** 32

/** A stream of whole numbers below a bound, begun by a seed (mulberry32). */
export interface Dice {
  readonly below: (bound: number) => number
}

export const makeDice = (seed: string): Dice => {
  let state = mixText(seed, basis)
  return {
    below: (bound) => {
      state = (state + 0x6d2b79f5) | 0
      let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
      mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
      return Math.floor(((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32 * bound)
    }
  }
}
