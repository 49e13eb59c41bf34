// Custom rules: from modules on disk, from a layer, and what happens to one that cannot be had or fails.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as fs from "node:fs"
import { join } from "node:path"
import * as ImportedRuleModules from "../../src/layers/ImportedRuleModules.ts"
import * as NodeDisk from "../../src/layers/NodeDisk.ts"
import { loadRuleTools } from "../../src/services/qa/LoadRuleTools.ts"
import { makeRuleSet, type Rule } from "../../src/services/qa/RuleSet.ts"
import { NamedRules, type UserRule } from "../../src/services/qa/UserRule.ts"
import { judgePiece } from "../support/pieces.ts"
import { tempDir } from "../support/TempDir.ts"

const layer = Layer.provide(ImportedRuleModules.layer, NodeDisk.layer)

const custom = (use: string): ReadonlyArray<Rule> => [
  { rule: "custom", field: "/t", severity: "block", id: "shouting", use, parameters: { max: 1 } }
]

const source = (sign: string) =>
  `export default ({ texts, parameters }: any) => texts
    .filter(({ text }: any) => text.split("${sign}").length - 1 > parameters.max)
    .map(({ field }: any) => ({ field, message: "too loud" }))\n`

const load = (directory: string, use: string) => loadRuleTools(directory, makeRuleSet(custom(use)))

describe("custom rules", () => {
  it.effect("a module by its path, relative to the job; its text counts in the rule set's hash", () =>
    Effect.gen(function*() {
      const directory = yield* tempDir
      fs.writeFileSync(join(directory, "tone.ts"), source("!"))
      const first = yield* load(directory, "./tone.ts")
      const judged = (t: string) => judgePiece(custom("./tone.ts"), { t }, { tools: first.tools })
      assert.deepStrictEqual(judged("Hello!").blocking, [])
      assert.deepStrictEqual(judged("Hello!!").blocking, [
        { rule: "shouting", field: "/t", text: "", message: "too loud" }
      ])
      fs.writeFileSync(join(directory, "tone.ts"), source("?"))
      const second = yield* load(directory, "./tone.ts")
      assert.notStrictEqual(second.rulesHash, first.rulesHash)
    }).pipe(Effect.scoped, Effect.provide(layer)))

  it.effect("the files that a module imports count as well, however deep", () =>
    Effect.gen(function*() {
      const directory = yield* tempDir
      const write = (name: string, text: string) => fs.writeFileSync(join(directory, name), text)
      write("tone.ts", "import { check } from \"./lib/check.ts\"\nexport default check\n")
      fs.mkdirSync(join(directory, "lib"))
      write("lib/check.ts", "export * from \"../words.ts\"\nexport const check = () => []\n")
      write("words.ts", "export const words = 1\n")
      const first = yield* load(directory, "./tone.ts")
      assert.strictEqual((yield* load(directory, "./tone.ts")).rulesHash, first.rulesHash)
      write("words.ts", "export const words = 2\n")
      assert.notStrictEqual((yield* load(directory, "./tone.ts")).rulesHash, first.rulesHash)
    }).pipe(Effect.scoped, Effect.provide(layer)))

  it.effect("a rule that a layer gives, by its name", () =>
    Effect.gen(function*() {
      const rule: UserRule = { version: "1", check: () => [{ message: "never" }] }
      const { tools } = yield* load(".", "never").pipe(
        Effect.provideService(NamedRules, new Map([["never", rule]]))
      )
      assert.lengthOf(judgePiece(custom("never"), { t: "" }, { tools }).blocking, 1)
    }).pipe(Effect.provide(layer)))

  it.effect("one that cannot be had is an error that says what to do", () =>
    Effect.gen(function*() {
      const directory = yield* tempDir
      fs.writeFileSync(join(directory, "bad.ts"), "export const check = 1\n")
      fs.writeFileSync(join(directory, "broken.ts"), "export default (\n")
      const messageOf = (use: string) =>
        Effect.map(Effect.flip(load(directory, use)), ({ message }) => message)
      assert.match(yield* messageOf("./none.ts"), /none\.ts: there is no such file/)
      assert.match(yield* messageOf("./bad.ts"), /its default export is no function/)
      assert.match(yield* messageOf("./broken.ts"), /cannot be loaded/)
      assert.match(
        yield* messageOf("tone"),
        /no layer gives a rule of that name; .*\.\/rules\/tone\.ts/
      )
    }).pipe(Effect.scoped, Effect.provide(layer)))

  it("one that throws, or answers nonsense, has not passed the piece", () => {
    for (
      const check of [() => {
        throw new Error("oh")
      }, () => 7 as never]
    ) {
      const tools = { detectLanguage: () => "", userCheck: () => check }
      const [finding] = judgePiece(custom("x"), { t: "" }, { tools }).blocking
      assert.match(finding?.message ?? "", /could not check the piece/)
    }
  })
})
