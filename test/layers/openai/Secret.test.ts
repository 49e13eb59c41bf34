// The key is taken out of texts whole, in part, and under other names.
import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { boundedDetail, withoutKey } from "../../../src/layers/openai/Secret.ts"

const key = "sk-proj-abcdefghijklmnopqrstuvwxyz0123456789"

describe("Secret", () => {
  it("no part of the key of 12 characters is left in a detail, wherever it stood", () =>
    fc.assert(fc.property(fc.string(), fc.nat(key.length), fc.nat(key.length), (around, a, b) => {
      const part = key.slice(Math.min(a, b), Math.max(a, b))
      const detail = boundedDetail(key, `${around}${part}${around}${key}`)
      for (let at = 0; at + 12 <= key.length; at++) {
        assert.notInclude(detail, key.slice(at, at + 12))
      }
      assert.isAtMost(detail.length, 500)
    })))
  it("what looks like another key goes too", () => {
    assert.strictEqual(
      boundedDetail(undefined, "bad gsk_abcdefgh12345 and Bearer xyz12345678"),
      "bad [key] and [key]"
    )
  })
  it("an answer is left as it is without the key", () =>
    assert.strictEqual(withoutKey(key)("plain"), "plain"))
})
