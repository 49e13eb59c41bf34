// The deep audit: records against the rules of today.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Known from "../../src/layers/Known.ts"
import * as MemoryDisk from "../../src/layers/MemoryDisk.ts"
import * as Store from "../../src/layers/MemoryStore.ts"
import { auditDeep } from "../../src/programs/auditDeep.ts"
import { Corpus } from "../../src/services/corpus/Corpus.ts"
import { paths } from "../../src/services/durability/DataDirectory.ts"
import { itemsFromRows } from "../../src/services/items/RowItems.ts"
import { RuleModules } from "../../src/services/qa/UserRule.ts"
import { recordLine } from "../support/masters.ts"
import { makeJob } from "../support/smallJob.ts"

const titled = (slug: string, n: number, title: string) =>
  recordLine({ slug, id: `r:${n}`, atMs: n, content: { title } })

const audit = Effect.fnUntraced(function*(successes: string) {
  const store = Store.make()
  const job = yield* makeJob({
    qa: [{ rule: "length", field: "/title", maxChars: 20 }, { rule: "numbers" }]
  })
  if (successes !== "") store.put(paths(job.dataDirectory).successes, successes)
  const before = store.files()
  const known = Known.layer(job).pipe(Layer.provideMerge(MemoryDisk.layer(store)))
  const source = yield* itemsFromRows([{ slug: "a", text: "7 lamps" }, {
    slug: "b",
    text: "8 lamps"
  }])
  const check = yield* Effect.provide(
    auditDeep(source),
    Layer.mergeAll(
      known,
      Layer.provide(Corpus.layer({ name: "", isShared: false }), known),
      Layer.mock(RuleModules)({})
    )
  )
  assert.deepStrictEqual(store.files(), before)
  return check
})

describe("audit --deep", () => {
  it.effect("a record that fails today's rules breaks it, with its place and the rule", () =>
    Effect.gen(function*() {
      const check = yield* audit(
        titled("a", 1, "On 7 lamps") + titled("b", 2, "A title that is much too long for it")
      )
      assert.deepInclude(check, { outcome: "broken", checked: 2, violations: 1 })
      assert.match(check.examples[0] ?? "", /^successes\.jsonl:2: b: length in \/title: /)
      assert.include(check.note, "length 1")
    }))

  it.effect("an end that is being written is not there yet", () =>
    Effect.gen(function*() {
      const line = titled("a", 1, "On 7 lamps")
      assert.deepInclude(yield* audit(`${line}{"slug":"b","title":"On`), {
        outcome: "holds",
        checked: 1
      })
    }))

  it.effect("a record without its facts is unverified, which is no pass, and so is none at all", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* audit(titled("a", 1, "On 7 lamps"))).outcome, "holds")
      const check = yield* audit(
        titled("a", 1, "On 7 lamps") + titled("elsewhere", 2, "On 9 lamps")
      )
      assert.deepInclude(check, { outcome: "unverified", checked: 2, violations: 0 })
      assert.deepInclude(yield* audit(""), {
        outcome: "unverified",
        checked: 0,
        note: "there was nothing to check"
      })
    }))
})
