// Contradictions found before the first dollar, and none in jobs that agree with themselves.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { validate } from "../../src/programs/validate.ts"
import { contradictionsOf } from "../../src/programs/validate/contradictions.ts"
import { itemsFromRows } from "../../src/services/items/RowItems.ts"
import { defineJob } from "../../src/services/job/DefineJob.ts"
import { CurrentJob } from "../../src/services/job/Job.ts"
import type { Rule } from "../../src/services/qa/RuleSet.ts"
import { RuleModules } from "../../src/services/qa/UserRule.ts"
import { definition } from "../support/smallJob.ts"

const schema = (steps: object = {}) => ({
  type: "object",
  properties: {
    title: { type: "string", maxLength: 80 },
    steps: { type: "array", items: { type: "string" }, ...steps },
    faq: {
      type: "array",
      items: {
        type: "object",
        properties: { question: { type: "string" }, answer: { type: "string" } }
      }
    }
  }
})

const length = (field: string, bounds: object): Rule => ({
  rule: "length",
  field,
  severity: "block",
  ...bounds
})

const messages = (
  prompt: string,
  rules: ReadonlyArray<Rule> = [],
  steps: object = { minItems: 3, maxItems: 5 }
) =>
  contradictionsOf(prompt, [prompt], schema(steps), rules).contradictions
    .map(({ field, message }) => `${field}: ${message}`)

const one = (found: ReadonlyArray<string>, pattern: RegExp) => {
  assert.lengthOf(found, 1, found.join("\n"))
  assert.match(found[0]!, pattern)
}

