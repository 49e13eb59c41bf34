// Answers that are no chat completions: paid for and kept whole, judged like any draft, and never bought again.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Store from "../../../src/layers/MemoryStore.ts"
import { ScriptedLlm } from "../../../src/layers/ScriptedLlm.ts"
import { exitCodeOf } from "../../../src/programs/generate/exitCode.ts"
import type { Completion } from "../../../src/services/generation/Llm.ts"
import { eventsIn, goodAnswer, rows, run, slugIn } from "../../support/pipeline.ts"
import { makeJob } from "../../support/smallJob.ts"

const page: Partial<Completion> = {
  text: "<html>Bad Gateway</html>",
  finish: "unreadable",
  usage: null,
  body: "<html>Bad Gateway</html>"
}

describe("an answer that nobody can read", () => {
  it.effect("I10: is in the journal whole and booked at its worst case, and the strong model writes instead", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      const report = yield* run(store, yield* makeJob(), { rows: rows(3) })
      assert.deepInclude(report, { accepted: 3, callsNow: 4, stop: null, atRisk: [] })
      const [intent] = eventsIn(store, "intent").filter(({ slug }) => slug === "item-1")
      const [response] = eventsIn(store, "response").filter(({ slug }) => slug === "item-1")
      assert.strictEqual(response?.["costNanoUsd"], intent?.["reservedNanoUsd"])
      assert.deepInclude(response?.["completion"], { body: page.body })
      const [verdict] = eventsIn(store, "verdict").filter(({ slug }) => slug === "item-1")
      assert.deepInclude(verdict, { accepted: false, cause: "Malformed" })
      const requests = (yield* (yield* ScriptedLlm).calls).filter((request) =>
        slugIn(request) === "item-1"
      )
      assert.deepStrictEqual(requests.map(({ model }) => model), ["base", "strong"])
      assert.include(requests[1]?.messages.at(-1)?.content, "is no chat completion")
    }).pipe(
      Effect.provide(
        ScriptedLlm.layer((request) =>
          slugIn(request) === "item-1" && request.model === "base" ? page : goodAnswer(request)
        )
      )
    )
  })

  it.effect("I9: one after the other, with no completion between them, stop the run; what was not judged is, later", () => {
    const store = Store.make()
    let mended = false
    return Effect.gen(function*() {
      const job = yield* makeJob({ concurrency: 8 })
      const cut = yield* run(store, job, { rows: rows(40) })
      assert.strictEqual(cut.stop?._tag, "EndpointDead")
      assert.include(JSON.stringify(cut.stop), "no chat completions")
      assert.include(JSON.stringify(cut.stop), "check the base URL")
      assert.strictEqual(exitCodeOf(cut), 3)
      assert.isAtMost(cut.callsNow, 20)
      assert.isAtMost(cut.rejected, 4)
      mended = true
      const resumed = yield* run(store, job, { rows: rows(40) })
      assert.strictEqual(resumed.pending, 0)
      assert.isAbove(resumed.judgedFromJournal, 0)
      const hashes = eventsIn(store, "intent").map(({ requestHash }) => requestHash)
      assert.strictEqual(new Set(hashes).size, hashes.length, "I10: a request was bought twice")
    }).pipe(
      Effect.provide(ScriptedLlm.layer((request) => mended ? goodAnswer(request) : page))
    )
  })
})
