// Records for tests: as small as a record can be, and telling by id which one it is.
import type { MasterRecord } from "../../src/services/master/Record.ts"

/** A record with the id `r:<n>` and the slug `item-<n>`; `text` pads its content. */
export const makeRecord = (n: number, text = "words"): MasterRecord => ({
  slug: `item-${n}`,
  content: { text },
  meta: {
    id: `r:${n}`,
    runId: "r",
    model: "m",
    requestedModel: "m",
    rung: 0,
    attempt: 1,
    promptHash: "p",
    schemaHash: "s",
    evidenceHash: "e",
    usage: null,
    costUsd: 0.001,
    acceptedAt: "2026-01-02T03:04:05.678Z",
    qa: { rules: "q", warnings: [] }
  }
})
