// The rejects that stand: by slug, why the item ended, and how often it was tried.
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { DataDirectory } from "../durability/DataDirectory.ts"
import type { Disk, DiskError } from "../durability/Disk.ts"
import { scanLines } from "../durability/Lines.ts"
import { MissCause } from "../evidence/MissCause.ts"
import { Finding } from "../qa/Finding.ts"
import { MasterLine } from "./MasterLine.ts"
import { RejectCause } from "./Reject.ts"
import { settledAs } from "./Settled.ts"
import type { SettledSlugs } from "./SettledSlugs.ts"

export interface StandingReject {
  readonly cause: RejectCause
  readonly missCause: MissCause | undefined
  readonly findings: ReadonlyArray<Finding>
  /** Model calls made for the item, over all runs. */
  readonly attempts: number
  /** How often it was taken up again, over all runs. */
  readonly retries: number
  readonly costUsd: number
  /** Milliseconds since the epoch; -Infinity where the line does not say. */
  readonly rejectedAtMs: number
}

const isCause = Schema.is(RejectCause)
const isMissCause = Schema.is(MissCause)
const isFindings = Schema.is(Schema.Array(Finding))

const numberOf = (meta: unknown, key: string): number => {
  const value = (meta as { readonly [key: string]: unknown } | undefined)?.[key]
  return typeof value === "number" && Number.isFinite(value) ? value : 0
}

/** A line of another program that gives no cause of ours counts as one that no run can mend. */
const readReject = (line: MasterLine): StandingReject => {
  const { cause, findings, missCause } = line.object ?? {}
  const meta = line.metaObject
  return {
    cause: isCause(cause) ? cause : "Abandoned",
    missCause: isMissCause(missCause) ? missCause : undefined,
    findings: isFindings(findings) ? findings : [],
    attempts: numberOf(meta, "attempts"),
    retries: numberOf(meta, "retries"),
    costUsd: numberOf(meta, "costUsd"),
    rejectedAtMs: line.meta.atMs
  }
}

/** The newest reject of each slug that is settled as rejected. Memory follows the rejects. */
export const loadStandingRejects = (
  settled: SettledSlugs
): Effect.Effect<ReadonlyMap<string, StandingReject>, DiskError, DataDirectory | Disk> =>
  Effect.gen(function*() {
    const { rejects } = yield* DataDirectory
    const standing = new Map<string, StandingReject>()
    const line = new MasterLine()
    yield* scanLines(rejects, {}, (bytes) => {
      const kind = line.read(bytes)
      if (kind === "blank" || kind === "corrupt") return
      const { slug } = line
      if (settledAs(settled, slug) !== "rejected") return
      const reject = readReject(line)
      const before = standing.get(slug)
      if (before === undefined || reject.rejectedAtMs >= before.rejectedAtMs) {
        standing.set(slug, reject)
      }
    })
    return standing
  })
