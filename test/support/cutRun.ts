// A run cut at a given moment, what must hold right after, and a later run that completes it.
import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type { MemoryStore } from "../../src/layers/MemoryStore.ts"
import { ScriptedLlm } from "../../src/layers/ScriptedLlm.ts"
import type { RunReport } from "../../src/programs/generate/RunEvent.ts"
import { requestHash } from "../../src/services/generation/RequestHash.ts"
import type { Job } from "../../src/services/job/Job.ts"
import type { Budget } from "../../src/services/spending/Budget.ts"
import {
  assertNoTemps,
  assertSettledOnce,
  goodAnswer,
  longAnswer,
  rows,
  run,
  slugIn,
  slugsOf
} from "./pipeline.ts"
import { data } from "./smallJob.ts"
import type { RunOptions } from "./pipeline.ts"

const items = rows(3)
const slugs = items.map(({ slug }) => slug)

/** One item climbs the ladder, one is refused. */
export const script = ScriptedLlm.layer((request) =>
  slugIn(request) === "item-2"
    ? { text: "", finish: "refusal", refusal: "No." }
    : slugIn(request) === "item-1" && request.model === "base"
    ? longAnswer(request)
    : goodAnswer(request)
)

export interface Cut {
  readonly acknowledged: ReadonlyArray<string>
  readonly report: RunReport | undefined
}

/** Runs until it ends or is cut, and checks what must hold right after, before any recovery. */
export const cutRun = Effect.fnUntraced(function*(
  store: MemoryStore,
  job: Job,
  what: string,
  options: RunOptions,
  prepare: (fiber: () => Fiber.Fiber<unknown, unknown>) => void = () => {}
) {
  const acknowledged: Array<string> = []
  let budget: Budget["Service"] | undefined
  prepare(() => fiber)
  const fiber: Fiber.Fiber<RunReport, unknown> = yield* Effect.forkChild(run(store, job, {
    ...options,
    rows: items,
    onBudget: (given) => {
      budget = given
    },
    onEvent: (event) => {
      if (event.event === "accepted" || event.event === "rejected") acknowledged.push(event.slug)
      return options.onEvent?.(event)
    }
  }))
  const exit = yield* Fiber.await(fiber)
  const settled = [...slugsOf(store, data.successes), ...slugsOf(store, data.rejects)]
  for (const slug of acknowledged) assert.include(settled, slug, `${what}: I1`)
  assertNoTemps(store, what)
  if (budget !== undefined) {
    assert.strictEqual((yield* budget.state).reservedNanoUsd, 0, `${what}: a reservation is left`)
  }
  const calls = store.calls
  for (let turn = 0; turn < 50; turn++) yield* Effect.yieldNow
  assert.strictEqual(store.calls, calls, `${what}: something still runs`)
  const cut: Cut = { acknowledged, report: exit._tag === "Success" ? exit.value : undefined }
  return cut
})

/** A later run settles every item once, taking no lock in vain, and buys again only what it listed as at risk. */
export const assertResumes = Effect.fnUntraced(
  function*(store: MemoryStore, job: Job, what: string) {
    const llm = yield* ScriptedLlm
    let atRisk = 0
    const report = yield* run(store, job, {
      rows: items,
      onEvent: (event) => {
        if (event.event === "started") atRisk = event.atRisk.length
        return undefined
      }
    })
    assert.deepInclude(report, { accepted: 2, rejected: 1, pending: 0, stop: null }, what)
    assertSettledOnce(store, slugs, what)
    const hashes = (yield* llm.calls).map(requestHash)
    assert.isAtMost(
      hashes.length - new Set(hashes).size,
      atRisk,
      `${what}: I10: paid twice and not listed`
    )
  }
)
