// What a sample says of the whole, and how sure that is. Pure.

/** Of a sample; all 0 for an empty one. */
export interface Summary {
  readonly count: number
  readonly mean: number
  /** Of the sample, with n - 1. */
  readonly deviation: number
  /** The value that 95 % do not pass. */
  readonly p95: number
}

export const summarise = (values: ReadonlyArray<number>): Summary => {
  const count = values.length
  if (count === 0) return { count: 0, mean: 0, deviation: 0, p95: 0 }
  const mean = values.reduce((sum, value) => sum + value, 0) / count
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  const sorted = values.toSorted((a, b) => a - b)
  return {
    count,
    mean,
    deviation: count < 2 ? 0 : Math.sqrt(squares / (count - 1)),
    p95: sorted[Math.ceil(0.95 * count) - 1] ?? 0
  }
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
 * How far the mean of a sample without replacement may lie from that of the whole of `population`, with 95 %
 * confidence: 0 where the sample is the whole, infinite where one value says nothing of the rest.
 */
export const meanError = ({ count, deviation }: Summary, population: number): number => {
  if (count >= population) return 0
  if (count < 2) return Number.POSITIVE_INFINITY
  const finite = Math.sqrt((population - count) / Math.max(1, population - 1))
  return t95(count - 1) * (deviation / Math.sqrt(count)) * finite
}

/** Wilson's 95 % interval of a share, from `hits` of `count`; from 0 to 1 where nothing was counted. */
export const shareInterval = (
  hits: number,
  count: number
): { readonly low: number; readonly high: number } => {
  if (count === 0) return { low: 0, high: 1 }
  const share = hits / count
  const square = z95 ** 2 / count
  const middle = (share + square / 2) / (1 + square)
  const half = (z95 / (1 + square)) * Math.sqrt(share * (1 - share) / count + square / (4 * count))
  return { low: Math.max(0, middle - half), high: Math.min(1, middle + half) }
}
