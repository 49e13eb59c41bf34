// A data directory of one run with two records and a reject, as an audit finds it in order, and the parts to break it.
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as MemoryDisk from "../../src/layers/MemoryDisk.ts"
import * as Store from "../../src/layers/MemoryStore.ts"
import { DataDirectory, journalPath } from "../../src/services/durability/DataDirectory.ts"
import { makeSlugTable } from "../../src/services/items/SlugTable.ts"
import type {
  End,
  Intent,
  JournalEvent,
  Response,
  Verdict
} from "../../src/services/journal/JournalEvent.ts"
import { writeManifest } from "../../src/services/journal/RunManifest.ts"
import type { RunManifest } from "../../src/services/journal/RunManifest.ts"
import { Audit } from "../../src/services/master/Audit.ts"
import type { AuditReport } from "../../src/services/master/Audit.ts"
import { encodeEvent } from "./journalEvents.ts"
import { manifest } from "./manifests.ts"
import { data, iso, putAtRest, recordLine, rejectLine, root } from "./masters.ts"

export const run = "20260101T000000-aaaaaa"
export const id = (n: number) => `${run}:${n}`
export const at = "2026-01-01T00:00:00.000Z"

export const intent = (n: number, slug: string, requestHash = `hash-${n}`): Intent => ({
  _tag: "intent",
  slug,
  id: id(n),
  at,
  model: "small",
  rung: 0,
  attempt: 1,
  promptHash: "p",
  schemaHash: "s",
  evidenceHash: "e",
  requestHash,
  messages: [{ role: "user", content: `Write about ${slug}. "requestHash":"not this one"` }],
  outputTokensMax: 100,
  reservedNanoUsd: 5_000_000
})

export const response = (n: number, slug: string, costNanoUsd = 1_000_000): Response => ({
  _tag: "response",
  slug,
  id: id(n),
  at,
  latencyMs: 1,
  completion: {
    model: "small",
    text: "{}",
    finish: "stop",
    refusal: null,
    usage: null,
    body: null
  },
  costNanoUsd
})

export const verdict = (n: number, slug: string, accepted: boolean): Verdict => ({
  _tag: "verdict",
  slug,
  id: id(n),
  at,
  accepted,
  ...(accepted ? { acceptedAt: iso(n) } : {}),
  cause: accepted ? null : "QaFailed",
  findings: []
})

export const end = (n: number, slug: string): End => ({
  _tag: "end",
  slug,
  id: id(n),
  at,
  outcome: "rejected",
  cause: "QaFailed",
  reason: "too short"
})

export const lines = (...events: ReadonlyArray<JournalEvent>): string =>
  events.map((event) => Buffer.from(encodeEvent(event)).toString("utf8")).join("")

export const a = recordLine({ slug: "a", id: id(1), atMs: 1 })
export const b = recordLine({ slug: "b", id: id(2), atMs: 2 })
export const c = rejectLine({ slug: "c", id: id(4), atMs: 3, costUsd: 0.001, runId: run })
export const journal = lines(
  intent(1, "a"),
  response(1, "a"),
  intent(2, "b"),
  verdict(1, "a", true),
  response(2, "b"),
  intent(3, "c"),
  response(3, "c"),
  verdict(2, "b", true),
  verdict(3, "c", false),
  end(4, "c")
)

/** What the journal comes to. */
export const totals = {
  calls: 3,
  accepted: 2,
  rejected: 1,
  pending: 0,
  spentNanoUsd: 3_000_000,
  atRiskNanoUsd: 0,
  unjudged: 0
}

export interface AuditedFiles {
  updates: string
  successes: string
  rejects: string
  journal: string
  manifest: Partial<RunManifest>
}

export const budgets = { itemNanoUsd: 1_000_000, runNanoUsd: 3_000_000, totalNanoUsd: 3_000_000 }

export const healthy = (): AuditedFiles => ({
  updates: a + b,
  successes: a + b,
  rejects: c,
  journal,
  manifest: { endedAt: at, exitCode: 5, totals, budgets }
})

export const storeOf = (files: AuditedFiles): Store.MemoryStore => {
  const store = Store.make()
  putAtRest(store, files)
  store.put(journalPath(data, run), files.journal)
  Effect.runSync(
    writeManifest(data, manifest(run, files.manifest)).pipe(
      Effect.provide(MemoryDisk.layer(store))
    )
  )
  return store
}

export const input = (...slugs: ReadonlyArray<string>) => {
  const table = makeSlugTable()
  slugs.forEach((slug, index) => table.add(slug, index))
  return table
}

export const audit = (store: Store.MemoryStore, slugs?: ReturnType<typeof input>) =>
  Effect.flatMap(Audit, (service) => service.audit(slugs)).pipe(
    Effect.provide(
      Audit.layer.pipe(Layer.provide([MemoryDisk.layer(store), DataDirectory.layer(root)]))
    )
  )

export const outcomes = (report: AuditReport): { readonly [id: string]: string } =>
  Object.fromEntries(report.checks.map((check) => [check.id, check.outcome]))
