// The judge as a specification: what is accepted, what is rejected and why, rule by rule.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import type { EvidenceBundle } from "../../../src/services/evidence/Evidence.ts"
import type { Completion } from "../../../src/services/generation/Llm.ts"
import { compileOutputSchema } from "../../../src/services/generation/OutputSchema.ts"
import type { Item, Json } from "../../../src/services/items/Item.ts"
import { makeJudge } from "../../../src/services/qa/Judge.ts"
import type { Verdict } from "../../../src/services/qa/Qa.ts"
import { makeRuleSet, type Rule } from "../../../src/services/qa/RuleSet.ts"

const itemOf = (fields: { readonly [field: string]: Json } = {}): Item => ({
  slug: "alpha",
  fields: { slug: "alpha", ...fields },
  file: "items.jsonl",
  line: 1
})

const evidenceOf = (text: string): EvidenceBundle => ({
  sources: text === ""
    ? []
    : [{
      id: "row:readme",
      kind: "row",
      name: "readme",
      at: "2026-01-01T00:00:00.000Z",
      hash: "h",
      text
    }],
  misses: [],
  findings: [],
  hash: "h",
  text,
  outcome: { _tag: "Enough" }
})

const completionOf = (text: string, finish: Completion["finish"] = "stop"): Completion => ({
  model: "m",
  text,
  finish,
  refusal: null,
  usage: null,
  body: {}
})

const open = Effect.runSync(compileOutputSchema("schema.json", "{\"type\":\"object\"}"))

const judgeText = (
  rules: ReadonlyArray<Rule>,
  text: string,
  evidence = "",
  fields = {},
  schema = open
): Verdict =>
  makeJudge(schema, makeRuleSet(rules))(itemOf(fields), evidenceOf(evidence), completionOf(text))

const findingsOf = (verdict: Verdict) => (verdict._tag === "Rejected" ? verdict.findings : [])

const atFault = (rules: ReadonlyArray<Rule>, value: unknown, evidence = "", fields = {}) =>
  findingsOf(judgeText(rules, JSON.stringify(value), evidence, fields)).map((f) => f.text)

describe("order of judgement", () => {
  it.each(
    [
      ["length", "Truncated"],
      ["refusal", "Refused"],
      ["filter", "Refused"],
      ["other", "Malformed"],
      ["unreadable", "Malformed"]
    ] as const
  )("an answer that finished with %s is %s, whatever its text", (finish, cause) => {
    const verdict = makeJudge(open, makeRuleSet([]))(
      itemOf(),
      evidenceOf(""),
      completionOf("{\"a\":1}", finish)
    )
    assert.strictEqual(verdict._tag === "Rejected" ? verdict.cause : "", cause)
    assert.strictEqual(findingsOf(verdict).length, 1)
  })

  it.each([
    ["{\"a\":\"b\"}", "Accepted"],
    ["\ufeff\n {\"a\":\"b\"} \n", "Accepted"],
    ["```json\n{\"a\":\"b\"}\n```", "Accepted"],
    ["```\n{\"a\":\"b\"}```", "Accepted"],
    ["```yaml\na: b\n```", "Malformed"],
    ["Here it is: {\"a\":\"b\"}", "Malformed"],
    ["```json\n{\"a\":\"b\"}\n``` enjoy", "Malformed"],
    ["{\"a\":\"b\"", "Malformed"],
    ["{'a':'b'}", "Malformed"],
    ["", "Malformed"],
    ["   ", "Malformed"],
    ["[]", "Malformed"],
    ["null", "Malformed"],
    ["\"text\"", "Malformed"],
    ["{\"a\":1e999}", "Malformed"],
    ["{\"a\":\"\\ud83d\\ude00\"}", "Accepted"],
    ["{\"a\":\"\\ud83d\"}", "Malformed"],
    ["{\"a\":\"b\\u0000\"}", "Malformed"],
    ["{\"a\":{\"\\ude00\":1}}", "Malformed"]
  ])("%j is %s", (text, expected) => {
    const verdict = judgeText([], text)
    assert.strictEqual(verdict._tag === "Accepted" ? "Accepted" : verdict.cause, expected)
  })

  it.each([
    ["{\"a\":[\"b\",\"\\ud83d\"]}", "the text at /a/1 has half of a surrogate pair"],
    ["{\"a\":{\"\\u0000\":1}}", "a key of /a has a NUL character"],
    ["{\"\\u0000\":1}", "a key of the answer has a NUL character"],
    ["{\"a\":{\"b\":1e999}}", "the number at /a/b is too large"]
  ])("%j: %s", (text, message) => {
    assert.include(findingsOf(judgeText([], text))[0]?.message, message)
  })

  it("schema and rules are all told at once", () => {
    const schema = Effect.runSync(compileOutputSchema(
      "schema.json",
      JSON.stringify({
        type: "object",
        required: ["title"],
        properties: { title: { type: "string" } }
      })
    ))
    const rules: ReadonlyArray<Rule> = [{
      rule: "banned",
      field: "*",
      severity: "block",
      phrases: ["cheap"]
    }]
    const verdict = judgeText(rules, "{\"text\":\"cheap\"}", "", {}, schema)
    assert.deepStrictEqual(findingsOf(verdict).map((f) => f.rule), ["schema", "banned"])
  })

  it("a warning accompanies the piece and does not block it", () => {
    const verdict = judgeText([{
      rule: "banned",
      field: "*",
      severity: "warn",
      phrases: ["cheap"]
    }], "{\"a\":\"cheap\"}")
    assert.strictEqual(verdict._tag, "Accepted")
    assert.deepStrictEqual(
      verdict._tag === "Accepted" ? verdict.warnings.map((f) => f.field) : [],
      ["/a"]
    )
  })

  it.each(["slug", "_meta", "_crc"])("the content may not bring its own %s", (key) => {
    const verdict = judgeText([], JSON.stringify({ [key]: "x" }))
    assert.deepStrictEqual(findingsOf(verdict).map((f) => [f.rule, f.field]), [[
      "schema",
      `/${key}`
    ]])
  })
})

