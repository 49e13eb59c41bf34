// Lines and columns of keys in a JSON text, however it is laid out.
import { assert, it } from "@effect/vitest"
import * as fc from "fast-check"
import { placeAt, placeOfKey } from "../../../src/services/job/JsonPlace.ts"

const text = [
  "{",
  `  "a": { "x": 1,`,
  `         "y": "}, \\"z\\": {" },`,
  `  "b": [{ "x": 1 },`,
  `        { "x": 2 }], "c": "a"`,
  "}"
].join("\n")

it.for(
  [
    [["a"], 2, 3],
    [["a", "y"], 3, 10],
    [["b", 1], 5, 9],
    [["b", 1, "x"], 5, 11],
    [["c"], 5, 22],
    // What is missing is looked for where it should be.
    [["a", "gone"], 2, 3],
    [["b", 7, "x"], 4, 3],
    [["gone"], 1, 1]
  ] as const
)("%j stands in line %i, column %i", ([path, line, column]) => {
  assert.deepStrictEqual(placeOfKey(text, path), { line, column })
})

it("finds every key of any object, and of a key that stands twice the last", () => {
  const object = fc.dictionary(
    fc.string(),
    fc.dictionary(fc.string(), fc.oneof(fc.integer(), fc.string(), fc.array(fc.string())))
  )
  fc.assert(fc.property(object, fc.constantFrom(0, 2), (value, indent) => {
    const json = JSON.stringify(value, null, indent)
    const lines = json.split("\n")
    for (const [outer, inner] of Object.entries(value)) {
      for (const key of Object.keys(inner)) {
        const { column, line } = placeOfKey(json, [outer, key])
        assert.isTrue(lines[line - 1]?.slice(column - 1).startsWith(`${JSON.stringify(key)}:`))
      }
    }
  }))
  assert.deepStrictEqual(placeOfKey(`{"a": 1, "a": 2}`, ["a"]), { line: 1, column: 10 })
})

it("counts from one", () => {
  assert.deepStrictEqual(placeAt("ab\nc", 0), { line: 1, column: 1 })
  assert.deepStrictEqual(placeAt("ab\nc", 3), { line: 2, column: 1 })
})