describe("contradictions", () => {
  it("a list of 4-6 steps asked for and 3-5 allowed", () => {
    one(
      messages("- steps: 4-6 steps"),
      /^\/steps: the prompt asks for 4 to 6 items, the schema allows 3 to 5 items/
    )
    one(messages("- **steps**: four to six short steps"), /4 to 6 items/)
    assert.deepStrictEqual(messages("- steps: 3 to 5 steps"), [])
    assert.deepStrictEqual(messages("- steps: four steps"), [])
  })

  it("words and characters, of each and of all together", () => {
    const rules = [
      length("/steps/*", { minWords: 10, maxWords: 20 }),
      length("/steps", { minWords: 40, maxWords: 80, together: true })
    ]
    assert.deepStrictEqual(messages("- steps: three to five, each 10 to 20 words", rules), [])
    one(
      messages("- steps: 3 to 5 steps, each 10 to 25 words", rules),
      /^\/steps\/\*: .*10 to 25 words/
    )
    one(messages("- steps: 3 to 5 steps, 40 to 90 words", rules), /^\/steps: .*40 to 90 words/)
    one(messages("- title: 10 to 100 characters"), /^\/title: .*the schema allows at most 80/)
  })

  it("the fields of listed objects", () => {
    const rules = [length("/faq/*/answer", { minWords: 40, maxWords: 70 })]
    assert.deepStrictEqual(
      messages("- faq: three questions; each answer 40 to 70 words", rules),
      []
    )
    one(
      messages("- faq: three questions; each answer 30 to 70 words", rules),
      /^\/faq\/\*\/answer: /
    )
  })

  it("rules against the schema, and against each other", () => {
    one(messages("", [length("/steps", { minItems: 6 })]), /nothing satisfies both/)
    one(
      messages("", [length("/title", { minWords: 9 }), length("/title", { maxWords: 5 })]),
      /at least 9 words, and the rule length allows at most 5 words/
    )
    one(
      messages("", [
        length("/steps/*", { maxWords: 10 }),
        length("/steps", { minWords: 100, together: true })
      ]),
      /at most 50/
    )
  })

  it("a phrase that is required and banned", () =>
    one(
      messages("", [
        { rule: "required", field: "/title", severity: "block", phrases: ["The Best lamp"] },
        { rule: "banned", field: "*", severity: "block", phrases: ["best"] }
      ]),
      /wants "The Best lamp" once or more, and the rule banned bans "best"/
    ))

  it("a description that asks for something else than the rules", () => {
    const described = {
      type: "object",
      properties: { title: { type: "string", description: "10 to 80 characters" } }
    }
    const against = (maxChars: number) =>
      contradictionsOf("", [], described, [length("/title", { maxChars })]).contradictions
    assert.lengthOf(against(60), 1)
    assert.lengthOf(against(80), 0)
  })

  it.each([
    "Write 4-6 steps.",
    "steps: 4-6 steps",
    "1. steps: 4-6 steps",
    "- **steps:** 4-6 steps",
    "- `steps` (a list): four to six steps",
    "- steps: at least 6 steps",
    "- steps: 6 or more steps",
    "- steps: no fewer than six steps",
    "- steps: over 5 steps",
    "Give the steps in order, between 4 and 6 steps.",
    "- steps: up to 8 steps",
    "- steps: not more than 8 steps",
    "- steps: a maximum of 8 steps",
    "- steps: 8 steps at most",
    "- steps: fewer than 9 steps"
  ])(
    "%j is understood, and more than 3 to 5",
    (prompt) => assert.lengthOf(messages(prompt), 1, prompt)
  )

  it.each([
    "- steps: at least 3 steps",
    "- steps: a maximum of 5 steps",
    "- steps: fewer than 6 steps",
    "- steps: more than 2 steps",
    "Write 3 or 4 steps, each in 2 minutes and at most 6 times.",
    "Write {{ item.least }} to 9 steps, whatever version 4.6 says"
  ])("%j agrees with 3 to 5", (prompt) => assert.deepStrictEqual(messages(prompt), [], prompt))

  it("what a sentence says of a field, whatever the field is called in it", () => {
    const rules = [
      length("/title", { minWords: 2, maxWords: 9 }),
      length("/faq/*/answer", { minWords: 40, maxWords: 70 })
    ]
    assert.deepStrictEqual(messages("The title has 2 to 9 words.", rules), [])
    one(messages("Keep the title below 12 words.", rules), /^\/title: .*at most 11 words/)
    one(messages("Every answer is 30 to 70 words long.", rules), /^\/faq\/\*\/answer: /)
    one(messages("- faq[].answer: 30 to 70 words", rules), /^\/faq\/\*\/answer: /)
    one(messages("- answer: 30 to 70 words", rules), /^\/faq\/\*\/answer: /)
  })

  it("an amount that belongs to no field is told, and is no contradiction", () => {
    const { contradictions, unplaced } = contradictionsOf(
      "",
      ["Write 100 words. Take 2 to 3 detours; it costs 5 USD."],
      schema(),
      []
    )
    assert.deepStrictEqual([contradictions, unplaced.map(({ text }) => text)], [
      [],
      ["100 words", "2 to 3 detours"]
    ])
  })

  it("lengths that do not fit into each other", () => {
    one(
      messages("", [length("/title", { minWords: 25 }), length("/title", { maxChars: 60 })]),
      /25 words do not fit into 60 characters/
    )
    one(
      messages("", [length("/title", { maxWords: 2, minChars: 70 })]),
      /2 words do not make 70 characters/
    )
    one(
      messages("", [length("/title", { minSentences: 6, maxWords: 5 })]),
      /6 sentences do not fit into 5 words/
    )
    const japanese: Rule = { rule: "language", field: "*", severity: "block", language: "ja" }
    assert.deepStrictEqual(
      messages("", [length("/title", { minWords: 30, maxChars: 60 }), japanese]),
      []
    )
  })

  it("a rule on a list and one on a field of its items", () =>
    one(
      messages("", [
        length("/faq", { minWords: 10 }),
        length("/faq/*/question", { maxWords: 5 })
      ]),
      /^\/faq\/\*\/question: .*at least 10 words.*at most 5 words: nothing satisfies both/
    ))

  it("keywords wanted and forbidden", () => {
    const keyword = (counts: object, of: object = { phrase: "desk lamp" }): Rule => ({
      rule: "keyword",
      field: "/title",
      severity: "block",
      ...of,
      ...counts
    })
    const banned: Rule = { rule: "banned", field: "*", severity: "block", phrases: ["Desk-Lamp"] }
    one(
      messages("", [keyword({ exactly: 2 }), { ...keyword({ atMost: 1 }), id: "few" }]),
      /wants "desk lamp" 2 times or more, and the rule few allows "desk lamp" at most once/
    )
    one(messages("", [keyword({ atLeast: 1 }), banned]), /the rule banned bans "Desk-Lamp"/)
    assert.deepStrictEqual(messages("", [keyword({ atMost: 1 }), banned]), [])
    one(
      messages("", [
        keyword({ exactly: 2 }, { from: "name" }),
        { ...keyword({ exactly: 3 }, { from: "name" }), field: "/title" }
      ]),
      /wants the row's name 3 times or more/
    )
  })

  it("openers, cadence and languages that no piece meets together", () => {
    const all = { field: "*", severity: "block" } as const
    const openers = (minOpeners: number): Rule => ({
      rule: "distinct",
      field: "/steps",
      severity: "block",
      minOpeners
    })
    one(messages("", [openers(7)]), /wants 7 different openers, and there are at most 5 texts/)
    one(messages("", [openers(4)]), /there may be 3 texts: a list of so many fails/)
    assert.deepStrictEqual(messages("", [openers(3)]), [])
    one(
      messages("", [
        { rule: "cadence", ...all, minMeanWords: 20 },
        { rule: "cadence", ...all, maxMeanWords: 10 }
      ]),
      /wants sentences of 20 words on average, and the rule cadence allows 10/
    )
    one(
      messages("", [
        { rule: "language", ...all, language: "en" },
        { rule: "language", ...all, field: "/title", language: "de" }
      ]),
      /^\/title: the rule language wants en, and the rule language wants de/
    )
  })

  it("a warning contradicts nothing", () =>
    assert.deepStrictEqual(
      messages("- title: 10 to 20 words", [{
        ...length("/title", { maxWords: 5 }),
        severity: "warn"
      }]),
      []
    ))
})