describe("fields", () => {
  const banned = (
    field: string
  ): ReadonlyArray<Rule> => [{ rule: "banned", field, severity: "block", phrases: ["bad"] }]
  const piece = {
    title: "bad",
    faq: [{ q: "bad", a: "fine" }, { q: "fine", a: "bad" }],
    "a/b": "bad"
  }
  const fields = (pattern: string) =>
    findingsOf(judgeText(banned(pattern), JSON.stringify(piece))).map((f) => f.field)
  it.each([
    ["/title", ["/title"]],
    ["/faq/*/a", ["/faq/1/a"]],
    ["/faq/0/q", ["/faq/0/q"]],
    ["/faq", ["/faq/0/q", "/faq/1/a"]],
    ["/a~1b", ["/a~1b"]],
    ["/nothing", []],
    ["*", ["/title", "/faq/0/q", "/faq/1/a", "/a~1b"]]
  ])("%s covers %j", (pattern, expected) => assert.deepStrictEqual(fields(pattern), expected))
})

describe("rule length", () => {
  const length = (limits: Partial<Extract<Rule, { rule: "length" }>>): ReadonlyArray<Rule> => [
    { rule: "length", field: "/t", severity: "block", ...limits }
  ]
  it.each([
    [{ minChars: 3 }, "ab", 1],
    [{ minChars: 3 }, "abc", 0],
    [{ maxChars: 2 }, "😀😀", 0],
    [{ maxChars: 1 }, "😀😀", 1],
    [{ minWords: 3 }, "two words", 1],
    [{ maxWords: 2 }, "two words", 0],
    [{ maxWords: 1 }, "don’t", 0],
    [{ minWords: 2 }, "你好世界", 0]
  ])(
    "%j on %j: %i findings",
    (limits, text, count) => assert.strictEqual(atFault(length(limits), { t: text }).length, count)
  )

  it("says how many there are and how many are wanted", () => {
    const verdict = judgeText(length({ minWords: 5 }), "{\"t\":\"three short words\"}")
    assert.match(findingsOf(verdict)[0]?.message ?? "", /has 3 words; at least 5/)
  })
})

