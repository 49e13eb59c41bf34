// Reading HTML, by property: whatever the markup, it ends, says the same twice, and shows nothing that was hidden.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import { readHtml } from "../../../src/services/evidence/html/ReadHtml.ts"
import { isCamouflaged, lookOf } from "../../../src/services/evidence/html/HidingStyle.ts"
import { colourOf, contrast } from "../../../src/services/evidence/html/Colour.ts"

const read = (html: string) => Effect.runPromise(readHtml(html))

const piece = fc.constantFrom(
  "<div>",
  "</div>",
  "<p hidden>",
  "<p class='menu'>",
  "</p>",
  "<ul><li>",
  "<table><tr><td>",
  "</table>",
  "<script type='application/ld+json'>{\"@type\":\"Product\",\"name\":",
  "</script>",
  "<style>.menu{display:none",
  "</style>",
  "<a href='/x'>x</a>",
  "<h2>You may also like</h2>",
  "<main>",
  "<dl><dt>",
  "<!--",
  "-->",
  "&amp",
  "&#x110000;",
  "<",
  "words. "
)

/** A tree in which every leaf is said to be seen or not, and every branch is some container. */
const tree: fc.Arbitrary<string> =
  fc.letrec<{ readonly node: string; readonly leaf: string }>((tie) => ({
    leaf: fc.constantFrom(
      "<p>SEEN in a sentence of its own.</p>",
      "<p hidden>UNSEEN</p>",
      "<div style='display:none'><b>UNSEEN</b></div>",
      "<span style='position:absolute;left:-9999px'>UNSEEN</span>",
      "<p class='gone'>UNSEEN</p>"
    ),
    node: fc.oneof(
      { maxDepth: 6 },
      tie("leaf"),
      fc.tuple(
        fc.constantFrom("div", "section", "article", "blockquote", "em"),
        fc.array(tie("node"), { maxLength: 4 })
      ).map(([tag, inner]) => `<${tag}>${inner.join("")}</${tag}>`)
    )
  })).node

describe("readHtml", () => {
  it("ends, and reads the same twice, whatever the markup", () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(piece, fc.string({ maxLength: 10 })), { maxLength: 60 }),
        async (parts) => {
          const html = parts.join("")
          assert.deepStrictEqual(await read(html), await read(html))
        }
      ),
      { numRuns: 200 }
    ))

  it("keeps what is seen and leaves out what is not, however they are nested", () =>
    fc.assert(
      fc.asyncProperty(tree, async (markup) => {
        const { hidden, text } = await read(
          `<html><head><style>.gone{display:none}</style></head><body>${markup}</body></html>`
        )
        assert.notInclude(text, "UNSEEN")
        assert.strictEqual(text.includes("SEEN"), markup.includes(">SEEN"))
        assert.strictEqual(hidden.length > 0, markup.includes("UNSEEN"))
      }),
      { numRuns: 200 }
    ))
})

describe("colours", () => {
  it("are read as style sheets write them", () => {
    const white = [255, 255, 255, 1]
    for (const value of ["#fff", "#ffffff", "white", "rgb(255, 255, 255)", "rgb(100% 100% 100%)"]) {
      assert.deepStrictEqual(colourOf(value)?.map(Math.round), white, value)
    }
    assert.strictEqual(colourOf("transparent")?.[3], 0)
    assert.strictEqual(colourOf("rgba(0,0,0,.5)")?.[3], 0.5)
    assert.isUndefined(colourOf("var(--brand)"))
    assert.isUndefined(colourOf("#ff"))
  })

  it("have the contrast that accessibility gives them, whichever stands first", () => {
    const level = fc.integer({ min: 0, max: 255 })
    const colour = fc.tuple(level, level, level, fc.constant(1))
    fc.assert(fc.property(colour, colour, (a, b) => {
      assert.strictEqual(contrast(a, b), contrast(b, a))
      assert.isAtLeast(contrast(a, b), 1)
      assert.isTrue(isCamouflaged(a, a))
    }))
    assert.closeTo(contrast([0, 0, 0, 1], [255, 255, 255, 1]), 21, 0.01)
  })

  it("in one style are held against one another", () => {
    assert.isTrue(lookOf("color: #eee; background: #efefef").isUnseen)
    assert.isFalse(lookOf("color: #eee; background: #333").isUnseen)
    assert.isFalse(lookOf("color: #fff").isUnseen)
  })
})
