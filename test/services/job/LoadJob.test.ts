// A job directory as it is read: defaults, every fault with its words, several at once.
import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { describe } from "vitest"
import * as MemoryDisk from "../../../src/layers/MemoryDisk.ts"
import { loadJob } from "../../../src/services/job/LoadJob.ts"
import { ruleKinds } from "../../../src/services/qa/RuleTypes.ts"
import { put } from "../items/Inputs.ts"

const prompt = "--- user\nWrite about {{ item.title }}.\n{{ evidence }}\n"
const schema = JSON.stringify({
  type: "object",
  properties: {
    title: { type: "string" },
    faq: { type: "array", items: { type: "object", properties: { answer: { type: "string" } } } }
  }
})
const minimal = "models:\n  base: { name: m }\n"

const write = (
  yaml: string | Uint8Array,
  files: { readonly prompt?: string; readonly schema?: string } = {}
) =>
  Effect.all([
    put("/job/inkfast.yaml", yaml),
    put("/job/prompt.md", files.prompt ?? prompt),
    put("/job/schema.json", files.schema ?? schema)
  ], { discard: true })

const load = (yaml: string) =>
  Effect.andThen(write(yaml), loadJob("/job")).pipe(Effect.provide(MemoryDisk.layerEmpty))

const message = (
  yaml: string | Uint8Array,
  files?: { readonly prompt?: string; readonly schema?: string }
) =>
  Effect.andThen(write(yaml, files), Effect.flip(loadJob("/job"))).pipe(
    Effect.map((error) => error.message),
    Effect.provide(MemoryDisk.layerEmpty)
  )

const ordinary = { attempts: 1, budgetShare: null, requestsPerMinute: null, tokensPerMinute: null }

