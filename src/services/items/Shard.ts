// One part of the input out of n, so that several runs share the work and never an item.
import * as Result from "effect/Result"

export interface Shard {
  /** From 1. */
  readonly index: number
  readonly of: number
}

/** All of the input as one part. */
export const wholeInput: Shard = { index: 1, of: 1 }

const shardsMax = 10_000

/** Reads `i/n` (`2/5`: the second of five). Fails with a sentence for the user. */
export const parseShard = (text: string): Result.Result<Shard, string> => {
  const match = /^([1-9]\d{0,4})\/([1-9]\d{0,4})$/.exec(text)
  const index = Number(match?.[1])
  const of = Number(match?.[2])
  return match !== null && index <= of && of <= shardsMax
    ? Result.succeed({ index, of })
    : Result.fail(`"${text}" is no shard: write i/n with 1 <= i <= n <= ${shardsMax}, such as 2/5`)
}