describe("rules banned and required", () => {
  const banned = (phrase: string): ReadonlyArray<Rule> => [
    { rule: "banned", field: "*", severity: "block", phrases: [phrase] }
  ]
  it.each([
    ["best", "The BEST one", true],
    ["best", "bestow asbestos", false],
    ["game changer", "a game\n  changer", true],
    ["it's", "It’s here", true],
    ["state-of-the-art", "State\u2011of\u2011the\u2011art", true],
    ["straße", "STRASSE", true],
    ["risk-free", "It is risk free", true],
    ["best price", "the best-price offer", true],
    ["best price", "the best – price", true],
    ["risk-free", "risk - and free", false],
    ["guaranteed", "gu\u0430rant\u0435ed", true],
    ["always", "\u0391lways", true],
    ["cop", "\u0441\u043e\u0440 на полу", false],
    ["free", "f\u00adree", true],
    ["100%", "100% sure", true],
    ["c++", "c++ code", true],
    ["世界", "你好世界", true],
    ["", "anything", false]
  ])(
    "banning %j in %j finds it: %s",
    (phrase, text, found) =>
      assert.strictEqual(atFault(banned(phrase), { t: text }).length === 1, found)
  )

  it("shows the words as they were written", () =>
    assert.deepStrictEqual(atFault(banned("game changer"), { t: "A Game Changer!" }), [
      "Game Changer"
    ]))

  it("a required phrase must stand in one of the texts of its field", () => {
    const rules: ReadonlyArray<Rule> = [
      { rule: "required", field: "/faq/*/a", severity: "block", phrases: ["MIT licence", "npm"] }
    ]
    const verdict = judgeText(
      rules,
      JSON.stringify({ title: "npm", faq: [{ a: "Under the mit Licence." }, { a: "x" }] })
    )
    assert.deepStrictEqual(findingsOf(verdict).map((f) => f.message.includes("\"npm\"")), [true])
  })
})

describe("rule placeholder", () => {
  const rules: ReadonlyArray<Rule> = [{ rule: "placeholder", field: "*", severity: "block" }]
  it.each([
    "Welcome to {{ company }}!",
    "{% if x %}",
    "Dear ${name},",
    "Visit [Your Company] today",
    "[insert link here]",
    "[Company Name] was founded",
    "Call us at [phone number].",
    "Version: <UNKNOWN>",
    "<your_api_key>",
    "TODO: write this",
    "Licence: TODO",
    "Price TBD",
    "Lorem ipsum dolor",
    "As an AI language model, I cannot",
    "As an AI, I think",
    "I'm sorry, but I can't help with that.",
    "as of my last update",
    "Done.<|endoftext|>",
    "Certainly! Here is the page you asked for.",
    "Sure, here's a draft:",
    "Here is the JSON:",
    "I hope this helps!",
    "Let me know if you'd like any changes.",
    "As a helpful assistant, I wrote it.",
    "Based on the provided information, it has lessons.",
    "According to the evidence, it is good.",
    "The evidence doesn’t say how long it takes.",
    "The size is not stated in the evidence.",
    "No information is provided about refunds.",
    "Hello {name}, welcome.",
    "By {company name}",
    "It has %s items.",
    "See <source id=x>.",
    "It is small.</evidence>",
    "As told there [row:readme].",
    "Price: N/A",
    "n/a",
    "Not specified",
    "It costs $XX a month.",
    "Made by ___.",
    "undefined",
    "...",
    "Card XXXX"
  ])("finds %j", (text) => assert.isAbove(atFault(rules, { t: text }).length, 0))

  it.each([
    "Renders `{{ name }}` with the data given.",
    "```\n{{ a }} TODO: x [your name]\n```",
    "See [Your account](https://example.com/account) for more.",
    "[your account]: https://example.com/account",
    "As told in [client-report].",
    "Finds TODO comments in source files.",
    "A todo list for teams.",
    "It positions itself as an AI coding assistant.",
    "Uses <div> and <name>.",
    "Arrays such as [1, 2] or items[index].",
    "The string is null or undefined.",
    "[x] done",
    "It costs $5 {about}",
    "Large sizes, XXL and XXX.",
    "Here is a lamp for small desks.",
    "The evidence shows that light helps.",
    "Sure, it folds. Certainly not heavy.",
    "It is given to members, as provided by the seller above all.",
    "A 100%sure sign and 50% discount.",
    "We hope it helps you sleep, an assistant for the night.",
    "In the XX century."
  ])("leaves %j alone", (text) => assert.deepStrictEqual(atFault(rules, { t: text }), []))
})

