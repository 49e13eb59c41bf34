// Consolidation with a writer that appends before any of its disk calls.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as MemoryDisk from "../../../src/layers/MemoryDisk.ts"
import * as Store from "../../../src/layers/MemoryStore.ts"
import type { AppendError } from "../../../src/services/durability/AppendError.ts"
import { DurableAppender } from "../../../src/services/durability/DurableAppender.ts"
import { RejectLog } from "../../../src/services/durability/RejectLog.ts"
import type { MasterRecord } from "../../../src/services/master/Record.ts"
import type { Reject } from "../../../src/services/master/Reject.ts"
import { on, records, rejects, writers } from "../../support/consolidating.ts"
import { interleaved, letRun } from "../../support/interleave.ts"
import type { Masters } from "../../support/masters.ts"
import {
  consolidatedNaively,
  iso,
  putAtRest,
  readMasters,
  recordLine
} from "../../support/masters.ts"

const meta = (id: string, atMs: number): MasterRecord["meta"] => ({
  id,
  runId: "w",
  model: "small",
  requestedModel: "small",
  rung: 0,
  attempt: 1,
  promptHash: "p",
  schemaHash: "s",
  evidenceHash: "e",
  usage: null,
  costUsd: 0,
  acceptedAt: iso(atMs),
  qa: { rules: "r", warnings: [] }
})

const record = (slug: string): MasterRecord => ({
  slug,
  content: { title: "late" },
  meta: meta("w:1", 1000)
})
const reject = (slug: string, demotes?: string): Reject => ({
  slug,
  cause: "QaFailed",
  reason: "late",
  findings: [],
  _meta: {
    id: "w:r1",
    runId: "w",
    attempts: 1,
    retries: 0,
    costUsd: 0,
    rejectedAt: iso(1000),
    ...(demotes === undefined ? {} : { demotes })
  }
})

interface Late {
  readonly name: string
  readonly append: Effect.Effect<void, AppendError, DurableAppender | RejectLog>
  /** The file that got it, and how it is known there. */
  readonly file: keyof Masters
  readonly slug: string
  /** Every so many calls. */
  readonly step: number
}

const late: ReadonlyArray<Late> = [
  { name: "a new slug", step: 5, slug: "new", file: "successes", append: appendRecord("new") },
  {
    name: "a slug that is superseded",
    step: 1,
    slug: "a",
    file: "successes",
    append: appendRecord("a")
  },
  {
    name: "a success for a rejected slug",
    step: 1,
    slug: "c",
    file: "successes",
    append: appendRecord("c")
  },
  {
    name: "a reject for a rejected slug",
    step: 3,
    slug: "c",
    file: "rejects",
    append: appendReject("c")
  },
  {
    name: "a reject for an accepted slug",
    step: 5,
    slug: "b",
    file: "rejects",
    append: appendReject("b")
  },
  {
    name: "a demotion of an accepted slug",
    step: 1,
    slug: "b",
    file: "rejects",
    append: appendReject("b", "r:2")
  }
]

function appendRecord(slug: string) {
  return Effect.flatMap(DurableAppender, (appender) => appender.append(record(slug)))
}
function appendReject(slug: string, demotes?: string) {
  return Effect.flatMap(RejectLog, (log) => log.append(reject(slug, demotes)))
}

const slugsOf = (lines: string): ReadonlyArray<string> =>
  lines.split("\n").slice(0, -1).map((line) => (JSON.parse(line) as { slug: string }).slug)

