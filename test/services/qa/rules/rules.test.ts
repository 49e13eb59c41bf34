// Every built-in rule by example: what passes it, what does not, and what it says.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { makeRuleSet, type Rule } from "../../../../src/services/qa/RuleSet.ts"
import { loadRuleTools } from "../../../../src/services/qa/LoadRuleTools.ts"
import { RuleModules } from "../../../../src/services/qa/UserRule.ts"
import * as Layer from "effect/Layer"
import { judgePiece, type JudgedBy } from "../../../support/pieces.ts"

const words = (count: number, from = 0): string =>
  Array.from({ length: count }, (_, n) => `word${"abcdefghij".charAt((n + from) % 10)}`).join(" ")

const found = (rule: Rule, content: { readonly [field: string]: unknown }, by: JudgedBy = {}) =>
  judgePiece([rule], content, by).blocking

const passes = (rule: Rule, text: string, by: JudgedBy = {}) =>
  assert.deepStrictEqual(found(rule, { t: text }, by), [], text)

const fails = (rule: Rule, text: string, by: JudgedBy = {}) =>
  assert.isAbove(found(rule, { t: text }, by).length, 0, text)

const all = { field: "*", severity: "block" } as const

describe("a rule's declaration", () => {
  const rule: Rule = {
    rule: "banned",
    ...all,
    id: "no-hype",
    message: "Keep it plain",
    phrases: ["wow"]
  }
  it("its id names it in findings, its message stands before its own", () => {
    const [finding] = found(rule, { t: "Wow" })
    assert.strictEqual(finding?.rule, "no-hype")
    assert.match(finding?.message ?? "", /^Keep it plain \(the phrase "wow" is banned/)
  })
})

describe("length", () => {
  const rule = (bounds: object): Rule => ({
    rule: "length",
    field: "/t",
    severity: "block",
    ...bounds
  })
  it("counts sentences and paragraphs", () => {
    passes(rule({ minSentences: 2, maxSentences: 2 }), "One. Two!")
    fails(rule({ minSentences: 3 }), "One. Two!")
    passes(rule({ minParagraphs: 2 }), "One.\n\nTwo.")
    fails(rule({ maxParagraphs: 1 }), "One.\n\nTwo.")
  })
  it("counts the items of a list, and its words together", () => {
    const list = { t: [words(10), words(10)] }
    assert.deepStrictEqual(found(rule({ minItems: 2, maxItems: 2 }), list), [])
    assert.match(found(rule({ minItems: 3 }), list)[0]?.message ?? "", /has 2 items; at least 3/)
    assert.deepStrictEqual(found(rule({ minWords: 20, together: true }), list), [])
    assert.match(
      found(rule({ minWords: 21, together: true }), list)[0]?.message ?? "",
      /has 20 words; at least 21/
    )
  })
})

describe("cadence", () => {
  const rule = (bounds: object): Rule => ({
    rule: "cadence",
    field: "/t",
    severity: "block",
    ...bounds
  })
  const even = `${words(5)}. ${words(5)}. ${words(5)}.`.replaceAll("worda", "Worda")
  const mixed = `${words(2)}. ${words(12)}. ${words(4)}.`.replaceAll("worda", "Worda")
  it("holds the mean and the spread of sentences", () => {
    passes(rule({ minMeanWords: 5, maxMeanWords: 5 }), even)
    fails(rule({ minMeanWords: 6 }), even)
    fails(rule({ maxMeanWords: 4 }), even)
    fails(rule({ minSpreadWords: 2 }), even)
    passes(rule({ minSpreadWords: 2 }), mixed)
    fails(rule({ maxSentenceWords: 11 }), mixed)
  })
})

describe("complete", () => {
  const rule: Rule = { rule: "complete", ...all }
  it.each([
    "The lamp has a foot of alder wood.",
    "Is it a lamp with a foot of wood?",
    "She said: “It is a lamp for me.”",
    "The lamp has a foot of wood (alder).",
    "<p>The lamp has a foot of <b>alder wood.</b></p>",
    "The lamp has a **foot of alder wood.** 🎉",
    "Short title without any stop",
    "For the steps that follow, take these:\n\n- Open the lamp and take out the old bulb.",
    "この机上用照明は、ハンノキの木でできた台座を持っています。",
    "มีโคมไฟตั้งโต๊ะพร้อมฐานไม้และแขนเหล็กยาว"
  ])("%j passes", (text) => passes(rule, text))
  it.each([
    "Nobody was interviewed for this description, and Paper",
    "The lamp has a foot of alder wood,",
    "The lamp has a foot of alder wood and more...",
    "The lamp has a foot of alder wood …",
    "For the steps that follow, take these:",
    "The lamp has a foot of alder\n\nIt has a long steel arm as well."
  ])("%j fails", (text) => fails(rule, text))
  it("says where the text ends", () =>
    assert.deepStrictEqual(
      found({ ...rule, minWords: 3 }, { t: "Cut off in the" }).map(({ message, text }) => [
        text,
        message
      ]),
      [["Cut off in the", "ends within a sentence: end it with a full stop, or say less"]]
    ))
})

describe("banned and required", () => {
  it("allow and demand counts, over all texts of the field", () => {
    const rule: Rule = { rule: "banned", ...all, phrases: ["new"], atMost: 2 }
    assert.deepStrictEqual(found(rule, { a: "New, new", b: "old" }), [])
    assert.deepStrictEqual(found(rule, { a: "New, new", b: "new" }).map((f) => f.field), ["/b"])
    const twice: Rule = { rule: "required", ...all, phrases: ["new"], atLeast: 2 }
    assert.deepStrictEqual(found(twice, { a: "new", b: "New" }), [])
    assert.match(found(twice, { a: "new" })[0]?.message ?? "", /stands 1 times/)
  })
  it("take patterns, held against folded text", () => {
    const rule: Rule = { rule: "banned", ...all, patterns: ["\\bbest (price|deal)s?\\b"] }
    fails(rule, "The BEST  Deals in town")
    passes(rule, "The best bargains")
    const required: Rule = { rule: "required", ...all, patterns: ["^step \\d"] }
    passes(required, "Step 1: go")
    fails(required, "Go")
  })
})

describe("keyword", () => {
  const rule = (counts: object): Rule => ({ rule: "keyword", ...all, from: "name", ...counts })
  const by = { fields: { name: "Ink Lamp" } }
  it("counts the row's own keyword", () => {
    passes(rule({ exactly: 2 }), "The ink lamp, an Ink Lamp.", by)
    fails(rule({ exactly: 1 }), "The ink lamp, an Ink Lamp.", by)
    fails(rule({ atMost: 1 }), "The ink lamp, an Ink Lamp.", by)
    fails(rule({ atLeast: 1 }), "Ink lamps.", by)
  })
  it("a row without the keyword has not passed", () => fails(rule({ atMost: 9 }), "text"))
})

describe("claims", () => {
  const rule = (
    ...kinds: ReadonlyArray<"numbers" | "prices" | "dates" | "versions" | "names">
  ): Rule => ({
    rule: "claims",
    ...all,
    kinds,
    allowed: ["Node.js", "$5"]
  })
  it.each([
    ["$24", "24 USD a month"],
    ["24 dollars", "24 USD a month"],
    ["USD 1,200.00", "costs $1200"],
    ["€9.50", "9,50 €"],
    ["$5", "nothing"]
  ])(
    "the price %s may be said of %s",
    (text, evidence) => passes(rule("prices"), `It is ${text}.`, { evidence })
  )
  it.each([
    ["€24", "24 USD a month"],
    ["$25", "24 USD a month"],
    ["24 pounds", "24 lessons"]
  ])(
    "the price %s may not be said of %s",
    (text, evidence) => fails(rule("prices"), `It is ${text}.`, { evidence })
  )
  it("amount and currency may stand in fields of their own", () =>
    passes(rule("prices"), "It is $24.", { fields: { price: 24, currency: "USD" } }))

  it.each([
    ["May 1, 2024", "released 2024-05-01"],
    ["1 May", "on May 1st, 2024"],
    ["May 2024", "2024-05-01"],
    ["every Tuesday", "on Tuesdays"],
    ["05/01/2024", "1 May 2024"]
  ])(
    "the date %s may be said of %s",
    (text, evidence) => passes(rule("dates"), `It was ${text}.`, { evidence })
  )
  it.each([
    ["May 2, 2024", "2024-05-01"],
    ["June 2024", "2024-05-01"],
    ["every Monday", "on Tuesdays"]
  ])(
    "the date %s may not be said of %s",
    (text, evidence) => fails(rule("dates"), `It was ${text}.`, { evidence })
  )

  it.each([
    ["Made by Ada Lovelace.", "Ada Lovelace made it"],
    ["It runs on Node.js.", "nothing"],
    ["Ada's work is here.", "by Ada"],
    ["A Page About Many Things Here", ""],
    ["In May it was Sunday.", ""]
  ])(
    "the names in %s may be said of %s",
    (text, evidence) => passes(rule("names"), text, { evidence })
  )
  it.each([
    ["Made by Grace Hopper.", "Ada Lovelace made it"],
    ["Trusted by NASA.", "a lamp"],
    ["Works with JavaScript.", "a lamp"]
  ])(
    "the names in %s may not be said of %s",
    (text, evidence) => fails(rule("names"), text, { evidence })
  )

  it("versions and numbers are told apart", () => {
    fails(rule("versions"), "Needs 1.2.3.", { evidence: "1.2.4" })
    passes(rule("numbers"), "Needs 1.2.3.", { evidence: "1.2.4" })
    fails(rule("numbers"), "Has 3.", { evidence: "4" })
  })

  it("numbers that nothing states do not use up the room of a version", () => {
    const numbers = Array.from({ length: 30 }, (_, n) => 1_000 + n * 7).join(" and ")
    fails(rule("versions"), `It has ${numbers} parts. Needs 9.9.9.`, { evidence: "Needs 1.2.3" })
  })
  it("those of prices and dates are told with them, once", () => {
    const told = found(rule("numbers", "prices", "dates"), { t: "$7 since May 2, 2024." }, {
      evidence: "$8 since May 1, 2024"
    })
    assert.deepStrictEqual(told.map(({ text }) => text), ["$7", "May 2, 2024"])
  })

  it("the finding carries the sentence", () =>
    assert.include(
      found(rule("numbers"), { t: "It is old. It has 42 users. Good." })[0]?.message,
      "in: \"It has 42 users.\""
    ))
})

describe("quotes", () => {
  const rule: Rule = { rule: "quotes", field: "/q/*", severity: "block" }
  const evidence = "The seller says:  “It’s a  lamp\nfor small desks,” and means it."
  const quoting = (...q: ReadonlyArray<string>) => found(rule, { q }, { evidence })
  it("stand in the evidence whatever their white space, quotes and case", () =>
    assert.deepStrictEqual(quoting("it's a lamp for small desks", "\"IT’S A LAMP\""), []))
  it("invented, partial and trivial ones are found", () =>
    assert.deepStrictEqual(
      quoting("it is a lamp for desks", "t's a lamp for small", "a lamp").map((f) => f.field),
      ["/q/0", "/q/1", "/q/2"]
    ))
  it("what could not be checked has not passed", () =>
    assert.match(
      found(rule, { q: ["one two three four"] })[0]?.message ?? "",
      /could not be checked/
    ))
})

describe("links", () => {
  const rule: Rule = { rule: "links", ...all, hosts: ["example.com"] }
  it.each([
    "See https://example.com/a and www.docs.example.com.",
    "See https://other.org/page.",
    "No link at all; version 1.2 of a.b",
    "See other.org for more.",
    "<a href=\"/own/page\">here</a> and [there](#part)",
    "Node.js reads README.md, main.rs and package.json.",
    "It is done.In time for ASP.NET and e.g.this one."
  ])("%s passes", (text) => passes(rule, text, { evidence: "at https://other.org/page/" }))
  it.each([
    "See https://evil.org",
    "See https://example.com.evil.org/",
    "Mail me@evil.org",
    "[x](javascript:alert(1))",
    "<a href=\"&#106;avascript:alert(1)\">x</a>",
    "<a href='java\tscript:alert(1)'>x</a>",
    "<a href=\"//evil.org/x\">x</a>",
    "<img src=//evil.org/p.gif>",
    "<img srcset=\"a.png 1x, //evil.org/b.png 2x\">",
    "[x](//evil.org)",
    "[x]: <//evil.org>",
    "Visit evil-pills.ru now",
    "t.me/scam",
    "ftp://evil.org/x",
    "hxxps://evil.org",
    "<a href=\"http:evil.org\">x</a>",
    "EVIL.ORG",
    "README.md/x",
    "https://other.org/else"
  ])("%s fails", (text) => fails(rule, text, { evidence: "at https://other.org/page/" }))
})

describe("html", () => {
  const rule: Rule = { rule: "html", ...all, tags: ["p", "b", "a", "br"] }
  it.each(["<p>a <b>b</b><br> c</p>", "a < b and b > c", "<a href=\"/x\">x</a>", "plain"])(
    "%s passes",
    (text) => passes(rule, text)
  )
  it.each([
    "<p>a",
    "a</p>",
    "<p><b>a</p></b>",
    "<i>a</i>",
    "<p onclick=\"x()\">a</p>",
    "<a href=\"javascript:x\">a</a>",
    "<a href=\"&#106avascript&colon;x\">a</a>",
    "<a href=\"java\nscript:x\">a</a>",
    "<a href=\"\u0001javascript:x\">a</a>",
    "<a href=\"data:text/html,x\">a</a>",
    "<script>x</script>",
    "<!-- c -->",
    "a <b"
  ])("%s fails", (text) => fails(rule, text))
})

describe("markdown", () => {
  const rule: Rule = { rule: "markdown", ...all, parts: ["bold", "lists", "links", "code"] }
  it.each([
    "**bold** and `code`",
    "- one\n- two",
    "[a](https://x.y/z_(1))",
    "2 * 3 = 6 and snake_case_name",
    "```\n# not a heading\n```",
    "~~~\nnot\n===\n~~~",
    "- one\n\n    more of one",
    "Prices* and 5*3, \\*as they stand\\*",
    "A line\n- and a list"
  ])("%j passes", (text) => passes(rule, text))
  it.each([
    "# Heading",
    "*italic*",
    "> quote",
    "| a | b |",
    "![a](b)",
    "**open",
    "`open",
    "<b>html</b>",
    "a | b\n--- | ---\n1 | 2",
    "Setext\n======",
    "Setext\n---",
    "~~gone~~",
    "one\n\n***\n\ntwo",
    "_open italic",
    "an *open italic",
    "~~~\ncode",
    "[x][y",
    "**a *b**"
  ])("%j fails", (text) => fails(rule, text))
})

describe("markdown, none of it", () => {
  const rule: Rule = { rule: "markdown", ...all, parts: [] }
  it.each([
    "[x]: https://y.z",
    "<https://y.z>",
    "    indented code",
    "Text.\n\n\tindented code",
    "- a"
  ])("%j fails", (text) => fails(rule, text))
  it("plain text passes", () => passes(rule, "Plain (text) - with 2 * 3 = 6, a_b and \"quotes\"."))
})

describe("readability, distinct, repetition", () => {
  it("reading ease tells plain from hard", () => {
    const rule: Rule = { rule: "readability", field: "/t", severity: "block", minEase: 60 }
    passes(rule, "The lamp is small. It fits on a desk. You turn it on by hand.")
    fails(
      rule,
      "Organisational interoperability necessitates comprehensive institutional standardisation of administrative methodologies."
    )
  })
  it("texts that say the same, and too few openers", () => {
    const rule: Rule = {
      rule: "distinct",
      field: "/t/*",
      severity: "block",
      minOpeners: 3,
      openerWords: 1
    }
    const good = ["What is it?", "How does it work?", "Who made it?"]
    assert.deepStrictEqual(found(rule, { t: good }), [])
    assert.lengthOf(found(rule, { t: ["What is it?", "What does it do?", "Who made it?"] }), 1)
    assert.match(
      found({ rule: "distinct", field: "/t/*", severity: "block" }, {
        t: ["What is it?", "what is   it"]
      })[0]?.message ?? "",
      /says the same as \/t\/0/
    )
  })
  it("sentences that come twice, and runs of words that do", () => {
    const rule: Rule = { rule: "repetition", ...all }
    const sentence = "The lamp has a foot of alder wood."
    assert.lengthOf(found(rule, { a: sentence, b: `New. ${sentence}` }), 1)
    passes(rule, sentence)
    fails(rule, Array.from({ length: 30 }, (_, n) => `The lamp is number ${n}`).join(", "))
  })
})

describe("whitespace and quotation", () => {
  it("tell of what a repair would change", () => {
    const white: Rule = { rule: "whitespace", ...all }
    passes(white, "One two.\n\n  - three")
    for (const text of [" a", "a ", "a  b", "a \nb", "a\n\n\nb"]) fails(white, text)
    const quotes: Rule = { rule: "quotation", ...all }
    passes(quotes, "\"It's\"")
    fails(quotes, "It’s")
  })
  it("repair marks the piece, and the rest is judged as it is then", () => {
    const judged = judgePiece([
      { rule: "whitespace", field: "*", severity: "repair" },
      { rule: "quotation", field: "*", severity: "repair", id: "quotes" },
      { rule: "html", field: "/h", severity: "repair", tags: ["p", "b"] }
    ], { t: " It’s ", h: "<p><b>a", n: 1 })
    assert.deepStrictEqual(judged.content, { t: "It's", h: "<p><b>a</b></p>", n: 1 })
    assert.deepStrictEqual(judged.repairs, [
      { rule: "whitespace", field: "/t" },
      { rule: "quotes", field: "/t" },
      { rule: "html", field: "/h" }
    ])
    assert.deepStrictEqual(judged.blocking, [])
  })
  it("what a repair cannot put right blocks", () =>
    assert.lengthOf(
      judgePiece([{ rule: "html", field: "*", severity: "repair", tags: ["p"] }], { t: "<i>a" })
        .blocking,
      2
    ))
})

describe("language", () => {
  const rules = makeRuleSet([{ rule: "language", ...all, language: "en" }])
  it.effect("is told of each text that is long enough, and of all its parts", () =>
    Effect.gen(function*() {
      const { tools } = yield* loadRuleTools(".", rules)
      const fields = (content: { readonly [field: string]: unknown }) =>
        judgePiece(rules.rules, content, { tools }).blocking.map(({ field }) => field)
      const english = "This is a course on drawing with ink for people who draw in the evening. "
        .repeat(14)
      const german =
        "Dieser Kurs richtet sich an Menschen, die abends zeichnen, und enthält viele Lektionen. "
      assert.deepStrictEqual(fields({ a: english, b: english }), [])
      assert.deepStrictEqual(fields({ a: english, b: german.repeat(12) }), ["/b"])
      assert.deepStrictEqual(fields({ a: english + german.repeat(6) }), ["/a"])
      assert.deepStrictEqual(fields({ a: english, b: [german, "Was kostet es?"] }), ["/b/0"])
      assert.deepStrictEqual(
        fields({
          a: english,
          b: "VS Code, Node.js, PostgreSQL, Redis, Docker, Kubernetes, GitHub"
        }),
        []
      )
    }).pipe(Effect.provide(Layer.mock(RuleModules)({}))))
  it.effect("is told from the texts together", () =>
    Effect.gen(function*() {
      const { tools } = yield* loadRuleTools(".", rules)
      const text = (t: string) => judgePiece(rules.rules, { t }, { tools }).blocking
      assert.deepStrictEqual(
        text("This desk lamp has a foot of alder wood and a long steel arm."),
        []
      )
      assert.match(
        text(
          "Diese Schreibtischlampe hat einen Fuß aus Erlenholz und einen langen Arm aus Stahl."
        )[0]
          ?.message ?? "",
        /is written in de; write en/
      )
      assert.deepStrictEqual(text("Ink 2.0"), [])
    }).pipe(Effect.provide(Layer.mock(RuleModules)({}))))
})
