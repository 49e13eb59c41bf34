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
import { definition } from "../support/pipeline.ts"

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
  contradictionsOf(prompt, schema(steps), rules).map(({ field, message }) => `${field}: ${message}`)

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
      /requires "The Best lamp", which the rule banned bans/
    ))

  it("a description that asks for something else than the rules", () => {
    const described = {
      type: "object",
      properties: { title: { type: "string", description: "10 to 80 characters" } }
    }
    assert.lengthOf(contradictionsOf("", described, [length("/title", { maxChars: 60 })]), 1)
    assert.lengthOf(contradictionsOf("", described, [length("/title", { maxChars: 80 })]), 0)
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
