// The facade for programs without Effect, on the real file system.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Inkfast from "../src/promise.ts"
import { tempDir } from "./support/TempDir.ts"

const jobIn = (directory: string, timeoutMs = 60_000): Inkfast.JobDefinition => ({
  settings: {
    models: { base: { name: "mine", timeoutMs } },
    prices: { mine: { inputUsdPerMtok: 1, outputUsdPerMtok: 1 } },
    evidence: { minChars: 0 },
    transientAttemptsMax: 1,
    concurrency: 2
  },
  prompt: "--- user\nWrite a title for {{ slug }}.\n",
  schema: {
    type: "object",
    properties: { title: { type: "string" } },
    required: ["title"],
    additionalProperties: false
  },
  directory
})

const rows = ["a", "b", "c", "d"].map((slug) => ({ slug }))
const usage = { inputTokens: 10, cachedInputTokens: 0, outputTokens: 5, reasoningTokens: 0 }

const answer = (request: Inkfast.LlmRequest): Inkfast.Completion => ({
  model: request.model,
  text: JSON.stringify({ title: "A title" }),
  finish: "stop",
  refusal: null,
  usage,
  body: {}
})

const successes = (directory: string) =>
  fs.readFileSync(path.join(directory, "data/content/master/successes.jsonl"), "utf8").split("\n")
    .slice(0, -1)

/** The test as a promise, in a directory of its own. */
const inDirectory = (test: (directory: string) => Promise<void>) =>
  Effect.scoped(Effect.flatMap(tempDir, (directory) => Effect.promise(() => test(directory))))

