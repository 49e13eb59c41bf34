// The fake model server over real HTTP: every fault as a client sees it, and the ledger that outlives both sides.
import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { spawn } from "node:child_process"
import { once } from "node:events"
import * as fs from "node:fs"
import * as http from "node:http"
import * as path from "node:path"
import { createInterface } from "node:readline"
import * as NativeFileLock from "../../../src/layers/NativeFileLock.ts"
import * as NodeDisk from "../../../src/layers/NodeDisk.ts"
import * as NodeHttpListener from "../../../src/layers/NodeHttpListener.ts"
import { fakeLlmDefaults } from "../../../src/programs/fake-llm/FakeLlmOptions.ts"
import type { FakeLlmOptions } from "../../../src/programs/fake-llm/FakeLlmOptions.ts"
import { readFaults, startFakeLlm } from "../../../src/programs/fake-llm/fakeLlm.ts"
import type { Fault } from "../../../src/programs/fake-llm/Faults.ts"
import { makeFaultPlan } from "../../../src/programs/fake-llm/Faults.ts"
import { readLedger } from "../../../src/programs/fake-llm/LedgerEntry.ts"
import { judgementSchema, readJudgement } from "../../../src/services/judge/Judgement.ts"
import { tempDir } from "../../support/TempDir.ts"
import { bodyOf, requestOf, userText } from "./requests.ts"

const live = Layer.mergeAll(NodeHttpListener.layer, NodeDisk.layer, NativeFileLock.layer)

const schema = {
  type: "object",
  required: ["title", "text"],
  additionalProperties: false,
  properties: { title: { type: "string" }, text: { type: "string", minLength: 100 } }
}

interface Seen {
  /** 0 where the connection ended without a whole answer. */
  readonly status: number
  readonly headers: Headers
  readonly text: string
  readonly finish: string | undefined
  readonly content: string | null | undefined
  readonly refusal: string | null | undefined
}

const nothing: Seen = {
  status: 0,
  headers: new Headers(),
  text: "",
  finish: undefined,
  content: undefined,
  refusal: undefined
}

const seen = async (url: string, init: RequestInit): Promise<Seen> => {
  const response = await fetch(url, init)
  const text = await response.text()
  const choice = response.headers.get("content-type") === "application/json"
    ? JSON.parse(text).choices?.[0]
    : undefined
  return {
    status: response.status,
    headers: response.headers,
    text,
    finish: choice?.finish_reason,
    content: choice?.message.content,
    refusal: choice?.message.refusal
  }
}

const post = (base: string, body: object) =>
  Effect.promise((signal) =>
    seen(`${base}/chat/completions`, { method: "POST", body: JSON.stringify(body), signal }).catch(
      () => nothing
    )
  )

const control = (base: string, route: string, init: RequestInit = {}) =>
  Effect.promise(() => seen(`${base.replace(/v1$/, "_fake")}/${route}`, init))

const counts = (base: string) => Effect.map(control(base, "calls"), ({ text }) => JSON.parse(text))

const served = <A, E>(
  options: Partial<FakeLlmOptions>,
  use: (
    base: string,
    ledger: string
  ) => Effect.Effect<A, E, Layer.Success<typeof live> | Scope.Scope>
) =>
  Effect.scoped(Effect.gen(function*() {
    const ledger = path.join(yield* tempDir, "ledger.jsonl")
    return yield* use(yield* startFakeLlm({ ...fakeLlmDefaults, ledger, ...options }), ledger)
  })).pipe(Effect.provide(live))

const request = bodyOf({ schema })

