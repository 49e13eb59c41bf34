// What doctor sees and says: sound machines, full disks, file systems without locks, wrong keys, lax servers.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as fs from "node:fs"
import * as MemoryDisk from "../../src/layers/MemoryDisk.ts"
import * as MemoryStore from "../../src/layers/MemoryStore.ts"
import * as NativeFileLock from "../../src/layers/NativeFileLock.ts"
import * as NodeDisk from "../../src/layers/NodeDisk.ts"
import { doctor, doctorWithCall } from "../../src/programs/doctor.ts"
import type { DoctorReport } from "../../src/programs/doctor/DoctorReport.ts"
import { DataDirectory } from "../../src/services/durability/DataDirectory.ts"
import { FileLock } from "../../src/services/durability/FileLock.ts"
import { Endpoint, EndpointError } from "../../src/services/generation/Endpoint.ts"
import type { Completion, LlmReason } from "../../src/services/generation/Llm.ts"
import { Llm, LlmError, QuotaExhausted } from "../../src/services/generation/Llm.ts"
import { CurrentJob } from "../../src/services/job/Job.ts"
import type { Job } from "../../src/services/job/Job.ts"
import { Prices } from "../../src/services/spending/Prices.ts"
import { tempDir } from "../support/TempDir.ts"

const rung = (index: number, model: string) => ({
  index,
  model,
  attempts: 1,
  outputTokensMax: 100,
  temperature: undefined,
  timeoutMs: 1_000,
  budgetShare: null,
  requestsPerMinute: null,
  tokensPerMinute: null
})

const job = (baseUrl: string, models: ReadonlyArray<string>) => {
  const rungs = models.map((model, index) => rung(index, model))
  const known: Partial<Job> = { baseUrl, rungs, judge: null }
  return Layer.succeed(CurrentJob, known as Job)
}

const prices = Prices.layer({
  prices: { base: { inputUsdPerMtok: 1, outputUsdPerMtok: 2 } },
  baseUrl: "http://x/v1"
})
const lists = (models: ReadonlyArray<string>) =>
  Layer.succeed(Endpoint, { models: Effect.succeed(models) })
const refuses = (reason: EndpointError["reason"]) =>
  Layer.succeed(Endpoint, {
    models: Effect.fail(new EndpointError({ reason, detail: `told ${reason}` }))
  })

const healthy = Layer.mergeAll(
  MemoryDisk.layerEmpty,
  DataDirectory.layer("/data"),
  job("http://x/v1", ["base"]),
  prices
)
const options = { nodeVersion: "v24.1.0", keyPresent: true }

const outcomes = ({ checks }: DoctorReport) =>
  checks.map(({ name, outcome }) => `${name} ${outcome}`)
const find = ({ checks }: DoctorReport, name: string) => {
  const check = checks.find((each) => each.name === name)
  assert.isDefined(check)
  return check
}

describe("a sound machine", () => {
  it.effect("passes every check, and nothing is left on its disk", () =>
    Effect.gen(function*() {
      const root = yield* tempDir
      const report = yield* doctor(options).pipe(
        Effect.provide(
          Layer.mergeAll(
            NodeDisk.layer,
            NativeFileLock.layer,
            DataDirectory.layer(`${root}/not/yet/there`),
            job("http://x/v1", ["base"]),
            prices,
            lists(["base"])
          )
        )
      )
      assert.deepStrictEqual(outcomes(report).filter((line) => !/^(disk|space)/.test(line)), [
        "node ok",
        "lock ok",
        "key ok",
        "endpoint ok",
        "price ok"
      ])
      assert.include(find(report, "disk").seen, `${root}: fdatasync of 4 KiB takes `)
      assert.deepStrictEqual(fs.readdirSync(root), [])
    }))
})

describe("the machine", () => {
  it.effect("with an old Node fails", () =>
    Effect.gen(function*() {
      const outcome = (nodeVersion: string) =>
        Effect.map(doctor({ ...options, nodeVersion }), (report) => find(report, "node").outcome)
      assert.strictEqual(yield* outcome("v20.20.2"), "fail")
      assert.strictEqual(yield* outcome("v22.18.9"), "fail")
      assert.strictEqual(yield* outcome("v22.19.0"), "ok")
      assert.strictEqual(yield* outcome("v100.0.0"), "ok")
    }).pipe(Effect.provide([healthy, lists(["base"])])))

  it.effect("with a failing or full disk fails, says how, and leaves nothing", () =>
    Effect.gen(function*() {
      for (
        const [operation, code] of [["datasync", "EIO"], ["open", "EROFS"], ["writeAt", "ENOSPC"], [
          "stat",
          "EIO"
        ]] as const
      ) {
        const store = MemoryStore.make()
        store.failAlways((call) => call.operation === operation ? code : undefined)
        const report = yield* Effect.provide(
          doctor(options),
          Layer.mergeAll(
            MemoryDisk.layer(store),
            DataDirectory.layer("/data"),
            job("http://x/v1", ["base"]),
            prices,
            lists(["base"])
          )
        )
        assert.isFalse(report.ok)
        const check = find(report, "disk")
        assert.strictEqual(check.outcome, "fail", operation)
        assert.include(check.seen, code)
        assert.deepStrictEqual(store.files(), [])
      }
    }))

  it.effect("with little space warns, with none fails", () =>
    Effect.gen(function*() {
      const outcome = (bytes: number) => {
        const store = MemoryStore.make()
        store.setCapacity(bytes)
        return Effect.map(doctor(options), (report) => find(report, "space").outcome).pipe(
          Effect.provide(
            Layer.mergeAll(
              MemoryDisk.layer(store),
              DataDirectory.layer("/data"),
              job("http://x/v1", ["base"]),
              prices,
              lists(["base"])
            )
          )
        )
      }
      assert.strictEqual(yield* outcome(2 * 1024 ** 3), "ok")
      assert.strictEqual(yield* outcome(500 * 1024 ** 2), "warn")
      assert.strictEqual(yield* outcome(1024 ** 2), "fail")
    }))

  it.effect("whose file system grants every lock fails", () =>
    Effect.gen(function*() {
      const lax = Layer.succeed(FileLock, {
        lock: () => Effect.void,
        tryLock: () => Effect.succeed(true),
        unlock: () => Effect.void
      })
      const report = yield* Effect.provide(doctor(options), [
        Layer.merge(healthy, lax),
        lists(["base"])
      ])
      assert.strictEqual(find(report, "lock").seen, "two handles hold one lock at the same time")
    }))
})

