// A job for tests of evidence: only what the Evidence service reads of it; reading anything else dies.
import * as Layer from "effect/Layer"
import { CurrentJob } from "../../src/services/job/Job.ts"
import type { EvidenceSettings, Job } from "../../src/services/job/Job.ts"

export const evidenceSettings: EvidenceSettings = {
  fields: [],
  fileFields: [],
  urlFields: [],
  sources: [],
  minChars: 0,
  pageMinChars: 0,
  maxChars: 10_000,
  fetchTimeoutMs: 5_000,
  fetchBytesMax: 10_000,
  fetchAttemptsMax: 1,
  redirectsMax: 5,
  hostConcurrency: 2,
  hostDelayMs: 0,
  robots: false,
  userAgent: "inkfast/test",
  contact: "",
  cacheTtlMs: 60_000,
  allowPrivateAddresses: false,
  allowAddresses: []
}

export const evidenceJob = (
  inputPath: string,
  settings: Partial<EvidenceSettings>
): Layer.Layer<CurrentJob> => {
  const known: Partial<Job> = {
    directory: "/job",
    input: { path: inputPath, format: "jsonl", key: "slug" },
    evidence: { ...evidenceSettings, ...settings }
  }
  const strict = new Proxy(known, {
    get: (target, key, receiver) => {
      if (!(key in target)) throw new Error(`the test's job has no ${String(key)}`)
      return Reflect.get(target, key, receiver) as unknown
    }
  })
  return Layer.succeed(CurrentJob, strict as Job)
}
