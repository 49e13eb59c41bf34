// Texts bounded for the prompt: whole sections first, and no sentence cut.
import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { bounded, omission } from "../../../src/services/evidence/Excerpt.ts"

const section = (name: string, sentences: number) =>
  `## ${name}\n\n${
    Array.from({ length: sentences }, (_, n) => `Sentence ${n} of ${name}.`).join(" ")
  }`

describe("bounded", () => {
  it("takes sections whole, cuts the first that does not fit behind a sentence, and goes on with those that fit", () => {
    const text = [section("a", 2), section("b", 20), section("c", 1)].join("\n\n")
    const cut = bounded(text, 150)
    assert.isAtMost(cut.length, 150)
    assert.include(cut, section("a", 2))
    assert.match(cut, /## b\n\nSentence 0 of b\.(?: Sentence \d+ of b\.)*\n\n/)
    assert.isTrue(cut.endsWith(omission))
    assert.include(bounded(`${section("a", 40)}\n\n${section("c", 1)}`, 120), "Sentence 0 of a.")
  })

  it("marks what is left out, and leaves alone what fits", () => {
    assert.strictEqual(bounded("One. Two.", 9), "One. Two.")
    assert.strictEqual(
      bounded("One is here. Two is there and far away.", 25),
      `One is here.\n\n${omission}`
    )
  })

  it("never ends inside a sentence where there is one to end at", () => {
    const sentence = fc.array(fc.constantFrom("word", "and", "lamp", "3.5", "a"), {
      minLength: 1,
      maxLength: 12
    })
      .map((words) => `${words.join(" ")}.`)
    fc.assert(fc.property(
      fc.array(sentence, { minLength: 2, maxLength: 30 }),
      fc.integer({ min: 70, max: 400 }),
      (sentences, charsMax) => {
        const text = sentences.join(" ")
        const cut = bounded(text, charsMax)
        assert.isAtMost(cut.length, charsMax)
        const kept = cut.replace(omission, "").trim()
        assert.isTrue(text.startsWith(kept))
        assert.isTrue(kept.endsWith("."), kept)
      }
    ))
  })

  it("is within its bound and well-formed for any text", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "grapheme" }),
        fc.integer({ min: 0, max: 60 }),
        (text, charsMax) => {
          const cut = bounded(text, charsMax)
          assert.isAtMost(cut.length, Math.max(charsMax, 0))
          assert.isTrue(cut.isWellFormed())
        }
      ),
      { numRuns: 1000, examples: [["     ! ", 6], ["  𐀀   ", 6]] }
    )
  })
})