describe("the job", () => {
  const seen = (endpoint: Layer.Layer<Endpoint>, keyPresent = true) =>
    Effect.provide(doctor({ ...options, keyPresent }), [healthy, endpoint])

  it.effect("without a key is warned, on this machine it is not", () =>
    Effect.gen(function*() {
      assert.strictEqual(find(yield* seen(lists(["base"]), false), "key").outcome, "warn")
      const local = Layer.merge(healthy, job("http://127.0.0.1:11434/v1", ["base"]))
      const report = yield* Effect.provide(doctor({ ...options, keyPresent: false }), [
        local,
        lists(["base"])
      ])
      assert.strictEqual(find(report, "key").outcome, "ok")
    }))

  it.effect("is told what the endpoint answered and what to do", () =>
    Effect.gen(function*() {
      for (
        const [reason, outcome] of [["Unreachable", "fail"], ["Unauthorized", "fail"], [
          "Failed",
          "fail"
        ], ["Unlisted", "warn"]] as const
      ) {
        const check = find(yield* seen(refuses(reason)), "endpoint")
        assert.strictEqual(check.outcome, outcome)
        assert.include(check.seen, `told ${reason}`)
        assert.isNotEmpty(check.advice)
      }
      const absent = find(yield* seen(lists(["a", "b", "c", "d", "e", "f"])), "endpoint")
      assert.strictEqual(absent.seen, "it does not list base among its 6 models (a, b, c, d, e, …)")
      assert.strictEqual(absent.outcome, "warn")
    }))

  it.effect("has a price for each model once, or fails", () =>
    Effect.gen(function*() {
      const models = job("http://x/v1", ["base", "base", "no-such-model"])
      const report = yield* Effect.provide(doctor(options), [
        Layer.merge(healthy, models),
        lists(["base"])
      ])
      assert.deepStrictEqual(outcomes(report).filter((line) => line.startsWith("price")), [
        "price ok",
        "price fail"
      ])
      assert.include(report.checks.at(-1)?.advice, "inkfast.yaml")
    }))
})

describe("the paid check", () => {
  const completion = (text: string, finish: Completion["finish"] = "stop"): Completion => ({
    model: "base",
    text,
    finish,
    refusal: null,
    usage: { inputTokens: 10, cachedInputTokens: 0, outputTokens: 5, reasoningTokens: 0 },
    body: {}
  })

  const run = (answer: Completion | LlmReason, endpoint = lists(["base"])) => {
    let calls = 0
    const llm = Layer.succeed(Llm, {
      complete: ({ model }) =>
        Effect.suspend(() => {
          calls++
          return "text" in answer
            ? Effect.succeed(answer)
            : Effect.fail(new LlmError({ model, reason: answer }))
        })
    })
    return Effect.map(
      Effect.provide(doctorWithCall(options), [healthy, endpoint, llm]),
      (report) => ({ report, calls })
    )
  }

  it.effect("tells a server that enforces the schema from one that does not", () =>
    Effect.gen(function*() {
      const enforced = yield* run(completion("{\"colour\":\"vermilion\"}"))
      assert.strictEqual(
        find(enforced.report, "schema").seen,
        "base is held to the schema (the call cost $0.00002)"
      )
      assert.strictEqual(enforced.calls, 1)
      for (const text of ["Hello!", "{\"colour\":\"red\"}", "{\"greeting\":\"Hello\"}", ""]) {
        assert.strictEqual(
          find((yield* run(completion(text))).report, "schema").outcome,
          "warn",
          text
        )
      }
      assert.include(
        find((yield* run(completion("", "length"))).report, "schema").seen,
        "came to no end (length)"
      )
    }))

  it.effect("fails with the server's reason", () =>
    Effect.gen(function*() {
      const { report } = yield* run(new QuotaExhausted({ detail: "no credit" }))
      assert.include(find(report, "schema").seen, "no credit")
      assert.isFalse(report.ok)
    }))

  it.effect("spends nothing where something has failed already", () =>
    Effect.gen(function*() {
      const { calls, report } = yield* run(completion("{}"), refuses("Unauthorized"))
      assert.strictEqual(calls, 0)
      assert.isFalse(outcomes(report).some((line) => line.startsWith("schema")))
    }))
})

it("doctor's own requirements have no model: it cannot spend", () => {
  type Needs = Effect.Services<ReturnType<typeof doctor>>
  const without: Llm extends Needs ? "spends" : "free" = "free"
  type NeedsWithCall = Effect.Services<ReturnType<typeof doctorWithCall>>
  const withCall: Llm extends NeedsWithCall ? "spends" : "free" = "spends"
  assert.deepStrictEqual([without, withCall], ["free", "spends"])
})