describe("a job that is right", () => {
  it.effect("defaults hold for all that is not said", () =>
    Effect.gen(function*() {
      const { hash, outputSchema, prompt: compiled, rules, ...settings } = yield* load(minimal)
      assert.deepStrictEqual(settings, {
        directory: "/job",
        input: { path: "/job/items.jsonl", key: "slug", format: "auto" },
        dataDirectory: "/job/data/content",
        baseUrl: "https://api.openai.com/v1",
        rungs: [{
          index: 0,
          model: "m",
          outputTokensMax: 2000,
          temperature: undefined,
          timeoutMs: 120_000,
          ...ordinary
        }],
        prices: {},
        filePrices: {},
        itemBudgetNanoUsd: null,
        runBudgetNanoUsd: null,
        totalBudgetNanoUsd: null,
        holdAtRisk: false,
        concurrency: 8,
        consolidateEvery: 50,
        transientAttemptsMax: 5,
        retry: { timesMax: 3, giveUpAfter: 20 },
        transientSecondsMax: 600,
        itemAttemptsMax: 20,
        itemSecondsMax: 3600,
        climbOn: ["QaFailed", "Malformed", "Truncated"],
        evidence: {
          fields: ["*"],
          fileFields: [],
          urlFields: [],
          sources: [],
          minChars: 40,
          pageMinChars: 200,
          maxChars: 20_000,
          fetchTimeoutMs: 15_000,
          fetchBytesMax: 2_000_000,
          fetchAttemptsMax: 3,
          redirectsMax: 5,
          hostConcurrency: 2,
          hostDelayMs: 200,
          robots: true,
          userAgent: "inkfast/0.1",
          contact: "",
          cacheTtlMs: 604_800_000,
          allowPrivateAddresses: false,
          allowAddresses: []
        },
        judge: null
      })
      assert.match(hash, /^[0-9a-f]{32}$/)
      assert.strictEqual(compiled.file, "/job/prompt.md")
      assert.deepStrictEqual(rules.rules, [])
      assert.strictEqual(outputSchema.schema["type"], "object")
    }))

  it.effect("what is said is taken: both models, prices, budgets, rules, paths", () =>
    Effect.gen(function*() {
      const job = yield* load([
        "\ufeffinput: { path: /abs/in.csv, key: id, format: csv }",
        "data: ../out",
        "models:",
        "  base: { name: m, maxOutputTokens: 10, temperature: 0, timeoutMs: 5 }",
        "  strong: { name: s }",
        "prices:",
        "  m: { inputUsdPerMtok: 0.1, outputUsdPerMtok: 0.2, cachedInputUsdPerMtok: 0 }",
        "budget: { itemUsd: 0.05, runUsd: 0 }",
        "concurrency: 10000",
        "consolidateEvery: 0",
        "qa:",
        "  - { rule: length, field: /title, maxChars: 5, severity: warn }",
        "  - rule: required",
        "    phrases: [a b]",
        "  - { rule: numbers, field: /faq/*/answer }"
      ].join("\r\n"))
      assert.deepStrictEqual(job.input, { path: "/abs/in.csv", key: "id", format: "csv" })
      assert.strictEqual(job.dataDirectory, "/out")
      assert.deepStrictEqual(job.rungs, [
        { index: 0, model: "m", outputTokensMax: 10, temperature: 0, timeoutMs: 5, ...ordinary },
        {
          index: 1,
          model: "s",
          outputTokensMax: 2000,
          temperature: undefined,
          timeoutMs: 120_000,
          ...ordinary
        }
      ])
      assert.deepStrictEqual(job.prices, {
        m: { inputUsdPerMtok: 0.1, outputUsdPerMtok: 0.2, cachedInputUsdPerMtok: 0 }
      })
      assert.strictEqual(job.itemBudgetNanoUsd, 50_000_000)
      assert.strictEqual(job.runBudgetNanoUsd, 0)
      assert.strictEqual(job.concurrency, 10_000)
      assert.strictEqual(job.consolidateEvery, 0)
      assert.deepStrictEqual(job.rules.rules, [
        { rule: "length", field: "/title", severity: "warn", maxChars: 5 },
        { rule: "required", field: "*", severity: "block", phrases: ["a b"] },
        { rule: "numbers", field: "/faq/*/answer", severity: "block" }
      ])
    }))

  it.effect("a judge has defaults, too, and stands above the ladder", () =>
    Effect.gen(function*() {
      yield* put("/job/judge.md", "--- user\nJudge {{ piece }}.\n")
      yield* write(
        `${minimal}qa: [{ rule: numbers }]\njudge: { model: { name: j }, runUsd: 0.5 }\n`
      )
      const { judge, rungs } = yield* loadJob("/job")
      assert.lengthOf(rungs, 1)
      assert.deepInclude(judge, { runBudgetNanoUsd: 500_000_000, share: 1, minScore: 6 })
      assert.deepInclude(judge?.rung, { ...ordinary, index: 1, model: "j", outputTokensMax: 2000 })
      assert.deepInclude(judge?.prompt, { file: "/job/judge.md" })
    }).pipe(Effect.provide(MemoryDisk.layerEmpty)))

  it.effect("a section with nothing below it counts as left out", () =>
    Effect.gen(function*() {
      const job = yield* load(`${minimal}budget:\n  # itemUsd: 1\nprices:\nevidence:\n`)
      assert.strictEqual(job.itemBudgetNanoUsd, null)
    }))

  it.effect("the settings file may be named itself", () =>
    Effect.gen(function*() {
      yield* write(minimal)
      assert.deepStrictEqual(
        (yield* loadJob("/job/inkfast.yaml")).hash,
        (yield* loadJob("/job")).hash
      )
    }).pipe(Effect.provide(MemoryDisk.layerEmpty)))

  it.effect("the hash follows settings, prompt, schema and rules, and not the place", () =>
    Effect.gen(function*() {
      const hashOf = (yaml: string, files?: Parameters<typeof write>[1]) =>
        Effect.andThen(write(yaml, files), Effect.map(loadJob("/job"), (job) => job.hash)).pipe(
          Effect.provide(MemoryDisk.layerEmpty)
        )
      const first = yield* hashOf(minimal)
      assert.strictEqual(
        yield* hashOf(`# a note\n${minimal}concurrency: 8\ndata: elsewhere\n`),
        first
      )
      const others = [
        yield* hashOf(`${minimal}concurrency: 9\n`),
        yield* hashOf("models:\n  base: { name: n }\n"),
        yield* hashOf(minimal, { prompt: `${prompt} ` }),
        yield* hashOf(minimal, { schema: `{"type":"object"}` }),
        yield* hashOf(`${minimal}qa: [{ rule: numbers }]\n`)
      ]
      assert.strictEqual(new Set([first, ...others]).size, 6)
    }))
})

type Case = readonly [name: string, yaml: string, message: string]

