// What a run that is interrupted meets: a model that bills, pages, and another process that holds locks.
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as MemoryDisk from "../../src/layers/MemoryDisk.ts"
import type { MemoryStore } from "../../src/layers/MemoryStore.ts"
import { ScriptedLlm } from "../../src/layers/ScriptedLlm.ts"
import { Disk } from "../../src/services/durability/Disk.ts"
import { FileLock } from "../../src/services/durability/FileLock.ts"
import { PageFetcher } from "../../src/services/evidence/PageFetcher.ts"
import type { LlmRequest } from "../../src/services/generation/Llm.ts"
import { requestHash } from "../../src/services/generation/RequestHash.ts"
import { data } from "../support/smallJob.ts"
import type { Workload } from "./interruptWorkloads.ts"

/** What the model was asked over all runs on one disk, as its owner would bill it, and how many pages were. */
export interface Bill {
  readonly billed: Map<string, number>
  calls: number
  fetched: number
  inFlight: number
  inFlightMax: number
}

/** A new one, or one that goes on from where another stands. */
export const newBill = (before?: Bill): Bill => ({
  billed: new Map(before?.billed),
  calls: before?.calls ?? 0,
  fetched: 0,
  inFlight: 0,
  inFlightMax: 0
})

/** A 503 costs nothing; a dropped connection may have been billed. */
const isFree = (answer: object): boolean => "_tag" in answer && answer._tag === "Overloaded"

export const modelOf = (answers: Workload["answer"], bill: Bill) =>
  ScriptedLlm.layer((request: LlmRequest, callNumber) => {
    bill.calls++
    const answer = answers(request, callNumber)
    const hash = requestHash(request)
    if (!isFree(answer)) bill.billed.set(hash, (bill.billed.get(hash) ?? 0) + 1)
    const given = "_tag" in answer || !Effect.isEffect(answer) ? Effect.succeed(answer) : answer
    return Effect.acquireUseRelease(
      Effect.sync(() => {
        bill.inFlightMax = Math.max(bill.inFlightMax, ++bill.inFlight)
      }),
      // In flight for a moment, so that it can be cut there.
      () => Effect.andThen(Effect.yieldNow, given),
      () => Effect.sync(() => bill.inFlight--)
    )
  })

/** Each page comes after a moment in which its request can be cut. */
export const pagesOf = ({ pages = {} }: Workload, bill: Bill): Layer.Layer<PageFetcher> =>
  Layer.succeed(PageFetcher, {
    fetch: ({ url }) =>
      Effect.gen(function*() {
        bill.fetched++
        yield* Effect.sleep("100 millis")
        const text = pages[url]
        return {
          status: text === undefined ? 404 : 200,
          headers: { "content-type": "text/plain" },
          bytes: Buffer.from(text ?? "")
        }
      })
  })

/** The other process: takes the locks and gives them back, one after the other. */
export const holdLocks = (
  store: MemoryStore,
  { heldByAnother = [] }: Workload
): Effect.Effect<void> =>
  Effect.gen(function*() {
    const disk = yield* Disk
    const locks = yield* FileLock
    if (heldByAnother.length > 0) {
      yield* disk.makeDirectory(data.raw)
      yield* disk.makeDirectory(data.master)
    }
    let nowMs = 0
    for (const { file, fromMs, toMs } of heldByAnother) {
      if (fromMs > nowMs) yield* Effect.sleep(fromMs - nowMs)
      yield* Effect.scoped(Effect.gen(function*() {
        yield* locks.lock(yield* disk.open(file, "update"))
        yield* Effect.sleep(toMs - fromMs)
      }))
      nowMs = toMs
    }
  }).pipe(Effect.provide(MemoryDisk.layer(store)), Effect.orDie)