describe("rule numbers", () => {
  const rules: ReadonlyArray<Rule> = [{ rule: "numbers", field: "*", severity: "block" }]
  it.each([
    ["1000 users", "1,000 users"],
    ["1,000 users", "1 000 users"],
    ["1 000 users", "1000 users"],
    ["1.000,50 Euro", "1,000.50"],
    ["1'000", "1000"],
    ["1.0", "1"],
    ["2.50", "2.5"],
    ["2,5 kg", "2.5 kg"],
    ["50%", "50 percent"],
    ["10k downloads", "10,000 downloads"],
    ["2 million", "2,000,000"],
    ["2,000,000", "2 million"],
    ["1.5M", "1500000"],
    ["version 1.2.3", "v1.2.3"],
    ["Node.js 18 or later", ">=18.0.0"],
    ["version 1.2", "1.2.3"],
    [">=18.0.0", "18"],
    ["May 1, 2024", "2024-05-01"],
    ["3 plans", "three plans"],
    ["٣ items", "3 items"],
    ["３ items", "3 items"],
    ["12 500 people", "in 12 cities, 500 people"],
    ["uses ES2024 and sha256", ""],
    ["a 3D view", ""],
    ["1. Open\n2. Close\n3. Done", ""],
    ["Step 2: go", ""],
    ["it&#39;s", ""],
    ["five plans", ""],
    ["m² and ½", "half a metre is ½ m"],
    ["30 full calendar days", "within 30 days"],
    ["a 30-day refund", "refunds for 30 days"],
    ["one week", "7 days"],
    ["90 minutes", "1.5 hours"],
    ["4 to 6 weeks", "4–6 weeks"],
    ["7 Tage", "7 days"],
    ["36 % off", "discount: 36"],
    ["since 2019", "2019-05-01"],
    ["a ½ off", "50 % off"],
    ["twenty-five lessons", "25 lessons"],
    ["ninety days", "90 days"],
    ["see https://a.b/2019/x", "at https://a.b/2019/x"],
    ["two hundred and five users", "205 users"],
    ["three of them, and one day you will", ""]
  ])(
    "%j may be said of %j",
    (text, evidence) => assert.deepStrictEqual(atFault(rules, { t: text }, evidence), [])
  )

  it.each([
    ["42 users", "41 users", ["42"]],
    ["100 users", "1,000 users", ["100"]],
    ["1 user", "1,000 users", ["1"]],
    ["10k users", "10 users", ["10"]],
    ["10 users", "1.2.10", ["10"]],
    ["version 1.2.4", "1.2.3", ["1.2.4"]],
    ["50%", "0.5", ["50"]],
    ["since 2019", "founded in 2020", ["2019"]],
    ["2. Close", "", ["2"]],
    ["1. Open\n3. Done", "", ["3"]],
    ["1,5 and 7", "1.5", ["7"]],
    ["9 of 9", "", ["9"]],
    ["36 % off", "36 lessons", ["36"]],
    ["7 weeks", "7 days", ["7"]],
    ["24 lessons", "24 USD a month", ["24"]],
    ["15 teachers", "lessons of 15 minutes", ["15"]],
    ["24 EUR", "24 USD", ["24"]],
    ["in 2019", "https://example.com/2019/", ["2019"]],
    ["7 days", "version 7.1.2", ["7"]],
    ["twenty dollars", "", ["twenty"]],
    ["fifty percent off", "", ["fifty"]],
    ["a ninety-day guarantee", "", ["ninety"]],
    ["three weeks", "three plans", ["three"]],
    ["½ price", "", ["½"]]
  ])(
    "%j may not be said of %j: %j",
    (text, evidence, expected) =>
      assert.deepStrictEqual(atFault(rules, { t: text }, evidence), expected)
  )

  it("the row's fields are facts too, numbers and texts, at any depth", () =>
    assert.deepStrictEqual(
      atFault(rules, { t: "7 or 8 or 9" }, "", { a: 7, b: { c: ["eight is 8"] } }),
      ["9"]
    ))

  it("numbers of the piece that are not texts are checked as well", () =>
    assert.deepStrictEqual(atFault(rules, { weight: 42, size: -7 }, "7"), ["42"]))

  it("says that a number measures something else there", () =>
    assert.match(
      findingsOf(judgeText(rules, "{\"t\":\"7 weeks\"}", "7 days"))[0]?.message ?? "",
      /^the number 7 stands neither in the item nor in its evidence as a number of weeks/
    ))

  it("a piece of more numbers than are looked at has not passed", () => {
    const many = { t: "7 ".repeat(10_001) }
    const [finding] = findingsOf(judgeText(rules, JSON.stringify(many), "7"))
    assert.match(finding?.message ?? "", /the rest could not be checked/)
  })

  it("names at most twenty", () =>
    assert.strictEqual(
      atFault(rules, { t: Array.from({ length: 500 }, (_, i) => i + 100).join("; ") }).length,
      20
    ))
})

