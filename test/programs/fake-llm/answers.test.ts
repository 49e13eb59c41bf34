// The fake model's answers: valid for their schema, made of the evidence, the same for the same request.
import { assert, describe, it } from "@effect/vitest"
import { Ajv2020 } from "ajv/dist/2020.js"
import * as fc from "fast-check"
import { answerText } from "../../../src/programs/fake-llm/answers/Answer.ts"
import { makeDice } from "../../../src/programs/fake-llm/answers/Dice.ts"
import { samplePattern } from "../../../src/programs/fake-llm/answers/PatternSample.ts"
import {
  findSlug,
  isBadRequest,
  readChatRequest
} from "../../../src/programs/fake-llm/ChatRequest.ts"
import { bodyOf, evidence, requestOf, userText } from "./requests.ts"

const pageSchema = {
  type: "object",
  additionalProperties: false,
  required: ["title", "summary", "keyFacts", "installLine", "licence", "faq"],
  properties: {
    title: { type: "string", minLength: 10, maxLength: 80 },
    summary: { type: "string", minLength: 80, maxLength: 300 },
    keyFacts: { type: "array", minItems: 3, maxItems: 6, items: { $ref: "#/$defs/fact" } },
    installLine: { type: "string", pattern: "^npm install \\S+$" },
    licence: { type: "string" },
    faq: {
      type: "array",
      minItems: 2,
      maxItems: 4,
      items: {
        type: "object",
        required: ["question", "answer"],
        properties: {
          question: { type: "string" },
          answer: { type: "string", minLength: 40, maxLength: 400 }
        }
      }
    }
  },
  $defs: { fact: { type: "string", minLength: 20, maxLength: 160 } }
}

const answer = (body: object, seed = "1", quality = 1): string =>
  answerText(requestOf(body), seed, quality)
const parsed = (body: object, seed?: string, quality?: number) =>
  JSON.parse(answer(body, seed, quality))

/** Random schemas of the kinds that are honoured, nested up to `depth`. */
const schemas = (depth: number): fc.Arbitrary<object> => {
  const bounds = (max: number) =>
    fc.tuple(fc.nat(max), fc.nat(max)).map(([a, b]) => ({
      low: Math.min(a, b),
      high: Math.max(a, b)
    }))
  const leaves: Array<fc.Arbitrary<object>> = [
    bounds(400).map(({ high, low }) => ({ type: "string", minLength: low, maxLength: high })),
    fc.nat(300).map((minLength) => ({ type: "string", minLength })),
    fc.constantFrom(
      "^[a-z]{3,8}$",
      "^(?:npm|pnpm) add [\\w-]+$",
      "^v\\d+\\.\\d+$",
      "^[A-Z][^x]*!?$",
      "a.c"
    )
      .map((pattern) => ({ type: "string", pattern })),
    bounds(1000).map(({ high, low }) => ({ type: "integer", minimum: low, maximum: high })),
    fc.nat(50).map((exclusiveMinimum) => ({ type: "number", exclusiveMinimum })),
    fc.constantFrom(2, 5, 0.5).map((multipleOf) => ({ type: "number", multipleOf, minimum: 3 })),
    fc.constant({ type: "boolean" }),
    fc.constant({ type: ["string", "null"] }),
    fc.uniqueArray(fc.string(), { minLength: 1, maxLength: 4 }).map((values) => ({ enum: values })),
    fc.oneof(fc.string(), fc.integer(), fc.constant(null)).map((value) => ({ const: value })),
    fc.constant({ $ref: "#/$defs/leaf" })
  ]
  if (depth === 0) return fc.oneof(...leaves)
  const inner = schemas(depth - 1)
  return fc.oneof(
    ...leaves,
    fc.dictionary(
      fc.string({ minLength: 1, maxLength: 8 }).filter((key) => key !== "__proto__"),
      inner,
      { maxKeys: 4 }
    )
      .map((properties) => ({
        type: "object",
        properties,
        required: Object.keys(properties),
        additionalProperties: false
      })),
    fc.tuple(bounds(5), inner).map(([{ high, low }, items]) => ({
      type: "array",
      minItems: low,
      maxItems: high,
      items
    })),
    fc.array(inner, { minLength: 1, maxLength: 3 }).map((prefixItems) => ({
      type: "array",
      prefixItems,
      items: false,
      minItems: prefixItems.length
    })),
    fc.uniqueArray(inner, { minLength: 1, maxLength: 3 }).map((anyOf) => ({ anyOf })),
    inner.map((one) => ({ allOf: [one, { description: "as above" }] }))
  )
}