describe("faults over HTTP", () => {
  /** What a client sees of each fault, and what became of the money. */
  const cases: ReadonlyArray<
    {
      readonly fault: Fault
      readonly billed: "answered" | "dropped" | "failed" | null
      readonly check: (seen: Seen) => void
    }
  > = [
    {
      fault: { kind: "rateLimit", retryAfterMs: 1500 },
      billed: null,
      check: ({ headers, status, text }) => {
        assert.strictEqual(status, 429)
        assert.strictEqual(headers.get("retry-after"), "2")
        assert.strictEqual(headers.get("retry-after-ms"), "1500")
        assert.strictEqual(headers.get("x-ratelimit-remaining-requests"), "0")
        assert.strictEqual(headers.get("x-ratelimit-reset-requests"), "1.5s")
        assert.strictEqual(JSON.parse(text).error.code, "rate_limit_exceeded")
      }
    },
    {
      fault: { kind: "serverError", status: 503 },
      billed: null,
      check: ({ status }) => assert.strictEqual(status, 503)
    },
    {
      fault: { kind: "serverError", status: 504, billed: true },
      billed: "failed",
      check: ({ status }) => assert.strictEqual(status, 504)
    },
    {
      fault: { kind: "unauthorized" },
      billed: null,
      check: ({ status }) => assert.strictEqual(status, 401)
    },
    {
      fault: { kind: "insufficientQuota" },
      billed: null,
      check: ({ status, text }) => {
        assert.strictEqual(status, 429)
        assert.strictEqual(JSON.parse(text).error.code, "insufficient_quota")
      }
    },
    {
      fault: { kind: "modelNotFound" },
      billed: null,
      check: ({ status, text }) => {
        assert.strictEqual(status, 404)
        assert.strictEqual(JSON.parse(text).error.code, "model_not_found")
      }
    },
    {
      fault: { kind: "drop" },
      billed: "dropped",
      check: ({ status }) => assert.strictEqual(status, 0)
    },
    {
      fault: { kind: "drop", billed: false },
      billed: null,
      check: ({ status }) => assert.strictEqual(status, 0)
    },
    {
      fault: { kind: "dropMidBody" },
      billed: "dropped",
      check: ({ status }) => assert.strictEqual(status, 0)
    },
    {
      fault: { kind: "truncate" },
      billed: "answered",
      check: ({ content, finish }) => {
        assert.strictEqual(finish, "length")
        assert.throws(() => JSON.parse(content!))
      }
    },
    {
      fault: { kind: "malformed" },
      billed: "answered",
      check: ({ content, finish }) => {
        assert.strictEqual(finish, "stop")
        assert.throws(() => JSON.parse(content!))
      }
    },
    {
      fault: { kind: "malformedBody" },
      billed: "answered",
      check: ({ status, text }) => {
        assert.strictEqual(status, 200)
        assert.throws(() => JSON.parse(text))
      }
    },
    {
      fault: { kind: "schemaBreak" },
      billed: "answered",
      check: ({ content }) =>
        assert.sameMembers(Object.keys(JSON.parse(content!)), ["text", "unexpected"])
    },
    {
      fault: { kind: "refusal" },
      billed: "answered",
      check: ({ content, refusal }) => {
        assert.isNull(content)
        assert.isString(refusal)
      }
    },
    {
      fault: { kind: "contentFilter" },
      billed: "answered",
      check: ({ finish }) => assert.strictEqual(finish, "content_filter")
    }
  ]
  for (const { billed, check, fault } of cases) {
    it.live(`${JSON.stringify(fault)} is ${billed === null ? "not billed" : `billed as ${billed}`}`, () =>
      served({ faults: [{ ...fault, count: 1 }] }, (base, ledger) =>
        Effect.gen(function*() {
          check(yield* post(base, request))
          const after = yield* post(base, request)
          assert.strictEqual(after.finish, "stop")
          assert.sameMembers(Object.keys(JSON.parse(after.content!)), ["title", "text"])
          const outcomes = (yield* readLedger(ledger)).map(({ outcome }) => outcome)
          assert.deepStrictEqual(outcomes, billed === null ? ["answered"] : [billed, "answered"])
        })))
  }

  it.live("as a judge it passes every piece, the same each time; told to, it disapproves, of pieces alone", () => {
    const asked = {
      ...request,
      response_format: {
        type: "json_schema",
        json_schema: { ...judgementSchema, strict: true }
      }
    }
    return served(
      { faults: [{ kind: "disapprove", skip: 2 }] },
      (base, ledger) =>
        Effect.gen(function*() {
          const page = yield* post(base, request)
          assert.sameMembers(Object.keys(JSON.parse(page.content!)), ["title", "text"])
          const [first, second, third] = [
            yield* post(base, asked),
            yield* post(base, asked),
            yield* post(base, asked)
          ]
          const completion = {
            finish: "stop",
            refusal: null,
            usage: null,
            model: "",
            body: null
          } as const
          const said = (text: string | null | undefined) =>
            readJudgement({ ...completion, text: text! }, 6)
          assert.strictEqual(said(first.content)._tag, "Passed")
          assert.strictEqual(second.content, first.content)
          assert.strictEqual(said(third.content)._tag, "Failed")
          assert.lengthOf(yield* readLedger(ledger), 4)
        })
    )
  })

  it.live("hang answers nothing, is billed, and ends when the client goes away", () =>
    served({ faults: [{ kind: "hang" }] }, (base, ledger) =>
      Effect.gen(function*() {
        const call = yield* Effect.promise(() => {
          const sent = http.request(`${base}/chat/completions`, { method: "POST", agent: false })
          sent.on("error", () => undefined)
          sent.end(JSON.stringify(request))
          return Promise.resolve(sent)
        })
        const until = (
          wanted: (now: { inFlight: number; hung: number }) => boolean
        ): Effect.Effect<void> =>
          Effect.flatMap(counts(base), (now) => wanted(now) ? Effect.void : until(wanted))
        yield* until(({ hung }) => hung === 1)
        assert.strictEqual((yield* counts(base)).inFlight, 1)
        call.destroy()
        yield* until(({ inFlight }) => inFlight === 0)
        assert.deepStrictEqual((yield* readLedger(ledger)).map(({ outcome }) => outcome), ["hung"])
      })))

  it.live("latency delays the answer, per model", () =>
    served(
      { faults: [{ kind: "latency", model: "slow", latencyMs: [60, 80] }] },
      (base) =>
        Effect.gen(function*() {
          const startMs = yield* Clock.currentTimeMillis
          yield* post(base, bodyOf({ model: "slow" }))
          // Timers may fire a millisecond early.
          assert.isAtLeast((yield* Clock.currentTimeMillis) - startMs, 59)
        })
    ))

  it.live("come and go by the control endpoint, and a wrong list is refused whole", () =>
    served({}, (base) =>
      Effect.gen(function*() {
        const set = (faults: unknown) =>
          control(base, "faults", { method: "POST", body: JSON.stringify({ faults }) })
        assert.strictEqual((yield* set([{ kind: "serverError", model: "fake-mini" }])).status, 200)
        assert.strictEqual((yield* post(base, bodyOf({ model: "fake-mini" }))).status, 500)
        assert.strictEqual((yield* post(base, bodyOf({ model: "fake-large" }))).status, 200)
        const wrong = yield* set([{ kind: "refusal", modle: "x" }])
        assert.strictEqual(wrong.status, 400)
        assert.include(wrong.text, "modle")
        assert.strictEqual((yield* post(base, bodyOf({ model: "fake-mini" }))).status, 500)
        assert.include((yield* control(base, "faults")).text, `"fitted":2,"struck":2`)
        yield* control(base, "faults", { method: "DELETE" })
        assert.strictEqual((yield* post(base, bodyOf({ model: "fake-mini" }))).status, 200)
      })))
})