describe("Consolidation with a writer at work", () => {
  for (const { append, file, name, slug, step } of late) {
    it.effect(`I1 I5: nothing acknowledged is lost, a slug stands once: ${name} at every call`, () =>
      Effect.gen(function*() {
        let tried = 0
        for (let n = 0, reached = true; reached; n += step) {
          const store = Store.make()
          putAtRest(store, { updates: records, successes: records, rejects })
          yield* Effect.gen(function*() {
            let fiber: Fiber.Fiber<void, AppendError> | undefined
            const context = yield* Effect.context<DurableAppender | RejectLog>()
            const appendOnce = Effect.gen(function*() {
              fiber = yield* Effect.forkDetach(Effect.provideContext(append, context))
              yield* letRun(fiber)
            })
            const report = yield* on(
              interleaved(store, (call) => call === n ? appendOnce : Effect.void)
            )
            reached = fiber !== undefined
            if (fiber === undefined) return
            tried++
            yield* Fiber.join(fiber)
            const found = readMasters(store)
            // Lines that came after the swap are no part of what was consolidated.
            const swapped: Masters = {
              updates: found.updates.slice(0, report.updates.bytesAfter),
              successes: found.successes.slice(0, report.successes.bytesAfter),
              rejects: found.rejects.slice(0, report.rejects.bytesAfter)
            }
            assert.strictEqual(found.updates, found.successes, `call ${n}`)
            const accepted = slugsOf(swapped.successes)
            const rejected = slugsOf(swapped.rejects)
            assert.strictEqual(new Set(accepted).size, accepted.length, `call ${n}: once per slug`)
            assert.strictEqual(new Set(rejected).size, rejected.length, `call ${n}: once per slug`)
            assert.isFalse(rejected.some((each) => accepted.includes(each)), `call ${n}: disjoint`)
            const beaten = file === "rejects" && accepted.includes(slug)
            const lines = found[file].split("\n").filter((line) => line.includes(`"w:`))
            assert.strictEqual(
              lines.length,
              beaten && !found.rejects.includes(`"w:`) ? 0 : 1,
              `call ${n}: is there`
            )
          }).pipe(Effect.provide(writers(store)))
        }
        assert.isAbove(tried, 10)
      }))
  }

  for (const step of [2, 5, 11]) {
    it.effect(`I5: what is superseded while large masters are copied is taken out of the copy: every ${step} calls`, () =>
      Effect.gen(function*() {
        const store = Store.make()
        const filler = "x".repeat(16_000)
        const large = (slug: string, n: number) =>
          recordLine({ slug, id: `r:${n}`, atMs: n, content: { filler } })
        // More than is mended under the lock stands behind the first lines.
        const slugs = Array.from({ length: 200 }, (_, n) => `s${n}`)
        const before = [...slugs.map((slug, n) => large(slug, n)), large("s7", 999)].join("")
        putAtRest(store, { updates: before, successes: before, rejects: "" })
        yield* Effect.gen(function*() {
          const context = yield* Effect.context<DurableAppender | RejectLog>()
          const appender = yield* DurableAppender
          let came = 0
          const supersede = Effect.gen(function*() {
            const n = came++
            const next = { slug: `s${(n * 89) % 200}`, content: {}, meta: meta(`w:${n}`, 1000 + n) }
            yield* letRun(
              yield* Effect.forkDetach(Effect.provideContext(appender.append(next), context))
            )
          })
          const between = (call: number) => call % step === 0 && call < 70 ? supersede : Effect.void
          const report = yield* on(interleaved(store, between))
          const found = readMasters(store)
          const late = found.updates.split("\n").filter((line) => line.includes(`"w:`))
          assert.strictEqual(late.length, came)
          const read = report.updates.read - slugs.length - 1
          const all = before + late.slice(0, read).map((line) => `${line}\n`).join("")
          const expected = consolidatedNaively(all, all, "").masters
          assert.isTrue(found.successes.startsWith(expected), "as a naive consolidation")
          assert.strictEqual(report.successes.bytesAfter, expected.length)
          assert.strictEqual(report.left, 0)
          assert.strictEqual(found.updates, found.successes)
          assert.isAbove(read, 3)
        }).pipe(Effect.provide(writers(store)))
      }))
  }

  it.effect("I5: a writer that supersedes a copied line before every try ends in one line per slug all the same", () =>
    Effect.gen(function*() {
      const store = Store.make()
      putAtRest(store, { updates: records, successes: records, rejects })
      yield* Effect.gen(function*() {
        const context = yield* Effect.context<DurableAppender | RejectLog>()
        const appender = yield* DurableAppender
        let n = 0
        const appendMore = Effect.gen(function*() {
          const next = { slug: "a", content: { n }, meta: meta(`w:${++n}`, 1000 + n) }
          yield* letRun(
            yield* Effect.forkDetach(Effect.provideContext(appender.append(next), context))
          )
        })
        // Every 7th call comes between the rounds more than once, so that tries without the lock run out.
        const report = yield* on(
          interleaved(store, (call) => call % 7 === 0 ? appendMore : Effect.void)
        )
        const swapped = readMasters(store).successes.slice(0, report.successes.bytesAfter)
        const slugs = slugsOf(swapped)
        assert.strictEqual(new Set(slugs).size, slugs.length)
        assert.isAbove(report.updates.read, 8)
      }).pipe(Effect.provide(writers(store)))
      // All that was acknowledged is there or superseded by a newer one that is.
      yield* on(MemoryDisk.layer(store))
      assert.strictEqual(
        slugsOf(readMasters(store).successes).filter((slug) => slug === "a").length,
        1
      )
    }))
})