describe("promise", () => {
  it.live("refuses an option that it does not know: a budget that is ignored is none", () =>
    inDirectory(async (directory) => {
      const choice = { job: jobIn(directory), rows }
      const told = async (wrong: object) => {
        const error: unknown = await Inkfast.generate(wrong as Inkfast.GenerateChoice).catch(
          (thrown: unknown) => thrown
        )
        assert.propertyVal(error, "_tag", "JobError")
        return (error as Error).message
      }
      assert.strictEqual(
        await told({ ...choice, overrides: { budgetUSD: 1 } }),
        `overrides: budgetUSD: unknown key; did you mean "budgetUsd"?`
      )
      assert.include(await told({ ...choice, budgetUsd: 1 }), "options: budgetUsd: unknown key")
      assert.include(
        await told({ ...choice, apiKey: "sk-\u200Babc" }),
        "options: apiKey: has a character that no header can carry, at position 4"
      )
      assert.include(await told({ rows }), "options: job: is undefined; must be the path of a job")
      assert.isFalse(fs.existsSync(path.join(directory, "data")))
    }))

  it.live("generates with a model of one's own, and the rest of the library reads what it left", () =>
    inDirectory(async (directory) => {
      const told: Array<string> = []
      const report = await Inkfast.generate({
        job: jobIn(directory),
        rows,
        model: (request) => Promise.resolve(answer(request)),
        onEvent: ({ event }) => told.push(event)
      })
      assert.deepInclude(report, { input: 4, accepted: 4, pending: 0, stop: null })
      assert.lengthOf(successes(directory), 4)
      assert.strictEqual(told.filter((event) => event === "accepted").length, 4)
      const data = path.join(directory, "data/content")
      const status = await Inkfast.status(data, { job: jobIn(directory), rows })
      assert.deepInclude(status.items, { input: 4, accepted: 4, pending: 0 })
      assert.strictEqual((await Inkfast.consolidate(data)).successes.kept, 4)
      const audit = await Inkfast.audit(data, { job: jobIn(directory), rows })
      assert.deepStrictEqual(audit.checks.filter(({ outcome }) => outcome === "broken"), [])
      const probe = await Inkfast.probe({ job: jobIn(directory), rows })
      assert.deepInclude(probe, { settled: 4, probed: 0 })
    }))

  it.live("an abort stops gently: what passed is in the masters, calls in flight end, the report says Signal", () =>
    inDirectory(async (directory) => {
      const controller = new AbortController()
      let calls = 0
      const report = await Inkfast.generate({
        job: jobIn(directory),
        rows,
        signal: controller.signal,
        model: async (request) => {
          calls++
          await Promise.resolve()
          return answer(request)
        },
        onEvent: ({ event }) => {
          if (event === "accepted") controller.abort()
        }
      })
      assert.deepStrictEqual(report.stop, { _tag: "Signal", signal: "abort" })
      assert.isAbove(report.accepted, 0)
      assert.isAbove(report.pending, 0)
      assert.strictEqual(report.accepted, calls)
      assert.lengthOf(successes(directory), report.accepted)
    }))

  it.live("a signal that is aborted already begins nothing", () =>
    inDirectory(async (directory) => {
      const report = await Inkfast.generate({
        job: jobIn(directory),
        rows,
        signal: AbortSignal.abort(),
        model: (request) => Promise.resolve(answer(request))
      })
      assert.deepInclude(report, { accepted: 0, callsNow: 0 })
    }))

  it.live("after its grace an abort cuts the model's own call through its signal", () =>
    inDirectory(async (directory) => {
      const controller = new AbortController()
      const report = await Inkfast.generate({
        job: jobIn(directory),
        rows: [{ slug: "a" }],
        signal: controller.signal,
        graceMs: 0,
        model: (_request, signal) =>
          new Promise((_, reject) => {
            signal.addEventListener("abort", () => reject(new Error("cut")))
            controller.abort()
          })
      })
      assert.deepInclude(report, { accepted: 0, pending: 1 })
      assert.deepStrictEqual(report.atRisk.map(({ slug }) => slug), ["a"])
    }))

  const failures: ReadonlyArray<[string, () => Promise<Inkfast.Completion>, number]> = [
    ["an unknown rejection counts as at risk", () => Promise.reject(new Error("who knows")), 1],
    ["a throw counts as at risk", () => {
      throw new Error("at once")
    }, 1],
    [
      "an answer that is no completion counts as at risk",
      () => Promise.resolve({ text: 1 } as never),
      1
    ],
    [
      "a model that never answers is cut at its timeout, and at risk",
      () => new Promise(() => {}),
      1
    ],
    [
      "a reason that says so is not",
      () =>
        Promise.reject(new Inkfast.Llm.Overloaded({ status: 503, retryAfterMs: null, detail: "" })),
      0
    ]
  ]
  for (const [name, model, atRisk] of failures) {
    it.live(name, () =>
      inDirectory(async (directory) => {
        const report = await Inkfast.generate({
          job: jobIn(directory, 20),
          rows: [{ slug: "a" }],
          model
        })
        assert.deepInclude(report, { accepted: 0, pending: 1 })
        assert.lengthOf(report.atRisk, atRisk)
      }))
  }

  it.live("rejects with the typed error when the run may not begin", () =>
    inDirectory(async (directory) => {
      const model = (request: Inkfast.LlmRequest) => Promise.resolve(answer(request))
      const errorOf = (choice: Partial<Inkfast.GenerateChoice>) =>
        Inkfast.generate({ job: jobIn(directory), rows, model, ...choice }).then(
          () => assert.fail("it began"),
          (error: { readonly _tag: string; readonly message: string }) => error
        )
      const wrong = {
        ...jobIn(directory),
        settings: { ...jobIn(directory).settings, concurrency: 0 }
      }
      assert.deepInclude(await errorOf({ job: wrong }), { _tag: "JobError" })
      assert.deepInclude(await errorOf({ rows: [{ slug: "a" }, { slug: "a" }] }), {
        _tag: "InputError"
      })
      assert.deepInclude(await errorOf({ overrides: { model: "nobody-knows-it" } }), {
        _tag: "UnknownPrice"
      })
      assert.isFalse(fs.existsSync(path.join(directory, "data")))
    }))
})
