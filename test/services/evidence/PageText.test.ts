// The text of pages as servers really send them, broken ones included.
import { assert, describe, it } from "@effect/vitest"
import * as Option from "effect/Option"
import * as fc from "fast-check"
import { htmlToText } from "../../../src/services/evidence/html/HtmlText.ts"
import { pageText } from "../../../src/services/evidence/PageText.ts"

describe("htmlToText", () => {
  it("keeps the words and the shape of blocks", () => {
    const html = `<!doctype html><html><head><title>A  page</title><style>p { color: red }</style>
      <script>if (a < b) alert("no")</script></head><body><h1>Head</h1><p>One
      <b>bold</b> word.</p><!-- hidden > --><ul><li>first<li>second</ul><table><tr><td>a</td><td>b</td></tr></table></body>`
    assert.strictEqual(
      htmlToText(html),
      "A page\n\nHead\n\nOne bold word.\n\n- first\n- second\n\na b"
    )
  })

  it("decodes entities once, and they never become tags", () => {
    assert.strictEqual(
      htmlToText(
        "&lt;script&gt;x&lt;/script&gt; &amp;lt; &#65;&#x1F600;&#0;&#xD800; &unknown; &euro;5"
      ),
      "<script>x</script> &lt; A😀\ufffd\ufffd &unknown; €5"
    )
  })

  it("survives broken markup", () => {
    assert.strictEqual(htmlToText("a < b <3 c"), "a < b <3 c")
    assert.strictEqual(htmlToText("a<script>never closed"), "a")
    assert.strictEqual(htmlToText("a<!-- never closed"), "a")
    assert.strictEqual(htmlToText("a<p title=\"x > y\">b"), "a\n\nb")
    assert.strictEqual(htmlToText("it's <b>5' tall</b> <i x' >b</i>"), "it's 5' tall b")
    assert.strictEqual(htmlToText("<SCRIPT>x</ScRiPt >after"), "after")
  })

  it("never throws, and hides no markup from itself", () => {
    const piece = fc.constantFrom(
      "<",
      ">",
      "</",
      "script",
      "<!--",
      "-->",
      "\"",
      "'",
      "=",
      " ",
      "&lt;",
      "&#60;",
      "a",
      "p"
    )
    fc.assert(fc.property(fc.array(piece), (pieces) => {
      assert.isString(htmlToText(pieces.join("")))
    }))
  })

  it("takes time in proportion to the page", () => {
    // Each of these is quadratic in a careless stripper: minutes instead of milliseconds.
    for (const hostile of ["<script>", "<!--", "<a href=\"", "<", "</", "&#", "<p x='"]) {
      assert.isString(htmlToText(hostile.repeat(200_000)))
    }
  })
})

describe("pageText", () => {
  const some = (contentType: string, bytes: Uint8Array) =>
    Option.getOrThrow(pageText(contentType, bytes)).text

  it("decodes in the character set of the header, of the page, or by trying", () => {
    const latin = Buffer.from([0x63, 0x61, 0x66, 0xe9])
    assert.strictEqual(some("text/plain; charset=ISO-8859-1", latin), "café")
    assert.strictEqual(
      some("text/html", Buffer.concat([Buffer.from("<meta charset='latin1'>"), latin])),
      "<meta charset='latin1'>café"
    )
    assert.strictEqual(some("text/plain", latin), "café")
    assert.strictEqual(some("TEXT/Plain", Buffer.from("café")), "café")
  })

  it("takes text, HTML and JSON, and nothing else", () => {
    assert.strictEqual(some("application/json", Buffer.from("{\"a\":1}")), "{\"a\":1}")
    assert.strictEqual(some("application/ld+json", Buffer.from("{}")), "{}")
    for (const type of ["image/png", "application/pdf", "application/octet-stream", ""]) {
      assert.isTrue(Option.isNone(pageText(type, Buffer.from("x"))), type)
    }
  })

  it("believes a byte order mark before header and page", () => {
    const marked = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from("café", "utf16le")])
    assert.strictEqual(some("text/plain; charset=latin1", marked), "café")
    const utf8 = Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from("café")])
    assert.strictEqual(some("text/html; charset=latin1", utf8), "café")
  })

  it("takes a page without a type where it begins as one", () => {
    assert.isTrue(Option.getOrThrow(pageText("", Buffer.from("\n<!DOCTYPE html><p>x"))).isHtml)
  })

  it("takes no bytes that are wrong in the character set they claim", () => {
    assert.isTrue(
      Option.isNone(pageText("text/plain; charset=utf-8", Buffer.from([0xff, 0xfe, 0xfd])))
    )
    assert.isTrue(Option.isNone(pageText("text/plain; charset=klingon", Buffer.from("x"))))
  })
})
