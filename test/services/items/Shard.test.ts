// Shards: every slug in exactly one of n, the same one in every version.
import { assert, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as fc from "fast-check"
import { inShard } from "../../../src/services/items/InShard.ts"
import { parseShard } from "../../../src/services/items/Shard.ts"

it("reads i/n", () => {
  assert.deepStrictEqual(parseShard("2/5"), Result.succeed({ index: 2, of: 5 }))
  assert.deepStrictEqual(parseShard("10000/10000"), Result.succeed({ index: 10_000, of: 10_000 }))
})

for (
  const text of [
    "0/5",
    "6/5",
    "1/0",
    "1",
    "1/",
    "a/b",
    "1/10001",
    "-1/5",
    "1.5/2",
    " 1/2",
    "01/2",
    "1/2/3",
    ""
  ]
) {
  it(`refuses "${text}"`, () => {
    assert.deepStrictEqual(
      parseShard(text),
      Result.fail(`"${text}" is no shard: write i/n with 1 <= i <= n <= 10000, such as 2/5`)
    )
  })
}

it("every slug is in exactly one shard", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.integer({ min: 1, max: 50 }), (slug, of) => {
      const holders = Array.from({ length: of }, (_, at) => at + 1).filter((index) =>
        inShard(slug, { index, of })
      )
      return holders.length === 1
    })
  )
})

it("the division never changes between versions", () => {
  const shardOf = (slug: string, of: number) =>
    Array.from({ length: of }, (_, at) => at + 1).find((index) => inShard(slug, { index, of }))
  assert.deepStrictEqual(
    ["a", "b", "item-1", "é", "漢字"].map((slug) => [shardOf(slug, 2), shardOf(slug, 7)]),
    [
      [2, 7],
      [2, 3],
      [1, 1],
      [2, 5],
      [2, 1]
    ]
  )
})

it("numbered slugs spread evenly", () => {
  const counts = [0, 0, 0, 0]
  for (let at = 0; at < 20_000; at++) {
    for (let index = 1; index <= 4; index++) {
      if (inShard(`item-${at}`, { index, of: 4 })) counts[index - 1]!++
    }
  }
  for (const count of counts) assert.isTrue(Math.abs(count - 5000) < 300, counts.join(" "))
})
