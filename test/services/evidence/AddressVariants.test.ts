// Other spellings of an address: the likely ones first, bounded, http and https alone, and never the address itself.
import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { addressVariants } from "../../../src/services/evidence/AddressVariants.ts"

describe("addressVariants", () => {
  for (
    const [from, to] of [
      ["https://a.test/lamp", "https://a.test/lamp/"],
      ["https://a.test/lamp/", "https://a.test/lamp"],
      ["http://a.test/lamp", "https://a.test/lamp"],
      ["https://a.test/lamp", "https://www.a.test/lamp"],
      ["https://www.a.test/lamp", "https://a.test/lamp"],
      ["https://a.test/lamp).", "https://a.test/lamp"],
      ["https://a.test/Desk-Lamp", "https://a.test/desk-lamp"],
      ["https://a.test/desk%2520lamp", "https://a.test/desk%20lamp"],
      ["https://a.test/desk+lamp", "https://a.test/desk%20lamp"],
      ["https://a.test/desk%20lamp", "https://a.test/desk-lamp"],
      ["https://a.test/caf%65%CC%81", "https://a.test/caf%C3%A9"],
      ["https://a.test/lamp/index.html", "https://a.test/lamp/"],
      ["https://a.test/lamp?a=1&amp;b=2", "https://a.test/lamp?a=1&b=2"],
      ["https://a.test/lamp?utm_source=x", "https://a.test/lamp"],
      ["http://a.test/lamp", "https://www.a.test/lamp"]
    ] as const
  ) {
    it(`${from} may be meant as ${to}`, () => assert.include(addressVariants(from), to))
  }

  it("a host that is an address, or one word, gets no www; a port keeps its scheme", () => {
    for (const from of ["http://127.0.0.1:8080/a", "http://[::1]/a", "http://localhost/a"]) {
      assert.isEmpty(addressVariants(from).filter((each) => each.includes("www.")))
    }
    assert.isEmpty(
      addressVariants("http://a.test:8080/a").filter((each) => each.startsWith("https"))
    )
  })

  it("what is no http address has none", () => {
    for (
      const from of ["", "lamp", "ftp://a.test/x", "javascript:alert(1)", "file:///etc/passwd"]
    ) {
      assert.deepStrictEqual(addressVariants(from), [])
    }
  })

  it("whatever the address: at most twelve, each once, none the address itself, all of its scheme and port", () => {
    fc.assert(fc.property(
      fc.oneof(fc.webUrl({ withQueryParameters: true, withFragments: true }), fc.string()),
      (address) => {
        const variants = addressVariants(address)
        assert.isAtMost(variants.length, 12)
        assert.strictEqual(new Set(variants).size, variants.length)
        assert.notInclude(variants, address)
        for (const each of variants) assert.match(each, /^https?:\/\//)
      }
    ))
  })
})
