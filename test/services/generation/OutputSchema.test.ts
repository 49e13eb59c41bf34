// Output schemas: what compiles, what is refused and where, and how a value's faults are told.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import { compileOutputSchema } from "../../../src/services/generation/OutputSchema.ts"
import { allowsStrict } from "../../../src/services/generation/StrictSchema.ts"

const compile = (schema: unknown) => compileOutputSchema("job/schema.json", JSON.stringify(schema))
const object = (properties: unknown, rest = {}) => ({ type: "object", properties, ...rest })
const findings = (schema: unknown, value: unknown) =>
  Effect.runSync(compile(schema)).check(value).map(({ field, message, text }) => ({
    field,
    text,
    message
  }))

describe("compileOutputSchema", () => {
  it.effect.each(
    [
      ["{", "", /not JSON.*position|not JSON/],
      ["[]", "", /must be a JSON object/],
      ["{}", "/type", /"type": "object"/],
      ["{\"type\":\"array\"}", "/type", /"type": "object"/],
      ["{\"type\":\"object\",\"properties\":{\"slug\":{}}}", "/properties/slug", /rename it/],
      ["{\"type\":\"object\",\"required\":[\"_meta\"]}", "/required", /_meta/],
      [
        "{\"type\":\"object\",\"properties\":{\"a\":{\"requried\":[]}}}",
        "/properties/a/requried",
        /no keyword "requried"/
      ],
      [
        "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"text\"}}}",
        "/properties/a/type",
        /must be/
      ],
      [
        "{\"type\":\"object\",\"properties\":{\"a\":{\"$ref\":\"https://example.com/a.json\"}}}",
        "/properties/a/$ref",
        /never fetched/
      ],
      [
        "{\"$schema\":\"http://json-schema.org/draft-07/schema#\",\"type\":\"object\"}",
        "/$schema",
        /2020-12/
      ],
      ["{\"$async\":true,\"type\":\"object\"}", "/$async", /remove/]
    ] as const
  )("refuses %s at %j", ([text, place, detail]) =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(compileOutputSchema("job/schema.json", text))
      assert.strictEqual(error.place, place)
      assert.match(error.detail, detail)
      assert.match(error.message, /^job\/schema\.json/)
    }))

  it.effect("takes unknown formats and x- notes as annotations", () =>
    Effect.gen(function*() {
      const { check } = yield* compile(
        object({ a: { type: "string", format: "uri", "x-note": 1 }, b: { format: "zzz" } })
      )
      assert.deepStrictEqual(check({ a: "not a uri" }), [])
    }))

  it.effect("equal schemas have equal hashes, whatever the order of their keys", () =>
    Effect.gen(function*() {
      const one = yield* compileOutputSchema("a.json", "{\"type\":\"object\",\"title\":\"T\"}")
      const two = yield* compileOutputSchema("b.json", "{ \"title\": \"T\", \"type\": \"object\" }")
      assert.strictEqual(one.hash, two.hash)
    }))

  it.effect("the name is one that every server takes", () =>
    Effect.gen(function*() {
      assert.strictEqual(
        (yield* compile({ type: "object", title: "Fiche produit: été!" })).name,
        "Fiche_produit_e_te"
      )
      assert.strictEqual((yield* compile({ type: "object" })).name, "schema")
      assert.strictEqual((yield* compile({ type: "object", title: "目录" })).name, "output")
    }))
})

describe("check", () => {
  it("names field, words and what would be right", () =>
    assert.deepStrictEqual(
      findings(
        object(
          {
            title: { type: "string", maxLength: 3 },
            kind: { enum: ["a", "b"] },
            faq: { type: "array", items: object({}) }
          },
          { required: ["title", "summary"], additionalProperties: false }
        ),
        { title: "toolong", kind: "c", faq: [{}, "x"], extra: 1 }
      ),
      [
        { field: "", text: "", message: "the field \"summary\" is missing" },
        {
          field: "",
          text: "an object with title, kind, faq, extra",
          message: "there is no field \"extra\" in the schema; leave it out"
        },
        { field: "/title", text: "toolong", message: "must NOT have more than 3 characters" },
        { field: "/kind", text: "c", message: "must be one of [\"a\",\"b\"]" },
        { field: "/faq/1", text: "x", message: "must be object" }
      ]
    ))

  it("tells at most twenty findings, each at most 200 characters", () => {
    const value = { a: Array.from({ length: 5000 }, () => "x".repeat(1000)) }
    const all = findings(object({ a: { type: "array", items: { type: "number" } } }), value)
    assert.strictEqual(all.length, 20)
    for (const { text } of all) assert.isAtMost(text.length, 200)
  })

  it("is total, even for a value deeper than the stack", () => {
    const schema = Effect.runSync(compile({ type: "object", properties: { a: { $ref: "#" } } }))
    let deep: unknown = {}
    for (let i = 0; i < 200_000; i++) deep = { a: deep }
    assert.strictEqual(schema.check(deep).length, 1)
    fc.assert(fc.property(fc.jsonValue(), (value) => {
      schema.check(value)
    }))
  })
})

describe("allowsStrict", () => {
  const closed = (properties: Record<string, unknown>) =>
    object(properties, { required: Object.keys(properties), additionalProperties: false })
  it.each([
    [closed({ a: { type: "string" } }), true],
    [
      closed({
        a: { type: ["string", "null"] },
        b: { type: "array", items: closed({ c: { type: "integer" } }) }
      }),
      true
    ],
    [closed({ a: { anyOf: [{ type: "string" }, { type: "null" }] } }), true],
    [{ ...closed({ a: { $ref: "#/$defs/x" } }), $defs: { x: closed({}) } }, true],
    [object({ a: { type: "string" } }), false],
    [object({ a: {} }, { additionalProperties: false }), false],
    [closed({ a: { type: "string", minLength: 1 } }), false],
    [closed({ a: { type: "array" } }), false],
    [closed({ a: { type: "object" } }), false],
    [closed({ a: { allOf: [] } }), false]
  ])("%j: %s", (schema, expected) => assert.strictEqual(allowsStrict(schema), expected))
})
