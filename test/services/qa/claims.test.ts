// Claims of a piece: each that passed has its place, and none that was planted gets through.
import { assert, describe, it } from "@effect/vitest"
import type { Rule } from "../../../src/services/qa/RuleSet.ts"
import { judgePiece } from "../../support/pieces.ts"

const rules: ReadonlyArray<Rule> = [
  { rule: "claims", field: "/t", severity: "block" },
  { rule: "quotes", field: "/q/*", severity: "block" }
]

const evidence =
  "Ada’s lamp costs 24 USD. It was  first sold on 1 May 2019,\nin three sizes, and has " +
  "1,200 parts as of version 1.2.3. “A small lamp for a large desk,” she says."

describe("claims", () => {
  it("are kept with the place where each was found", () => {
    const content = {
      t: "Since May 2019 Ada sells it for $24 in 3 sizes, with 1200 parts; see 1.2.3.",
      q: ["A SMALL LAMP for a large desk"]
    }
    const { blocking, claims } = judgePiece(rules, content, { evidence })
    assert.deepStrictEqual(blocking, [])
    for (const { offset, source } of claims) {
      assert.strictEqual(source, "row:source0")
      assert.isAtLeast(offset, 0)
    }
    assert.deepStrictEqual(
      claims.map(({ field, kind, offset, text }) => [
        field,
        kind,
        text,
        evidence.slice(offset, offset + 5)
      ]),
      [
        ["/t", "price", "$24", "24 US"],
        ["/t", "date", "May 2019", "1 May"],
        ["/t", "name", "Ada", "Ada’s"],
        ["/q/0", "quote", "A SMALL LAMP for a large desk", "A sma"],
        ["/t", "number", "3", "three"],
        ["/t", "number", "1200", "1,200"],
        ["/t", "version", "1.2.3", "1.2.3"]
      ]
    )
  })

  it("a fact of the row that is no evidence is named as such", () => {
    const { claims } = judgePiece(rules, { t: "It has 7 arms.", q: [] }, { fields: { arms: "7" } })
    assert.deepStrictEqual(claims, [
      { field: "/t", kind: "number", text: "7", source: "item:arms", offset: 0 }
    ])
  })

  it("of more than a hundred the first are kept, and how many more there were", () => {
    const t = Array.from({ length: 130 }, (_, n) => `${n + 100};`).join(" ")
    const { claims, claimsLeftOut } = judgePiece(rules, { t, q: [] }, { evidence: t })
    assert.deepStrictEqual([claims.length, claimsLeftOut], [100, 30])
  })

  it("a quote's place is one in the text as it was", () => {
    const text = "Ｆｕｌｌ　ｗｉｄｔｈ \n\n “Fi\u00adne ﬁnal straße”, she said."
    const [claim] =
      judgePiece(rules, { t: "So.", q: ["fine final STRASSE"] }, { evidence: text }).claims
    assert.strictEqual(claim?.offset, text.indexOf("Fi\u00adne"))
  })

  it("a rejected piece has none", () =>
    assert.deepStrictEqual(
      judgePiece(rules, { t: "It has 8 arms.", q: [] }, { evidence }).claims,
      []
    ))

  it("of 500 planted numbers and 500 invented quotes none gets through", () => {
    const words = "small large lamp desk she says parts sizes first sold version costs a for".split(
      " "
    )
    for (let n = 0; n < 500; n++) {
      const number = 3_000 + n * 7
      const forms = [`${number}`, `${number}.5`, `$${number}`, `v${number}.1`, `${number}k`]
      const t = `It costs 24 USD and has ${forms[n % forms.length]!} friends.`
      assert.isAbove(judgePiece(rules, { t, q: [] }, { evidence }).blocking.length, 0, t)
      // True words in an order of nobody's: a word of the true quote is replaced by another.
      const quote = "a small lamp for a large desk".split(" ")
      const at = n % quote.length
      const other = words[n % words.length]!
      if (quote[at] === other) continue
      quote[at] = other
      const judged = judgePiece(rules, { t: "Fine.", q: [quote.join(" ")] }, { evidence })
      assert.strictEqual(judged.blocking[0]?.rule, "quotes", quote.join(" "))
    }
  })
})