const cases: ReadonlyArray<Case> = [
  [
    "an unknown key",
    `${minimal}concurency: 3\n`,
    `/job/inkfast.yaml:3: concurency: unknown key; did you mean "concurrency"?`
  ],
  [
    "an unknown key that is like none",
    `${minimal}budget: { zzz: 1 }\n`,
    "/job/inkfast.yaml:3: budget.zzz: unknown key; known here: itemUsd, runUsd, totalUsd"
  ],
  [
    "an unknown key deep down",
    "models:\n  base:\n    name: m\n    # a note\n    max_output_token: 3\n",
    `/job/inkfast.yaml:5: models.base.max_output_token: unknown key; did you mean "maxOutputTokens"?`
  ],
  [
    "a number out of its range",
    `${minimal}concurrency: 0\n`,
    "/job/inkfast.yaml:3: concurrency: is 0; must be a whole number from 1 to 10,000 (items in flight)"
  ],
  [
    "a fraction where a whole number belongs",
    `${minimal}consolidateEvery: 2.5\n`,
    "/job/inkfast.yaml:3: consolidateEvery: is 2.5; must be a whole number from 0 to 1,000,000,000 (accepted records; 0 disables)"
  ],
  [
    "a number in quotes",
    `${minimal}concurrency: "8"\n`,
    `/job/inkfast.yaml:3: concurrency: is "8"; must be a whole number from 1 to 10,000 (items in flight)`
  ],
  [
    "a negative budget",
    `${minimal}budget:\n  runUsd: -1\n`,
    "/job/inkfast.yaml:4: budget.runUsd: is -1; must be a number from 0 to 1,000,000 (US dollars)"
  ],
  [
    "an infinite budget",
    `${minimal}budget:\n  runUsd: .inf\n`,
    "/job/inkfast.yaml:4: budget.runUsd: is Infinity; must be a number from 0 to 1,000,000 (US dollars)"
  ],
  [
    "a temperature that no model takes",
    "models:\n  base: { name: m, temperature: 3 }\n",
    "/job/inkfast.yaml:2: models.base.temperature: is 3; must be a number from 0 to 2"
  ],
  [
    "a word that is not offered",
    `${minimal}input: { format: xml }\n`,
    `/job/inkfast.yaml:3: input.format: is "xml"; must be "auto" or "jsonl" or "csv"`
  ],
  [
    "text where a section belongs",
    `${minimal}input: items.jsonl\n`,
    `/job/inkfast.yaml:3: input: is "items.jsonl"; must be a mapping (key: value lines below it)`
  ],
  [
    "text where a list belongs",
    `${minimal}evidence: { urlFields: url }\n`,
    `/job/inkfast.yaml:3: evidence.urlFields: is "url"; must be a list`
  ],
  [
    "a base URL that is none",
    `${minimal}baseUrl: api.openai.com\n`,
    `/job/inkfast.yaml:3: baseUrl: is "api.openai.com"; must be an http or https URL without user, password or query, such as https://api.openai.com/v1`
  ],
  [
    "no models",
    "concurrency: 3\n",
    "/job/inkfast.yaml: models: is missing; say which model writes: models: { base: { name: gpt-4o-mini } }"
  ],
  [
    "an empty file",
    "",
    "/job/inkfast.yaml: models: is missing; say which model writes: models: { base: { name: gpt-4o-mini } }"
  ],
  [
    "a list instead of settings",
    "- a\n",
    `/job/inkfast.yaml: is ["a"]; must be a mapping (key: value lines below it)`
  ],
  [
    "no base model",
    "models:\n  strong: { name: s }\n",
    "/job/inkfast.yaml:1: models.base: is missing; every item is written by it first: base: { name: gpt-4o-mini }"
  ],
  [
    "half a price",
    `${minimal}prices:\n  gpt-5.1: { inputUsdPerMtok: 1 }\n`,
    "/job/inkfast.yaml:4: prices.gpt-5.1.outputUsdPerMtok: is missing; give US dollars per million tokens"
  ],
  [
    "a key of the API",
    `${minimal}apiKey: abc\n`,
    "/job/inkfast.yaml:3: apiKey: secrets do not belong in a job; remove it, set the environment variable OPENAI_API_KEY, and renew the key if the file was shared"
  ],
  [
    "a variable's name as key",
    `${minimal}OPENAI_API_KEY: abc\n`,
    "/job/inkfast.yaml:3: OPENAI_API_KEY: secrets do not belong in a job; remove it, set the environment variable OPENAI_API_KEY, and renew the key if the file was shared"
  ],
  [
    "a secret as a value is never shown",
    "models:\n  base: { name: sk-abcdefghijklmnopqrstuvwx }\n",
    "/job/inkfast.yaml:2: models.base.name: holds a secret: secrets do not belong in a job; remove it, set the environment variable OPENAI_API_KEY, and renew the key if the file was shared"
  ],
  [
    "a password in the base URL is never shown",
    `${minimal}baseUrl: https://me:pw@host/v1\n`,
    "/job/inkfast.yaml:3: baseUrl: holds a secret: secrets do not belong in a job; remove it, set the environment variable OPENAI_API_KEY, and renew the key if the file was shared"
  ],
  [
    "evidence bounds that cross",
    `${minimal}evidence: { minChars: 50, maxChars: 10 }\n`,
    "/job/inkfast.yaml:3: evidence.minChars: is 50, above evidence.maxChars, which is 10"
  ],
  [
    "a rule that is none",
    `${minimal}qa:\n  - rule: lenght\n`,
    `/job/inkfast.yaml:4: qa[0].rule: is "lenght"; did you mean "length"?`
  ],
  [
    "a rule without a name",
    `${minimal}qa:\n  - { rule: numbers }\n  - field: /title\n`,
    `/job/inkfast.yaml:5: qa[1]: names no rule; give rule: one of ${ruleKinds.join(", ")}`
  ],
  [
    "an unknown key of a rule",
    `${minimal}qa:\n  - rule: length\n    field: /title\n    max: 3\n`,
    "/job/inkfast.yaml:6: qa[0].max: unknown key; known here: rule, id, message, field, severity, minChars, maxChars, " +
    "minWords, maxWords, minSentences, maxSentences, minParagraphs, maxParagraphs, minItems, maxItems, together"
  ],
  [
    "a judge that is the only gate",
    `${minimal}judge: { model: { name: j }, runUsd: 1 }\n`,
    "/job/inkfast.yaml:3: judge: is the only gate: no rule of qa rejects anything. A judge comes after rules and does not stand in for them; give at least one that blocks"
  ],
  [
    "a judge beside rules that only warn",
    `${minimal}qa: [{ rule: numbers, severity: warn }]\njudge: { model: { name: j }, runUsd: 1 }\n`,
    "/job/inkfast.yaml:4: judge: is the only gate: no rule of qa rejects anything. A judge comes after rules and does not stand in for them; give at least one that blocks"
  ],
  [
    "a judge without a budget of its own",
    `${minimal}qa: [{ rule: numbers }]\njudge: { model: { name: j } }\n`,
    "/job/inkfast.yaml:4: judge.runUsd: is missing; the judge has a budget of its own for each run, in US dollars: runUsd: 1"
  ],
  [
    "a judge that has rungs' settings",
    `${minimal}qa: [{ rule: numbers }]\njudge: { model: { name: j, attempts: 2 }, runUsd: 1 }\n`,
    "/job/inkfast.yaml:4: judge.model.attempts: unknown key; known here: name, maxOutputTokens, temperature, serviceTier, timeoutMs, requestsPerMinute, tokensPerMinute"
  ],
  [
    "a rule that goes by the judge's name",
    `${minimal}qa: [{ rule: numbers, id: judge }]\njudge: { model: { name: j }, runUsd: 1 }\n`,
    "/job/inkfast.yaml:4: judge: stands beside a rule with the id \"judge\"; rename that"
  ],
  [
    "a judge without a prompt",
    `${minimal}qa: [{ rule: numbers }]\njudge: { model: { name: j }, runUsd: 1 }\n`,
    "/job/judge.md: no such file; write the judge's prompt there, or name another as judge.prompt in inkfast.yaml"
  ],
  [
    "a length without a bound",
    `${minimal}qa:\n  - { rule: length, field: /title }\n`,
    "/job/inkfast.yaml:4: qa[0]: gives no bound; add minChars, maxChars, minWords, maxWords, minSentences, maxSentences, minParagraphs, maxParagraphs, minItems or maxItems"
  ],
  [
    "a length whose bounds cross",
    `${minimal}qa:\n  - { rule: length, field: /title, minWords: 3, maxWords: 2 }\n`,
    "/job/inkfast.yaml:4: qa[0]: minWords 3 is above maxWords 2"
  ],
  [
    "phrases that are none",
    `${minimal}qa:\n  - { rule: banned, phrases: [] }\n  - { rule: banned, phrases: [3] }\n`,
    "/job/inkfast.yaml:4: qa[0]: phrases: is empty; list at least one phrase or pattern\n" +
    "/job/inkfast.yaml:5: qa[1].phrases[0]: is 3; must be a phrase, as text"
  ],
  [
    "a rule on a field that the schema has not",
    `${minimal}qa:\n  - { rule: length, field: /titel, maxChars: 3 }\n  - { rule: numbers, field: /faq/*/q }\n`,
    `/job/inkfast.yaml:4: qa[0].field: is "/titel": no field "titel" in the output schema; did you mean "title"?\n` +
    `/job/inkfast.yaml:5: qa[1].field: is "/faq/*/q": no field "q" in the output schema; there are /answer`
  ],
  [
    "a tab as indentation",
    "models:\n\tbase: { name: m }\n",
    "/job/inkfast.yaml:2: not YAML: column 2: Tabs cannot be used for YAML indentation"
  ],
  [
    "a key twice",
    `${minimal}concurrency: 3\nconcurrency: 4\n`,
    "/job/inkfast.yaml:4: not YAML: column 1: Duplicate key 'concurrency'"
  ],
  [
    "a bracket that is not closed",
    `${minimal}prices: { a\nqa: []\n`,
    "/job/inkfast.yaml:3: not YAML: column 12: Expected ':'"
  ],
  [
    "a quote that is not closed",
    `${minimal}data: "x\n`,
    "/job/inkfast.yaml:3: not YAML: column 1: Unterminated quoted YAML scalar"
  ],
  [
    "several faults, in the order of the file",
    "concurrency: 0\nmodels:\n  base:\n    nam: m\nbaseUrl: 7\nqa:\n  - rule: x\n",
    "/job/inkfast.yaml:1: concurrency: is 0; must be a whole number from 1 to 10,000 (items in flight)\n" +
    "/job/inkfast.yaml:3: models.base.name: is missing; name the model, such as name: gpt-4o-mini\n" +
    `/job/inkfast.yaml:4: models.base.nam: unknown key; did you mean "name"?\n` +
    "/job/inkfast.yaml:5: baseUrl: is 7; must be an http or https URL without user, password or query, such as https://api.openai.com/v1"
  ]
]