describe("a fault plan", () => {
  const calls = Array.from(
    { length: 300 },
    (_, i) => requestOf(bodyOf({ user: userText(`item-${i}`) }))
  )
  const strikes = (seed: string, faults: ReadonlyArray<Fault>): ReadonlyArray<string> => {
    const plan = makeFaultPlan(seed, faults)
    return calls.map((call) => plan.strike(call).fault?.kind ?? "")
  }

  it("strikes the same calls for the same seed, in its rate", () => {
    const faults: ReadonlyArray<Fault> = [{ kind: "rateLimit", rate: 0.2 }, {
      kind: "drop",
      rate: 0.1
    }]
    assert.deepStrictEqual(strikes("a", faults), strikes("a", faults))
    assert.notDeepEqual(strikes("a", faults), strikes("b", faults))
    const limited = strikes("a", faults).filter((kind) => kind === "rateLimit").length
    assert.isTrue(limited > 30 && limited < 90, String(limited))
  })

  it("draws anew when the same content is asked again", () => {
    const plan = makeFaultPlan("a", [{ kind: "drop", rate: 0.5 }])
    const drawn = Array.from({ length: 40 }, () => plan.strike(calls[0]!).fault?.kind ?? "")
    assert.sameMembers([...new Set(drawn)], ["drop", ""])
  })

  it("skips, counts and matches", () => {
    const struck = strikes("a", [{ kind: "hang", match: "item-29", skip: 1, count: 2 }])
    assert.deepStrictEqual(struck.flatMap((kind, i) => kind === "hang" ? [i] : []), [290, 291])
  })

  it.live("is read inline or from a file, and says where it is wrong", () =>
    Effect.gen(function*() {
      const file = path.join(yield* tempDir, "faults.json")
      fs.writeFileSync(file, `[{"kind":"drop","rate":0.5}]`)
      assert.deepStrictEqual(yield* readFaults(file), [{ kind: "drop", rate: 0.5 }])
      assert.deepStrictEqual(yield* readFaults(`{"faults":[]}`), [])
      for (const wrong of ["{", `[{"kind":"explode"}]`, `[{"kind":"drop","rate":2}]`]) {
        const error = yield* Effect.flip(readFaults(wrong))
        assert.include(error.message, "--faults: ")
      }
      assert.include((yield* Effect.flip(readFaults(`${file}.none`))).message, "ENOENT")
    }).pipe(Effect.scoped, Effect.provide(NodeDisk.layer)))
})

