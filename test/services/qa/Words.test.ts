// The quick word count counts what Intl.Segmenter counts.
import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { countWords } from "../../../src/services/qa/Words.ts"

const segmenter = new Intl.Segmenter("en", { granularity: "word" })
const reference = (text: string) =>
  [...segmenter.segment(text)].filter((s) => s.isWordLike === true && !/^_+$/.test(s.segment))
    .length

const unit = fc.constantFrom(
  ..."abZ019 .,;:'_-’‘“”…–—·éßÿ×÷€$%@/\n\t\"()!?ªº¹½‧​".split("").filter((c) => c !== "\u200b")
)

describe("countWords", () => {
  it("agrees with Unicode's rules on Latin text", () =>
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 30 }), (text) =>
        assert.strictEqual(countWords(text), reference(text), text)),
      { numRuns: 3000 }
    ))
  it("agrees on every ASCII string", () =>
    fc.assert(
      fc.property(fc.string({ unit: "grapheme-ascii", maxLength: 40 }), (text) =>
        assert.strictEqual(countWords(text), reference(text), text)),
      { numRuns: 2000 }
    ))
  it("leaves other scripts to Intl.Segmenter", () =>
    assert.strictEqual(countWords("你好世界"), reference("你好世界")))
})
