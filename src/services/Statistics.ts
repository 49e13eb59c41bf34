// What a sample says of the whole, and how sure that is. Pure.

/** Of a sample; all 0 for an empty one. */
export interface Summary {
  readonly count: number
  readonly mean: number
  /** Of the sample, with n - 1. */
  readonly deviation: number
}

export const summarise = (values: ReadonlyArray<number>): Summary => {
  const count = values.length
  if (count === 0) return { count: 0, mean: 0, deviation: 0 }
  const mean = values.reduce((sum, value) => sum + value, 0) / count
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return { count, mean, deviation: count < 2 ? 0 : Math.sqrt(squares / (count - 1)) }
}

const z95 = 1.96

/** Student's quantile for 95 % on both sides, by Cornish and Fisher: within 2 % from 3 degrees of freedom. */
const t95 = (degrees: number): number =>
  degrees <= 1
    ? 12.71
    : degrees === 2
    ? 4.303
    : z95 + (z95 ** 3 + z95) / (4 * degrees) +
      (5 * z95 ** 5 + 16 * z95 ** 3 + 3 * z95) / (96 * degrees ** 2)

/**
 * The standard error of the mean of a sample without replacement, as an estimate of the mean of all `population`: 0 where
 * the sample is the whole. One value alone may be half or twice what the others are.
 */
export const standardError = ({ count, deviation, mean }: Summary, population: number): number => {
  if (count >= population || count === 0) return 0
  const finite = Math.sqrt((population - count) / Math.max(1, population - 1))
  return (count === 1 ? mean / 2 : deviation / Math.sqrt(count)) * finite
}

/** The value that so large a share of the values does not pass, 0 where there are none. */
export const quantile = (values: ReadonlyArray<number>, share: number): number => {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0
}

/**
 * How far the mean of a sample without replacement may lie from that of the whole of `population`, with 95 %
 * confidence: 0 where the sample is the whole, infinite where one value says nothing of the rest.
 */
export const meanError = (of: Summary, population: number): number => {
  const { count } = of
  if (count >= population) return 0
  return count < 2 ? Number.POSITIVE_INFINITY : t95(count - 1) * standardError(of, population)
}