describe("the server", () => {
  it.live("answers 1,000 requests at once, each billed once, with request ids of their own", () =>
    served(
      { prices: { "fake-large": { inputUsdPerMtok: 1, outputUsdPerMtok: 2 } } },
      (base, ledger) =>
        Effect.gen(function*() {
          const all = yield* Effect.forEach(
            Array.from({ length: 1000 }, (_, i) => i),
            (i) => post(base, bodyOf({ schema, user: userText(`item-${i}`) })),
            { concurrency: "unbounded" }
          )
          assert.isTrue(all.every(({ finish }) => finish === "stop"))
          assert.strictEqual(
            new Set(all.map(({ headers }) => headers.get("x-request-id"))).size,
            1000
          )
          const entries = yield* readLedger(ledger)
          assert.strictEqual(new Set(entries.map(({ slug }) => slug)).size, 1000)
          assert.strictEqual(new Set(entries.map(({ body }) => body)).size, 1000)
          for (const { costNanoUsd, inputTokens, outputTokens } of entries) {
            assert.strictEqual(costNanoUsd, inputTokens * 1000 + outputTokens * 2000)
          }
          const { billed, inFlight, received } = yield* counts(base)
          assert.deepStrictEqual({ billed, inFlight, received }, {
            billed: 1000,
            inFlight: 0,
            received: 1000
          })
          assert.strictEqual((yield* control(base, "ledger")).text, fs.readFileSync(ledger, "utf8"))
        })
    ))

  it.live("lists its models, refuses others, unknown routes and what is too large", () =>
    served({ models: ["only"] }, (base) =>
      Effect.gen(function*() {
        const get = (route: string) => Effect.promise(() => seen(`${base}/${route}`, {}))
        assert.deepStrictEqual(
          JSON.parse((yield* get("models")).text).data.map(({ id }: { id: string }) => id),
          ["only"]
        )
        assert.strictEqual((yield* get("models/only")).status, 200)
        assert.strictEqual((yield* get("models/%zz")).status, 404)
        assert.strictEqual((yield* get("nothing")).status, 404)
        assert.strictEqual((yield* post(base, bodyOf({ model: "other" }))).status, 404)
        assert.strictEqual((yield* post(base, bodyOf({ model: "only" }))).status, 200)
        // Either the status or a connection closed in the middle of sending: never an answer, never a crash.
        const large = yield* post(
          base,
          bodyOf({ model: "only", user: "x".repeat(11 * 1024 * 1024) })
        )
        assert.include([0, 413], large.status)
        assert.strictEqual((yield* counts(base)).billed, 1)
      })))

  it.live("cuts an answer at the tokens that the request allows", () =>
    served({}, (base) =>
      Effect.gen(function*() {
        const short = yield* post(base, { ...bodyOf({ schema }), max_completion_tokens: 10 })
        assert.strictEqual(short.finish, "length")
        assert.strictEqual(JSON.parse(short.text).usage.completion_tokens, 10)
      })))

  it.live("names a port that is taken", () =>
    served({}, (base) =>
      Effect.gen(function*() {
        const port = Number(new URL(base).port)
        const error = yield* Effect.flip(startFakeLlm({ ...fakeLlmDefaults, port }))
        assert.include(error.message, "EADDRINUSE")
        assert.include(error.message, "another program has the port")
      })))

  it.live("does not answer when the ledger cannot be written", () =>
    served({}, (_, ledger) =>
      Effect.gen(function*() {
        const error = yield* Effect.flip(startFakeLlm({ ...fakeLlmDefaults, ledger }))
        assert.include(error.message, "another process")
      })))
})