const everyRule: ReadonlyArray<Rule> = [
  {
    rule: "length",
    field: "*",
    severity: "block",
    minChars: 2,
    maxChars: 500,
    minWords: 1,
    maxWords: 100
  },
  {
    rule: "banned",
    field: "*",
    severity: "block",
    phrases: ["best", "game changer", "unlock the power"]
  },
  { rule: "required", field: "*", severity: "warn", phrases: ["licence"] },
  { rule: "placeholder", field: "*", severity: "block" },
  { rule: "numbers", field: "*", severity: "block" }
]

describe("the judge is total, deterministic and bounded", () => {
  const judge = makeJudge(open, makeRuleSet(everyRule))
  const verdictOf = (text: string) => judge(itemOf(), evidenceOf("1,000 facts"), completionOf(text))

  it("any text gets a verdict, the same twice", () =>
    fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 300 }), (text) => {
      assert.deepStrictEqual(verdictOf(text), verdictOf(text))
    })))

  it("any JSON gets a verdict, the same twice; findings are short", () =>
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), fc.string({ unit: "binary" }), (value, text) => {
        const verdict = verdictOf(JSON.stringify({ value, text }))
        assert.deepStrictEqual(verdict, verdictOf(JSON.stringify({ value, text })))
        for (const finding of findingsOf(verdict)) assert.isAtMost(finding.text.length, 200)
      })
    ))

  // The usual limit of a test is far above what a linear judge takes on a busy machine, and far below a quadratic one.
  const long = (unit: string) => unit.repeat(Math.ceil(1_000_000 / unit.length)).slice(0, 1_000_000)
  it.each([
    "a",
    "{",
    "{{",
    "[",
    "[insert ",
    "<",
    "<your ",
    "`",
    "1",
    "1,",
    "1.",
    "1 000 ",
    "1 ",
    "'",
    "I can't ",
    "$",
    "${a",
    "\n",
    " ",
    "TODO",
    "-",
    "X",
    "١",
    "世",
    "é",
    "as an ai ",
    "٣,",
    "&#"
  ])("a megabyte of %j is judged in bounded time", (unit) => {
    assert.strictEqual(verdictOf(JSON.stringify({ t: long(unit) }))._tag, "Rejected")
  })

  it.each([
    ["arrays", "[".repeat(500_000)],
    ["nested objects", "{\"a\":".repeat(5_000) + "1" + "}".repeat(5_000)],
    ["many values", JSON.stringify({ a: Array.from({ length: 200_000 }, () => 1) })],
    ["more than a megabyte", JSON.stringify({ a: "x".repeat(2_000_000) })]
  ])("%s are malformed, not a crash", (_name, text) => {
    const verdict = verdictOf(text)
    assert.strictEqual(verdict._tag === "Rejected" ? verdict.cause : "", "Malformed")
  })
})