describe("a job that is wrong", () => {
  for (const [name, yaml, expected] of cases) {
    it.effect(name, () =>
      Effect.gen(function*() {
        assert.strictEqual(yield* message(yaml), expected)
      }))
  }

  it.effect("faults of the prompt and of the schema are said together", () =>
    Effect.gen(function*() {
      const reserved = `{"type":"object","properties":{"slug":{"type":"string"}}}`
      assert.strictEqual(
        yield* message(minimal, { prompt: "--- system\nx\n--- usr\ny\n", schema: reserved }),
        "/job/prompt.md:3: there is no part \"usr\"; did you mean `--- user`? (known: system, user)\n" +
          `/job/schema.json: /properties/slug: "slug" is written by Inkfast beside the content; remove or rename it`
      )
    }))

  for (const key of ["slug", "_meta", "_crc"]) {
    it.effect(`an output schema that asks for ${key} is refused`, () =>
      Effect.gen(function*() {
        const asked = JSON.stringify({ type: "object", properties: { [key]: {} } })
        assert.include(
          yield* message(minimal, { schema: asked }),
          `/job/schema.json: /properties/${key}: "${key}" is written`
        )
      }))
  }

  it.effect("files that are missing or no text", () =>
    Effect.gen(function*() {
      assert.strictEqual(
        (yield* Effect.flip(loadJob("/none"))).message,
        "/none: no job here; write one with: inkfast init /none"
      )
      assert.strictEqual(
        (yield* Effect.flip(loadJob(""))).message,
        `job: is ""; must be the path of a directory with an inkfast.yaml`
      )
      yield* put("/empty/x", "")
      assert.strictEqual(
        (yield* Effect.flip(loadJob("/empty"))).message,
        "/empty/inkfast.yaml: no such file; write a job with: inkfast init /empty"
      )
      yield* put("/half/inkfast.yaml", minimal)
      assert.strictEqual(
        (yield* Effect.flip(loadJob("/half"))).message,
        "/half/prompt.md: no such file; write the prompt there, or name another as prompt in inkfast.yaml\n" +
          "/half/schema.json: no such file; write the output schema there, or name another as schema in inkfast.yaml"
      )
      yield* put("/latin/inkfast.yaml", Buffer.from("data: caf\xe9\n", "latin1"))
      assert.strictEqual(
        (yield* Effect.flip(loadJob("/latin"))).message,
        "/latin/inkfast.yaml: is not UTF-8 text; convert it, for example with iconv -f latin1 -t utf-8"
      )
    }).pipe(Effect.provide(MemoryDisk.layerEmpty)))
})
