// How much of something is asked for or allowed, and where that is said.

export type Unit = "characters" | "words" | "sentences" | "paragraphs" | "items"

export interface Bound {
  /** JSON pointer pattern of the field. */
  readonly field: string
  readonly unit: Unit
  /** Of all texts of the field as one, not of each. */
  readonly together: boolean
  readonly min: number
  /** Infinity where there is none. */
  readonly max: number
  /** Who says so, for messages: `schema.json`, `the rule length`, `the prompt`. */
  readonly by: string
}

export const rangeText = ({ max, min, together, unit }: Bound): string => {
  const range = max === Infinity
    ? `at least ${min}`
    : min === 0
    ? `at most ${max}`
    : min === max
    ? `${min}`
    : `${min} to ${max}`
  const noun = /\b1$/.test(range) ? unit.replace(/s$/, "") : unit
  return `${range} ${noun}${together ? " together" : ""}`
}

/** Whether the two speak of the same measure of the same field. */
export const isSameMeasure = (a: Bound, b: Bound): boolean =>
  a.field === b.field && a.unit === b.unit && a.together === b.together