describe("validate", () => {
  const report = (
    prompt: string,
    settings: Parameters<typeof definition>[0],
    rows: ReadonlyArray<{ readonly [field: string]: string }>
  ) =>
    Effect.gen(function*() {
      const job = yield* defineJob({ ...definition(settings), prompt: `--- user\n${prompt}\n` })
      return yield* Effect.provide(
        validate(yield* itemsFromRows(rows)),
        Layer.merge(Layer.succeed(CurrentJob, job), Layer.mock(RuleModules)({}))
      )
    })

  it.effect("finds a column wherever it begins, also where rows have names without end", () =>
    Effect.gen(function*() {
      const rows = Array.from({ length: 2200 }, (_, n) => ({
        slug: `s${n}`,
        ...(n > 1000 ? { [`name-${n}`]: 1 } : {}),
        ...(n === 2199 ? { brand: "b" } : {})
      }))
      const from = (column: string) => ({ qa: [{ rule: "keyword", from: column, atMost: 2 }] })
      for (const some of [rows.slice(1100), rows]) {
        const known = yield* report("About {{ slug }}: {{ evidence }}", from("brand"), some)
        assert.deepStrictEqual(known.columns, [])
        const unknown = yield* report("About {{ slug }}: {{ evidence }}", from("brnd"), some)
        assert.strictEqual(unknown.columns.length, 1)
      }
    }))

  it.effect("names variables and columns that rows do not have, once each", () =>
    Effect.gen(function*() {
      const { columns, ok, rows } = yield* report(
        "About {{ item.nam }}: {{ evidence }}",
        {
          evidence: { fields: ["text", "txet"] },
          qa: [{ rule: "keyword", from: "brand", atMost: 2 }]
        },
        [{ slug: "a", name: "A", text: "x" }, { slug: "b", name: "B", text: "x" }]
      )
      assert.isFalse(ok)
      assert.strictEqual(rows, 2)
      assert.deepStrictEqual(
        columns.map((
          { message, rows: count }
        ) => [message.replace(/(; did you|, which).*/, ""), count]),
        [
          ["line 2: {{ item.nam }}: the item has no field \"nam\"", 2],
          ["evidence.fields names the column \"txet\"", 2],
          ["qa[0].from names the column \"brand\"", 2]
        ]
      )
      assert.include(
        columns[1]?.message,
        `which no row has; did you mean "text"? (rows have: slug, name, text)`
      )
    }))

  it.effect("a row's own keyword that is banned is named with the row", () =>
    Effect.gen(function*() {
      const { columns, ok } = yield* report(
        "{{ evidence }}",
        {
          qa: [
            { rule: "keyword", from: "name", atLeast: 1 },
            { rule: "banned", phrases: ["best price"] }
          ]
        },
        [{ slug: "a", name: "A", text: "x" }, { slug: "b", name: "Best-Price Lamp", text: "x" }]
      )
      assert.isFalse(ok)
      assert.deepStrictEqual(columns.map(({ line, message, rows }) => [message, rows, line]), [[
        "the rule keyword wants the row's name, which holds \"best price\", and the rule banned bans that",
        1,
        2
      ]])
    }))

  it.effect("what was understood is told, so that what was not can be seen", () =>
    Effect.gen(function*() {
      const { asked, ok, unplaced } = yield* report(
        "- title: at most 20 characters\nWrite 100 words about {{ item.text }}.\n{{ evidence }}",
        {},
        [{ slug: "a", text: "7 to 9 sentences" }]
      )
      assert.isTrue(ok)
      assert.deepStrictEqual(asked, [
        { field: "/title", amount: "at most 20 characters", by: "the prompt" }
      ])
      assert.deepStrictEqual(unplaced.map(({ text }) => text), ["100 words"])
    }))

  it.effect("a share of no budget is warned of", () =>
    Effect.gen(function*() {
      const models = { base: { name: "base" }, strong: { name: "strong", budgetShare: 0.2 } }
      const rows = [{ slug: "a", text: "x" }]
      const without = yield* report("{{ evidence }}", { models }, rows)
      assert.lengthOf(without.warnings, 1)
      assert.match(without.warnings[0]!, /budgetShare of strong has no effect/)
      assert.isTrue(without.ok)
      const budget = { totalUsd: 1 }
      assert.isEmpty((yield* report("{{ evidence }}", { models, budget }, rows)).warnings)
    }))

  it.effect("a job that agrees with itself is fine", () =>
    Effect.gen(function*() {
      const { columns, contradictions, ok } = yield* report(
        "- title: at most 20 characters\n{{ evidence }}",
        {},
        [{ slug: "a", text: "x" }]
      )
      assert.deepStrictEqual({ columns, contradictions, ok }, {
        columns: [],
        contradictions: [],
        ok: true
      })
    }))
})