describe("the ledger", () => {
  const start = (options: object) =>
    Effect.acquireRelease(
      Effect.sync(() => {
        const script = new URL("../../support/serveFakeLlm.ts", import.meta.url).pathname
        return spawn(process.execPath, [script, JSON.stringify(options)], {
          stdio: ["ignore", "pipe", "inherit"]
        })
      }),
      (child) => Effect.sync(() => child.kill("SIGKILL"))
    )

  it.live("has every call that was answered when the server is killed with -9 right after", () =>
    Effect.gen(function*() {
      const ledger = path.join(yield* tempDir, "deep", "ledger.jsonl")
      const ids: Array<string | null> = []
      for (let round = 0; round < 3; round++) {
        const child = yield* start({ ledger })
        const line = yield* Effect.promise(() => once(createInterface(child.stdout), "line"))
        const { url } = JSON.parse(String(line[0]))
        let answered = 0
        yield* Effect.forEach(
          Array.from({ length: 24 }, (_, i) => i),
          (i) =>
            Effect.tap(
              post(url, bodyOf({ schema, user: userText(`item-${round}-${i}`) })),
              ({ headers, status }) =>
                Effect.sync(() => {
                  if (status === 200) ids.push(headers.get("x-request-id"))
                  if (++answered === 6) child.kill("SIGKILL")
                })
            ),
          { concurrency: "unbounded" }
        )
        if (child.exitCode === null && child.signalCode === null) {
          yield* Effect.promise(() => once(child, "exit"))
        }
      }
      assert.isAtLeast(ids.length, 18)
      const billed = (yield* readLedger(ledger)).map(({ requestId }) => requestId)
      assert.includeMembers(billed, ids)
      assert.strictEqual(new Set(billed).size, billed.length)
    }).pipe(Effect.scoped, Effect.provide(NodeDisk.layer)))

  it.live("is read without its unterminated end, and empty where there is none", () =>
    Effect.gen(function*() {
      const directory = yield* tempDir
      const file = path.join(directory, "ledger.jsonl")
      assert.deepStrictEqual(yield* readLedger(file), [])
      fs.writeFileSync(file, `{"slug":"torn","requestId":"x"}\nnot json\n{"slug":"unfin`)
      assert.deepStrictEqual(yield* readLedger(file), [])
    }).pipe(Effect.scoped, Effect.provide(NodeDisk.layer)))
})
