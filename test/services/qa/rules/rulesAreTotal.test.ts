// Every built-in rule on any text: no crash, the same answer twice, in bounded time; repairs repair once and for all.
import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { makeRepair } from "../../../../src/services/qa/Repairs.ts"
import type { Rule } from "../../../../src/services/qa/RuleSet.ts"
import { ruleKinds } from "../../../../src/services/qa/RuleTypes.ts"
import { judgePiece } from "../../../support/pieces.ts"

const all = { field: "*", severity: "block" } as const

/** One of each kind, with every part of it at work. */
const everyRule: ReadonlyArray<Rule> = [
  {
    rule: "length",
    ...all,
    minChars: 2,
    maxWords: 100,
    minSentences: 1,
    maxParagraphs: 2,
    maxItems: 3,
    together: true
  },
  { rule: "cadence", ...all, minMeanWords: 4, maxMeanWords: 20, minSpreadWords: 1 },
  { rule: "complete", ...all },
  { rule: "banned", ...all, phrases: ["best"], patterns: ["\\b(a|an)+ \\w+[^a-z]"], atMost: 1 },
  { rule: "required", ...all, phrases: ["licence"], patterns: ["(x+)+y"] },
  { rule: "keyword", ...all, phrase: "lamp", exactly: 1 },
  { rule: "placeholder", ...all },
  { rule: "numbers", ...all },
  { rule: "claims", ...all },
  { rule: "quotes", ...all },
  { rule: "links", ...all, hosts: ["example.com"] },
  { rule: "html", ...all, tags: ["p", "b"] },
  { rule: "markdown", ...all, parts: ["bold"] },
  { rule: "language", ...all, language: "en" },
  { rule: "readability", ...all, minEase: 50 },
  { rule: "distinct", ...all, minOpeners: 2 },
  { rule: "repetition", ...all },
  { rule: "whitespace", ...all },
  { rule: "quotation", ...all },
  { rule: "nearDuplicate", ...all },
  { rule: "reuse", ...all },
  { rule: "openers", ...all },
  { rule: "custom", ...all, use: "./none.ts" }
]

const by = { evidence: "A lamp of 1,000 grams, sold since May 2024 for $5 by Ada." }

const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 200 }),
  fc.array(
    fc.constantFrom(
      "The ",
      "lamp",
      " 42",
      ". ",
      "<p>",
      "**",
      "“",
      "$5",
      "\n",
      "](",
      "May 1",
      "`",
      "  "
    ),
    { maxLength: 40 }
  ).map((parts) => parts.join(""))
)

const strings = (rules: ReadonlyArray<Rule>, content: { readonly [field: string]: unknown }) =>
  judgePiece(rules, content, by).blocking.map((each) => JSON.stringify(each)).sort()

describe("all rules", () => {
  it("stand here", () => assert.sameMembers(everyRule.map(({ rule }) => rule), [...ruleKinds]))

  it("have an answer to any text, the same twice, and short", () =>
    fc.assert(fc.property(text, text, (a, b) => {
      const judged = judgePiece(everyRule, { a, b: [b, 7] }, by)
      assert.deepStrictEqual(judged, judgePiece(everyRule, { a, b: [b, 7] }, by))
      for (const finding of judged.blocking) {
        assert.isAtMost(finding.text.length, 200)
        assert.isAtMost(finding.message.length, 1_500)
      }
    })))

  it("find the same in whatever order they stand", () =>
    fc.assert(
      fc.property(
        fc.shuffledSubarray([...everyRule], { minLength: everyRule.length }),
        text,
        (rules, t) => assert.deepStrictEqual(strings(rules, { t }), strings(everyRule, { t }))
      ),
      { numRuns: 50 }
    ))

  const long = (unit: string) => unit.repeat(Math.ceil(60_000 / unit.length)).slice(0, 60_000)
  it.each([
    "a",
    "<p>",
    "<b ",
    "**",
    "[a](",
    "](",
    "`",
    "\"",
    "’",
    " ",
    "\n",
    ". A",
    "$1",
    "May 1 ",
    "A ",
    "1.",
    "http://",
    "a@",
    "x",
    "世",
    "- a\n",
    "| a ",
    "_a",
    "*a ",
    "a.",
    "a.co ",
    "~~~\n",
    "[a]: ",
    "<a href=",
    "- - ",
    "twenty ",
    "7-",
    "7 to "
  ])("60 kB of %j are judged in bounded time", { timeout: 30_000 }, (unit) => {
    assert.isAbove(judgePiece(everyRule, { t: long(unit) }, by).blocking.length, 0)
  })
})

describe("repairs", () => {
  const repair = makeRepair([
    { rule: "whitespace", field: "*", severity: "repair" },
    { rule: "quotation", field: "*", severity: "repair" },
    { rule: "html", field: "*", severity: "repair", tags: ["p", "b"] }
  ])
  it("repair once and for all", () =>
    fc.assert(fc.property(text, (t) => {
      const once = repair({ t })
      assert.deepStrictEqual(repair(once.content), { content: once.content, repairs: [] })
    })))
  it("add no word", () =>
    fc.assert(fc.property(text, (t) => {
      const bare = (s: unknown) => String(s).replace(/<[^>]*>|[\s\u00a0"'“”„‟‘’‚‛\ufeff]/g, "")
      assert.strictEqual(bare(repair({ t }).content["t"]), bare(t))
    })))
  it("are off unless a rule asks for them", () =>
    assert.deepStrictEqual(
      makeRepair([{ rule: "whitespace", field: "*", severity: "block" }])({ t: " a " }),
      { content: { t: " a " }, repairs: [] }
    ))
})
