// What a run was, beside its journal: raw/ai-run-<run>.meta.json. Written at its start, and again at its end.
import { Buffer } from "node:buffer"
import { crc32 } from "node:zlib"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { manifestPath } from "../durability/DataDirectory.ts"
import type { DataPaths } from "../durability/DataDirectory.ts"
import { Disk } from "../durability/Disk.ts"
import type { DiskError } from "../durability/Disk.ts"
import { readTextFile } from "../durability/FileIo.ts"
import type { FileLock } from "../durability/FileLock.ts"
import { replaceFile } from "../durability/ReplaceFile.ts"
import { JudgeTotals } from "../judge/JudgeTotals.ts"
import { Price } from "../spending/Price.ts"
import { AtRisk } from "./RunLedger.ts"

export const RunTotals = Schema.Struct({
  calls: Schema.Int,
  accepted: Schema.Int,
  /** Null where nobody was left to count them. */
  rejected: Schema.NullOr(Schema.Int),
  /** Items that the run took up and left pending. */
  pending: Schema.Int,
  spentNanoUsd: Schema.Int,
  atRiskNanoUsd: Schema.Int,
  /** Answers without a verdict. */
  unjudged: Schema.Int
})
export type RunTotals = typeof RunTotals.Type

/** What one rung of the ladder did in the run, the base first. */
export const RungTotals = Schema.Struct({
  model: Schema.String,
  /** Items that it was called for. */
  items: Schema.Int,
  answers: Schema.Int,
  accepted: Schema.Int,
  spentNanoUsd: Schema.Int
})
export type RungTotals = typeof RungTotals.Type

/** Holds no secret: neither key nor endpoint. Money in nanodollars, times in ISO 8601, UTC. */
export const RunManifest = Schema.Struct({
  runId: Schema.String,
  versions: Schema.Struct({ inkfast: Schema.String, node: Schema.String, effect: Schema.String }),
  jobHash: Schema.String,
  /** By rung. */
  models: Schema.Array(Schema.String),
  prices: Schema.Record(Schema.String, Price),
  budgets: Schema.Struct({
    itemNanoUsd: Schema.NullOr(Schema.Int),
    runNanoUsd: Schema.NullOr(Schema.Int),
    /** Absent in manifests of earlier versions. */
    totalNanoUsd: Schema.optionalKey(Schema.NullOr(Schema.Int))
  }),
  /** `i/n`; null where the run had the whole input. */
  shard: Schema.NullOr(Schema.String),
  host: Schema.String,
  input: Schema.Struct({ path: Schema.String, key: Schema.String }),
  startedAt: Schema.String,
  /** Null while it runs, and for ever when it was killed. */
  endedAt: Schema.NullOr(Schema.String),
  exitCode: Schema.NullOr(Schema.Int),
  totals: Schema.NullOr(RunTotals),
  /** Absent while it runs, and for ever when it was killed. */
  rungs: Schema.optionalKey(Schema.Array(RungTotals)),
  /** Absent where the job has no judge, while it runs, and for ever when it was killed. */
  judge: Schema.optionalKey(JudgeTotals),
  /** The calls that make up `totals.atRiskNanoUsd`. Absent where they are too many for a manifest. */
  atRisk: Schema.optionalKey(Schema.Array(AtRisk)),
  /** The run that found everything this one had left to be settled, and closed its books. */
  settledBy: Schema.NullOr(Schema.String)
})
export type RunManifest = typeof RunManifest.Type

const decode = Schema.decodeUnknownOption(RunManifest)
const encode = Schema.encodeSync(RunManifest)

/** CRC-32 of the manifest as JSON without spaces: a total that is changed by hand leaves it behind. */
const checksumOf = (manifest: object): string =>
  crc32(JSON.stringify(manifest)).toString(16).padStart(8, "0")

const toText = (manifest: RunManifest): string => {
  const encoded = encode(manifest)
  return `${JSON.stringify({ ...encoded, _crc: checksumOf(encoded) }, undefined, 2)}\n`
}

/** Manifests of earlier versions have no checksum. */
const isAsWritten = (value: object): boolean => {
  const { _crc, ...rest } = value as { readonly _crc?: unknown }
  return _crc === undefined || _crc === checksumOf(rest)
}

const parse = (text: string): Option.Option<RunManifest> => {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === "object" && value !== null && isAsWritten(value)
      ? decode(value)
      : Option.none()
  } catch {
    return Option.none()
  }
}

export const writeManifest = (
  data: DataPaths,
  manifest: RunManifest
): Effect.Effect<void, DiskError, Disk | FileLock> =>
  replaceFile(manifestPath(data, manifest.runId), Buffer.from(toText(manifest)))

/** None where there is none, or one that is not as it was written: then the journal tells all there is to know. */
export const readManifest = (
  data: DataPaths,
  runId: string
): Effect.Effect<Option.Option<RunManifest>, DiskError, Disk> =>
  Effect.gen(function*() {
    const disk = yield* Disk
    const path = manifestPath(data, runId)
    if (Option.isNone(yield* disk.stat(path))) return Option.none()
    const text = yield* readTextFile(disk, path).pipe(
      Effect.catchIf((error) => error.code === "EILSEQ", () => Effect.succeed(""))
    )
    return Option.filter(parse(text), (found) => found.runId === runId)
  })

/** More calls at risk than this are left in the journal, which then stays open. */
const atRiskCallsMax = 10_000

/** The calls as a manifest keeps them. */
export const listedAtRisk = (
  calls: ReadonlyArray<AtRisk>
): Pick<RunManifest, "atRisk"> => calls.length > atRiskCallsMax ? {} : { atRisk: calls }

/**
 * Whether the books of a run are closed: nothing in its journal concerns anyone any more but its totals. What is at risk
 * stays so for ever, and stands in the manifest.
 */
export const isSealed = (
  manifest: RunManifest
): manifest is RunManifest & { readonly totals: RunTotals } =>
  manifest.totals !== null && manifest.totals.unjudged === 0 && manifest.totals.pending === 0 &&
  (manifest.atRisk ?? []).reduce((sum, call) => sum + call.maxNanoUsd, 0) ===
    manifest.totals.atRiskNanoUsd