describe("answers of the fake model", () => {
  it("validate against random schemas", () => {
    const ajv = new Ajv2020({ strict: false, allErrors: false })
    fc.assert(
      fc.property(schemas(2), fc.string(), (schema, seed) => {
        const whole = {
          ...schema,
          $defs: { leaf: { type: "string", minLength: 5, maxLength: 50 } }
        }
        const value = parsed(bodyOf({ schema: whole }), seed)
        const validate = ajv.compile(whole)
        assert.isTrue(
          validate(value),
          `${JSON.stringify(whole)}\n${JSON.stringify(value)}\n${ajv.errorsText(validate.errors)}`
        )
      }),
      { numRuns: 300 }
    )
  })

  it("validate whatever the evidence is", () => {
    const validate = new Ajv2020({ strict: false }).compile(pageSchema)
    const hostile = fc.oneof(
      fc.string({ unit: "binary", maxLength: 2000 }),
      fc.constantFrom(
        "",
        "<".repeat(9000),
        "```\n".repeat(3000),
        "<!--".repeat(3000),
        "[".repeat(9000),
        "\ud800 lone",
        "😀 ".repeat(900)
      )
    )
    fc.assert(
      fc.property(hostile, (text) => {
        const value = parsed(bodyOf({ schema: pageSchema, user: userText("x", text) }))
        assert.isTrue(validate(value), JSON.stringify(value))
      }),
      { numRuns: 150 }
    )
  })

  it("end a recursive schema", () => {
    const schema = {
      type: "object",
      properties: {
        name: { type: "string" },
        children: { type: "array", minItems: 1, items: { $ref: "#" } },
        branches: { type: "array", maxItems: 2, items: { $ref: "#" } },
        next: { anyOf: [{ $ref: "#" }, { type: "null" }] }
      },
      required: ["name", "branches", "next"]
    }
    const validate = new Ajv2020({ strict: false }).compile(schema)
    assert.isTrue(validate(parsed(bodyOf({ schema }))))
  })

  it("are the same for the same request, whatever the order of its keys", () => {
    const body = { ...bodyOf({ schema: pageSchema }), temperature: 0, max_completion_tokens: 4000 }
    const turned = Object.fromEntries(Object.entries(body).reverse())
    assert.strictEqual(answer(body), answer(turned))
    assert.strictEqual(requestOf(body).meaning, requestOf(turned).meaning)
    assert.strictEqual(requestOf({ ...body, user: "u" }).meaning, requestOf(body).meaning)
    assert.notStrictEqual(requestOf({ ...body, temperature: 1 }).meaning, requestOf(body).meaning)
    assert.notStrictEqual(requestOf({ ...body, model: "other" }).meaning, requestOf(body).meaning)
  })

  it("differ from item to item", () => {
    const texts = ["a", "b", "c"].map((slug) =>
      answer(bodyOf({ schema: pageSchema, user: userText(slug) }))
    )
    assert.strictEqual(new Set(texts).size, 3)
  })

  it("take labelled facts as they stand, and every number from the evidence", () => {
    for (const seed of ["1", "2", "3", "4", "5"]) {
      const value = parsed(bodyOf({ schema: pageSchema }), seed)
      assert.strictEqual(value.installLine, "npm install quill")
      assert.strictEqual(value.licence, "MIT")
      assert.match(value.title, /^quill: /)
      for (const number of JSON.stringify(value).match(/\d[\d.,]*\d|\d/g) ?? []) {
        assert.include(evidence, number)
      }
      assert.notInclude(JSON.stringify(value), "99999")
    }
  })

  const rich =
    `about: Harbour lamps are made of brass by two brothers in Esbjerg. They hang in kitchens and in workshops.

access: Order the lamp and choose a length of cable. Hang it from the hook that comes with it.

questions: Is it heavy? It weighs as much as a full kettle, and the hook carries twice that. Does it get hot? Its shade stays
cool enough to touch, because the bulb sits below it.

price: 80 EUR`
  const richSchema = {
    type: "object",
    required: ["about", "howToRedeem", "faq"],
    properties: {
      about: { type: "string", description: "40 to 60 words" },
      howToRedeem: { type: "array", minItems: 1, maxItems: 5, items: { type: "string" } },
      faq: {
        type: "array",
        minItems: 2,
        maxItems: 4,
        items: {
          type: "object",
          required: ["question", "answer"],
          properties: { question: { type: "string" }, answer: { type: "string" } }
        }
      }
    }
  }

  it("are whole sentences where they belong, and shorter than asked for where there are no more", () => {
    const page = parsed(bodyOf({ schema: richSchema, user: userText("harbour-lamp", rich) }))
    assert.strictEqual(
      page.about,
      "Harbour lamps are made of brass by two brothers in Esbjerg. They hang in kitchens and in workshops. " +
        "The price is 80 EUR. It is published under the MIT licence."
    )
    assert.deepStrictEqual(page.howToRedeem, [
      "Order the lamp and choose a length of cable.",
      "Hang it from the hook that comes with it."
    ])
    assert.deepStrictEqual(page.faq.slice(0, 2), [
      {
        question: "Is it heavy?",
        answer: "It weighs as much as a full kettle, and the hook carries twice that."
      },
      {
        question: "Does it get hot?",
        answer: "Its shade stays cool enough to touch, because the bulb sits below it."
      }
    ])
  })

  it("of a bad model have a vice, and begin alike", () => {
    const begun = ["a", "b", "c", "d"].map((slug) => {
      const user = userText(slug, rich)
      const { about } = parsed(bodyOf({ schema: richSchema, model: "fake-bad", user }))
      assert.isFalse(rich.includes(about))
      return about.replace(slug, "…").split(".")[0]
    })
    assert.strictEqual(new Set(begun).size, 1)
  })

  it("of a careless model have a flaw in a share of the prompts that a careful one does not", () => {
    const flawed = (quality: number): number =>
      Array.from(
        { length: 400 },
        (_, i) => answer(bodyOf({ schema: pageSchema, user: userText(`item-${i}`) }), "1", quality)
      )
        .filter((text) => text.includes("48,713") || text.includes("[Insert")).length
    assert.strictEqual(flawed(1), 0)
    assert.isAbove(flawed(0.9), 15)
    assert.isBelow(flawed(0.9), 70)
  })

  it("of a retake leave out what the findings quote", () => {
    const first = parsed(bodyOf({ schema: pageSchema }))
    const phrase = first.keyFacts[0].slice(0, 30)
    const retake = `${
      userText("quill")
    }\n\n<findings>\n- banned in /keyFacts/0 (at fault: "${phrase}")\n</findings>`
    assert.notInclude(answer(bodyOf({ schema: pageSchema, user: retake })), phrase)
  })

  it("need no schema", () => {
    assert.include(answer(bodyOf()), "quill")
    const object = JSON.parse(answer({ ...bodyOf(), response_format: { type: "json_object" } }))
    assert.isAbove(object.text.length, 79)
  })
})

