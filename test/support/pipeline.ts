// Whole runs in memory: a disk to look into, and everything a run told, for tests of the pipeline.
import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import * as Live from "../../src/layers/Live.ts"
import * as MemoryDisk from "../../src/layers/MemoryDisk.ts"
import type { MemoryStore } from "../../src/layers/MemoryStore.ts"
import type { ScriptedAnswer } from "../../src/layers/ScriptedLlm.ts"
import { admit } from "../../src/programs/generate/admit.ts"
import { generate } from "../../src/programs/generate/generate.ts"
import type { GenerateOptions } from "../../src/programs/generate/generate.ts"
import { recordRun } from "../../src/programs/generate/recordRun.ts"
import type { RunEvent, RunReport } from "../../src/programs/generate/RunEvent.ts"
import { verifyLine } from "../../src/services/durability/LineCodec.ts"
import type { PageFetcher } from "../../src/services/evidence/PageFetcher.ts"
import type { LlmRequest } from "../../src/services/generation/Llm.ts"
import { InputError } from "../../src/services/items/ItemSource.ts"
import type { ItemSource } from "../../src/services/items/ItemSource.ts"
import { itemsFromRows } from "../../src/services/items/RowItems.ts"
import { wholeInput } from "../../src/services/items/Shard.ts"
import type { Job } from "../../src/services/job/Job.ts"
import { Budget } from "../../src/services/spending/Budget.ts"
import { testHost } from "../../src/testing.ts"
import { data } from "./smallJob.ts"

export const rows = (count: number) =>
  Array.from({ length: count }, (_, n) => ({ slug: `item-${n}`, text: `Fact ${n}.` }))

/** The item that a request is about. */
export const slugIn = (request: LlmRequest): string =>
  /Item (item-\d+)\./.exec(request.messages.map(({ content }) => content).join("\n"))?.[1] ?? ""

export const goodAnswer = (request: LlmRequest): ScriptedAnswer => ({
  text: JSON.stringify({ title: `On ${slugIn(request)}` })
})
/** One that the length rule rejects. */
export const longAnswer = (request: LlmRequest): ScriptedAnswer => ({
  text: JSON.stringify({ title: `A title on ${slugIn(request)} that is much too long` })
})

export interface RunOptions extends Omit<GenerateOptions, "source" | "onEvent"> {
  readonly rows?: ReadonlyArray<{ readonly [field: string]: string }>
  readonly onEvent?: (event: RunEvent) => Effect.Effect<void> | undefined
  readonly mayDefect?: boolean
  /** The input cannot be read on after so many items. */
  readonly inputFailsAfter?: number
  /** Where pages come from. Default: the web, which no test asks. */
  readonly pages?: Layer.Layer<PageFetcher>
  /** Given the run's budget before it begins. */
  readonly onBudget?: (budget: Budget["Service"]) => void
}

/** A run as `runJob` makes it, over the store; every event is checked for what must always hold. */
export const run = (store: MemoryStore, job: Job, options: RunOptions = {}) =>
  Effect.gen(function*() {
    const {
      inputFailsAfter,
      mayDefect = false,
      onBudget,
      onEvent,
      pages = Live.pages(job),
      rows: given = rows(5),
      shard = wholeInput,
      ...rest
    } = options
    const rowSource = yield* Effect.orDie(itemsFromRows(given))
    const failing = (items: typeof rowSource.items) =>
      Stream.concat(
        Stream.take(items, inputFailsAfter ?? 0),
        Stream.fail(new InputError({ faults: [], count: 0 }))
      )
    const source: ItemSource = inputFailsAfter === undefined ? rowSource : {
      ...rowSource,
      items: failing(rowSource.items),
      pick: (isPicked) => failing(rowSource.pick(isPicked))
    }
    yield* Effect.provide(admit(source), Live.settings(job))
    const program = Effect.gen(function*() {
      const budget = yield* Budget
      onBudget?.(budget)
      const tell = (event: RunEvent) => {
        assertDurable(store, event)
        return onEvent?.(event) ?? Effect.void
      }
      const report = yield* recordRun(shard, generate({ ...rest, shard, source, onEvent: tell }))
      assertConserved(report)
      // An assertion that fails inside an event stops the run as a defect.
      if (!mayDefect) {
        assert.notStrictEqual(report.stop?._tag, "Defect", JSON.stringify(report.stop))
      }
      assert.strictEqual((yield* budget.state).reservedNanoUsd, 0, "a reservation is left over")
      return report
    })
    return yield* Effect.provide(
      program,
      Live.run(job, shard, pages).pipe(
        Layer.provideMerge(Layer.merge(MemoryDisk.layer(store), testHost))
      )
    )
  })

/** I9. */
export const assertConserved = (report: RunReport): void =>
  assert.strictEqual(
    report.accepted + report.rejected + report.pending,
    report.input,
    "I9: conservation"
  )

/** Complete lines, parsed. */
export const linesOf = (store: MemoryStore, path: string): ReadonlyArray<Record<string, unknown>> =>
  (store.get(path)?.toString() ?? "").split("\n").slice(0, -1).map((line) => {
    assert.strictEqual(verifyLine(Buffer.from(line)), "valid", `I4: ${path}: ${line}`)
    return JSON.parse(line) as Record<string, unknown>
  })

export const slugsOf = (store: MemoryStore, path: string): ReadonlyArray<string> =>
  linesOf(store, path).map(({ slug }) => String(slug)).sort()

export const journals = (store: MemoryStore): ReadonlyArray<string> =>
  store.files().filter((file) => /\/raw\/ai-run-[^/]*\.jsonl$/.test(file))

/** Every journal's events of a kind. */
export const eventsIn = (store: MemoryStore, tag: string): ReadonlyArray<Record<string, unknown>> =>
  journals(store).flatMap((file) => linesOf(store, file)).filter(({ _tag }) => _tag === tag)

/** I1: what is told is on the disk, in both masters. */
const assertDurable = (store: MemoryStore, event: RunEvent): void => {
  if (event.event === "accepted") {
    for (const path of [data.updates, data.successes]) {
      const text = store.get(path)?.toString() ?? ""
      assert.include(
        text,
        `"id":"${event.id}"`,
        `I1: ${event.slug} was told before it was in ${path}`
      )
      assert.isTrue(text.endsWith("\n"), `I1: ${path} has a torn end`)
    }
  }
  if (event.event === "rejected") assert.include(slugsOf(store, data.rejects), event.slug)
  if (event.event === "finished") assertConserved(event.report)
}

/**
 * I2, I5, I6, I8: what must hold after any run, and each of the slugs settled once; those that were rejected before the
 * run may have several lines.
 */
export const assertSettledOnce = (
  store: MemoryStore,
  slugs: ReadonlyArray<string>,
  what = "",
  rejectedBefore: ReadonlyArray<string> = []
): void => {
  const accepted = slugsOf(store, data.successes)
  assert.deepStrictEqual(slugsOf(store, data.updates), accepted, `${what}: I2: the masters differ`)
  const rejected = slugsOf(store, data.rejects).filter((slug, index, all) =>
    !rejectedBefore.includes(slug) || all.indexOf(slug) === index
  )
  const settled = [...accepted, ...rejected].sort()
  assert.deepStrictEqual(settled, [...slugs].sort(), `${what}: every item is settled exactly once`)
  assertNoTemps(store, what)
}

export const assertNoTemps = (store: MemoryStore, what = ""): void =>
  assert.deepStrictEqual(
    store.files().filter((file) => /\.(tmp|redo)$/.test(file)),
    [],
    `${what}: I6: temps`
  )
