// Draws by lot that are the same every time: uniform, normal, gamma, beta, binomial. For reckoning, not for secrets.

/** Beyond so many trials the normal distribution stands for the binomial. */
const trialsMax = 64

export class Lots {
  #state: number
  #spare: number | undefined

  constructor(seed: number) {
    this.#state = seed >>> 0
  }

  /** In [0, 1). Mulberry32. */
  uniform(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let x = this.#state
    x = Math.imul(x ^ (x >>> 15), x | 1)
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61)
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32
  }

  /** Of mean 0 and deviation 1. Box and Muller's, whose second value is kept. */
  normal(): number {
    const kept = this.#spare
    this.#spare = undefined
    if (kept !== undefined) return kept
    const length = Math.sqrt(-2 * Math.log(1 - this.uniform()))
    const angle = 2 * Math.PI * this.uniform()
    this.#spare = length * Math.sin(angle)
    return length * Math.cos(angle)
  }

  /** Of that shape (above 0) and scale 1. Marsaglia and Tsang's. */
  gamma(shape: number): number {
    if (shape < 1) return this.gamma(shape + 1) * (1 - this.uniform()) ** (1 / shape)
    const d = shape - 1 / 3
    const c = 1 / Math.sqrt(9 * d)
    // Accepts more than 95 of 100 tries.
    for (;;) {
      const z = this.normal()
      const v = (1 + c * z) ** 3
      if (v > 0 && Math.log(1 - this.uniform()) < z * z / 2 + d - d * v + d * Math.log(v)) {
        return d * v
      }
    }
  }

  /** In [0, 1]; both parameters above 0. */
  beta(a: number, b: number): number {
    const x = this.gamma(a)
    return x / (x + this.gamma(b))
  }

  /** How many of so many trials succeed. */
  binomial(trials: number, share: number): number {
    if (trials > trialsMax) {
      const drawn = trials * share + Math.sqrt(trials * share * (1 - share)) * this.normal()
      return Math.min(trials, Math.max(0, Math.round(drawn)))
    }
    let hits = 0
    for (let trial = 0; trial < trials; trial++) if (this.uniform() < share) hits++
    return hits
  }
}