describe("samplePattern", () => {
  it("matches, or says that it cannot", () => {
    const patterns = [
      "^\\d{4}-\\d{2}$",
      "^(a|b)+$",
      "[^abc]",
      "^\\S+@\\S+\\.com$",
      "^$",
      "x{2,}",
      "^[\\w.]+\\/?$"
    ]
    for (const pattern of patterns) {
      const text = samplePattern(pattern, 0, 100, makeDice(pattern))
      assert.isDefined(text, pattern)
      assert.match(text, new RegExp(pattern, "u"))
    }
    for (const pattern of ["(?=a)b", "(", "[", "a{2", "\\p{L}", "(".repeat(100)]) {
      assert.isUndefined(samplePattern(pattern, 0, 100, makeDice(pattern)), pattern)
    }
  })
})

describe("readChatRequest", () => {
  it("finds the slug that a prompt names", () => {
    const cases = [
      ["Slug: a b/ü", "a b/ü"],
      ["- **slug**: `left-pad`", "left-pad"],
      ["{\"slug\": \"json one\", \"x\": 1}", "json one"],
      ["<item slug=\"tagged\">", "tagged"],
      ["nothing here", ""]
    ] as const
    for (const [text, slug] of cases) {
      assert.strictEqual(findSlug(requestOf(bodyOf({ user: text }))), slug)
    }
  })

  it("names what is wrong with a request", () => {
    const cases: ReadonlyArray<readonly [string, string]> = [
      ["", "not a JSON object"],
      ["[]", "not a JSON object"],
      ["{}", "model"],
      [`{"model":"m","messages":[]}`, "messages"],
      [`{"model":"m","messages":[1]}`, "role"],
      [`{"model":"m","messages":[{"role":"user"}],"stream":true}`, "stream"],
      [
        `{"model":"m","messages":[{"role":"user"}],"response_format":{"type":"xml"}}`,
        "response_format"
      ],
      [
        `{"model":"m","messages":[{"role":"user"}],"response_format":{"type":"json_schema"}}`,
        "schema"
      ],
      [`{"model":"m","messages":[{"role":"user"}],"max_tokens":0}`, "max_completion_tokens"]
    ]
    for (const [text, message] of cases) {
      const read = readChatRequest(Buffer.from(text))
      assert.isTrue(isBadRequest(read) && read.message.includes(message), text)
    }
  })
})
