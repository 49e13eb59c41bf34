// What rules look at quickly, or only when it is asked for, comes to the same as looking at all of it.
import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { FactText } from "../../../src/services/qa/facts/FactTexts.ts"
import { NumberFacts } from "../../../src/services/qa/facts/NumberFacts.ts"
import { eachWritten } from "../../../src/services/qa/facts/Numbers.ts"
import { isNumberWord, mayHaveNumberWord } from "../../../src/services/qa/facts/SpelledNumbers.ts"
import { unitAt, vouches } from "../../../src/services/qa/facts/Units.ts"
import { fold, phrased } from "../../../src/services/qa/Fold.ts"
import { leavesOf } from "../../../src/services/qa/Piece.ts"
import { placesOfWords } from "../../../src/services/qa/rules/phraseRules.ts"
import { tokensOf, visitTokens } from "../../../src/services/qa/Tokens.ts"
import { judgePiece } from "../../support/pieces.ts"

const textOf = (...parts: ReadonlyArray<string>) =>
  fc.array(fc.oneof(fc.constantFrom(...parts), fc.string({ maxLength: 3 })), { maxLength: 12 })
    .map((all) => all.join(""))

describe("a quick look", () => {
  it("for number words misses no token that is one", () =>
    fc.assert(
      fc.property(
        textOf(
          "two",
          "Twenty",
          "ten",
          "one",
          "'",
          "'s",
          "_",
          "-",
          " ",
          "é",
          "中",
          "\u0301",
          "ｔｅｎ"
        ),
        (text) => {
          const folded = fold(text)
          if (tokensOf(folded).some(isNumberWord)) assert.isTrue(mayHaveNumberWord(folded), text)
        }
      )
    ))

  it("for a banned phrase misses none in any text of the piece", () => {
    const phrases = ["risk-free", "guaranteed", "ɑ b", "'s", "中"]
    const text = textOf(
      "risk",
      "-",
      "free",
      " ",
      "gu\u0430ranteed",
      "Guaranteed",
      "ɑ",
      "b",
      "’s",
      "中"
    )
    fc.assert(fc.property(text, text, text, (a, b, c) => {
      const content = { a, b: [b, { c }] }
      const plainly = phrases.filter((phrase) =>
        leavesOf(content).some((leaf) =>
          placesOfWords(leaf.phrased, phrased(fold(phrase)).trim()).length > 0
        )
      )
      const found = phrases.filter((phrase) => {
        const rule = { rule: "banned", field: "*", severity: "block", phrases: [phrase] } as const
        return judgePiece([rule], content).blocking.length > 0
      })
      assert.deepStrictEqual(found, plainly)
    }))
  })

  it("for numbers passes over no digit", () =>
    fc.assert(fc.property(textOf("7", "36", ".", ",", " ", "1 000", "’", "v1.2.3"), (text) => {
      let rest = text
      eachWritten(text, (written, start) => {
        assert.strictEqual(text.slice(start, start + written.length), written)
        rest = rest.slice(0, start) + "x".repeat(written.length) +
          rest.slice(start + written.length)
        return true
      })
      assert.notMatch(rest, /\d/)
    })))
})

describe("the words of a text", () => {
  it("are the same listed and visited", () =>
    fc.assert(fc.property(textOf("a", "Z", "7", "_", "'", "''", " ", "-", "é", "中"), (text) => {
      const visited: Array<string> = []
      visitTokens(text, (start, end) => visited.push(text.slice(start, end)))
      assert.deepStrictEqual([...tokensOf(text)], visited)
    })))
})

describe("the numbers of the sources", () => {
  it("are those that reading the unit of each would find, the first place first", () => {
    const part = fc.constantFrom(
      "36",
      "7",
      " ",
      " ",
      "lessons",
      "days",
      "%",
      "$",
      "USD",
      "-",
      "; ",
      "x"
    )
    const text = fc.array(part, { maxLength: 20 }).map((parts) => parts.join(""))
    const number = fc.constantFrom("36", "7", "367")
    const unit = fc.constantFrom("bare", "noun", "day", "percent", "USD", "part")
    fc.assert(fc.property(fc.array(text, { maxLength: 4 }), number, unit, (texts, asked, as) => {
      const sources = texts.map((each, index) => new FactText(`source${index}`, each, true))
      const all = sources.flatMap(({ source, text }) => {
        const own: Array<{ number: string; unit: string; place: object }> = []
        eachWritten(text, (written, offset) => {
          const unit = unitAt(text, offset, offset + written.length)
          own.push({ number: written, unit, place: { source, offset } })
          return true
        })
        return own
      }).filter((each) => each.number === asked)
      const facts = new NumberFacts(sources)
      assert.strictEqual(facts.has(asked), all.length > 0)
      assert.deepEqual(facts.findIn(asked, as), all.find(({ unit }) => unit === as)?.place)
      const direct = all.find(({ unit }) => vouches(unit, as))?.place
      if (direct !== undefined) assert.deepEqual(facts.find(asked, as), direct)
    }))
  })
})
