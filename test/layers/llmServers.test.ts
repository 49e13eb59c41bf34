// The model's client against two servers: this project's own, and one by others.
import { LLMock } from "@copilotkit/aimock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as MemoryDisk from "../../src/layers/MemoryDisk.ts"
import * as NodeHttpListener from "../../src/layers/NodeHttpListener.ts"
import { startFakeLlm } from "../../src/programs/fake-llm/fakeLlm.ts"
import { fakeLlmDefaults } from "../../src/programs/fake-llm/FakeLlmOptions.ts"
import { llmSuite, LlmServer } from "../support/llmSuite.ts"
import type { Meeting } from "../support/llmSuite.ts"

const faults: { readonly [how in Meeting]: ReadonlyArray<object> } = {
  answer: [],
  rateLimit: [{ kind: "rateLimit", count: 1, retryAfterMs: 2000 }],
  serverError: [{ kind: "serverError", count: 1 }],
  disconnect: [{ kind: "drop", count: 1 }]
}

const own = Layer.effect(
  LlmServer,
  Effect.gen(function*() {
    const baseUrl = yield* startFakeLlm({ ...fakeLlmDefaults, models: ["fake-large"] })
    const at = (path: string) => new URL(path, baseUrl)
    return LlmServer.of({
      baseUrl,
      meet: (how) =>
        Effect.promise(async () => {
          const body = JSON.stringify({ faults: faults[how] })
          await fetch(at("/_fake/faults"), { method: "POST", body })
        }),
      calls: Effect.promise(async () => {
        const counts = await (await fetch(at("/_fake/calls"))).json() as { received: number }
        return counts.received
      })
    })
  })
).pipe(
  Layer.provide(Layer.merge(NodeHttpListener.layer, MemoryDisk.layerEmpty)),
  Layer.orDie
)

const answer = {
  content: JSON.stringify({ title: "The lamp" }),
  usage: { prompt_tokens: 20, completion_tokens: 8, total_tokens: 28 }
}

const independent = Layer.effect(
  LlmServer,
  Effect.gen(function*() {
    const mock = new LLMock({ port: 0 })
    const url = yield* Effect.acquireRelease(
      Effect.promise(() => mock.start()),
      () => Effect.promise(() => mock.stop())
    )
    const meetings: { readonly [how in Meeting]: () => void } = {
      answer: () => mock.onMessage(/lamp/, answer),
      rateLimit: () =>
        mock.onMessage(/lamp/, {
          error: { message: "slow down", type: "requests", code: "rate_limit_exceeded" },
          status: 429,
          retryAfter: 2
        }),
      serverError: () => mock.onMessage(/lamp/, { error: { message: "oops" }, status: 500 }),
      disconnect: () => {
        mock.onMessage(/lamp/, answer)
        mock.setChaos({ disconnectRate: 1 })
      }
    }
    return LlmServer.of({
      baseUrl: `${url}/v1`,
      meet: (how) =>
        Effect.sync(() => {
          mock.clearChaos()
          mock.clearFixtures()
          meetings[how]()
        }),
      calls: Effect.sync(() => mock.getRequests().length)
    })
  })
)

llmSuite("fake-llm", own)
llmSuite("aimock", independent)
