// The quick look for what a model leaves behind: no text that a pattern finds is passed over by its hints.
import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { fold } from "../../../../src/services/qa/Fold.ts"
import { leaks } from "../../../../src/services/qa/rules/leaks.ts"

/** Signs, classes and one level of groups. */
const look =
  /\(\?<?[=!](?:\\.|\[(?:\\.|[^\]\\])*\]|[^()[\]\\]|\((?:\\.|\[(?:\\.|[^\]\\])*\]|[^()[\]\\])*\))*\)/g

/** Without what looks around, which nobody can generate: whether a text is found is asked of the pattern itself. */
const withoutLooks = ({ source }: RegExp): RegExp =>
  new RegExp(source.replace(look, "").replaceAll("\\b", ""))

describe("the hints of a leak", () => {
  for (const [n, { hints, pattern, what }] of leaks.entries()) {
    it(`stand in whatever its pattern finds: ${what} (${n})`, () => {
      let found = 0
      fc.assert(
        fc.property(fc.stringMatching(withoutLooks(pattern)), (text) => {
          if (!pattern.test(text)) return
          found++
          assert.isTrue(hints.some((hint) => fold(text).includes(hint)), text)
        }),
        { numRuns: 1000 }
      )
      assert.isAbove(found, 100)
    })
  }
})
