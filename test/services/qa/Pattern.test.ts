// Patterns: what they match, what is refused, and that no text makes them slow.
import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { compilePatternSearch, patternFault } from "../../../src/services/qa/pattern/Pattern.ts"

const matches = (source: string, text: string) =>
  compilePatternSearch(source)(text)?.map(({ end, start }) => text.slice(start, end))

describe("patterns", () => {
  it.each([
    ["a+", "caaat a", ["aaa", "a"]],
    ["\\bcat\\b", "cat concat cat", ["cat", "cat"]],
    ["best|better", "better best", ["better", "best"]],
    ["(ab){2,3}", "ababababab", ["ababab", "abab"]],
    ["[a-c]x?", "axbcx", ["ax", "b", "cx"]],
    ["[^a-z ]+", "ab 12 c3", ["12", "3"]],
    ["^go", "go now go", ["go"]],
    ["end$", "the end, the end", ["end"]],
    ["a.c", "abc ac", ["abc"]],
    ["\\d{2,}", "1 22 333", ["22", "333"]],
    ["A", "a", ["a"]],
    ["[A-Z]b", "ab", ["ab"]],
    ["ß", "strasse", ["ss"]],
    ["\\$\\d+", "$12", ["$12"]],
    ["é", "é", ["é"]]
  ])(
    "%s in %j: %j",
    (source, text, expected) => assert.deepStrictEqual(matches(source, text), expected)
  )

  it.each(["(a", "a)", "[a", "a{2", "*a", "a*?", "(?=a)", "(?<n>a)", "\\1", "a{5,2}", "\\"])(
    "%s is refused",
    (source) => assert.isDefined(patternFault(source))
  )

  const part = fc.constantFrom("a", "b", "ab", "[ab]", "a+", "b*", "a?", "(a|b)", "(ab)+", "c{1,2}")
  it("finds something exactly where RegExp does", () =>
    fc.assert(
      fc.property(
        fc.array(part, { minLength: 1, maxLength: 5 }),
        fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 20 }),
        (parts, text) => {
          const source = parts.join("")
          const expected = [...text.matchAll(new RegExp(source, "g"))].filter(([m]) => m !== "")
          assert.strictEqual((matches(source, text) ?? []).length > 0, expected.length > 0)
        }
      )
    ))

  it.each(["(a+)+b", "(a|a)*b", "(a|aa)+$", "a*a*a*a*b", ".*.*.*x", "(.*a){20}"])(
    "%s on a long text ends soon, with a match or with the word that it was too long",
    { timeout: 20_000 },
    (source) => {
      const found = compilePatternSearch(source)("a".repeat(20_000))
      assert.isTrue(found === undefined || Array.isArray(found))
    }
  )
})
