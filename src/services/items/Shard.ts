// One part of the input out of n, so that several runs share the work and never an item.
import * as Result from "effect/Result"
import { hash } from "node:crypto"

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

/**
 * Whether the slug belongs to the shard: the first 6 bytes of the SHA-256 of its UTF-8 bytes, read as a big-endian
 * number, modulo n, is i - 1. This never changes between versions: shards of a half-finished job stay what they were.
 */
export const inShard = (slug: string, shard: Shard): boolean =>
  shard.of === 1 || hash("sha256", slug, "buffer").readUIntBE(0, 6) % shard.of === shard.index - 1
