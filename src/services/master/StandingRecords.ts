// The records that stand: by slug, which call wrote the newest one, and from what.
import * as Effect from "effect/Effect"
import { DataDirectory } from "../durability/DataDirectory.ts"
import type { Disk, DiskError } from "../durability/Disk.ts"
import { scanLines } from "../durability/Lines.ts"
import { makeSlugTable } from "../items/SlugTable.ts"
import { loadDemotions } from "./Demotions.ts"
import { MasterLine } from "./MasterLine.ts"

/** What a line of another program does not say is undefined. */
export interface StandingRecord {
  readonly id: string | undefined
  readonly promptHash: string | undefined
  readonly schemaHash: string | undefined
  readonly evidenceHash: string | undefined
  /** The model as it was asked for. */
  readonly requestedModel: string | undefined
  /** Milliseconds since the epoch; -Infinity where the line does not say. */
  readonly acceptedAtMs: number
}

export interface StandingRecords {
  readonly size: number
  readonly get: (slug: string) => StandingRecord | undefined
  /** Whether a record of that id is in the masters, standing or not. */
  readonly hasId: (id: string) => boolean
}

const textOf = (meta: unknown, key: string): string | undefined => {
  const value = (meta as { readonly [key: string]: unknown } | null | undefined)?.[key]
  return typeof value === "string" ? value : undefined
}

/** Thousands of records have the same hashes and models: one string serves them all. */
const makeIntern = () => {
  const known = new Map<string, string>()
  return (value: string | undefined): string | undefined => {
    if (value === undefined) return undefined
    const before = known.get(value)
    if (before === undefined) known.set(value, value)
    return before ?? value
  }
}

/** Reads `successes`. Some 200 bytes a slug. */
export const loadStandingRecords: Effect.Effect<
  StandingRecords,
  DiskError,
  DataDirectory | Disk
> = Effect.gen(function*() {
  const { successes } = yield* DataDirectory
  const demotions = yield* loadDemotions()
  const slugs = makeSlugTable()
  const ids = makeSlugTable()
  const records: Array<StandingRecord> = []
  const line = new MasterLine()
  const intern = makeIntern()
  yield* scanLines(successes, {}, (bytes) => {
    const kind = line.read(bytes)
    if (kind === "blank" || kind === "corrupt") return
    const { atMs, id } = line.meta
    if (id !== undefined) ids.set(id, 1)
    if (demotions.hasTakenBack(line)) return
    const meta = line.metaObject
    const record: StandingRecord = {
      id,
      promptHash: intern(textOf(meta, "promptHash")),
      schemaHash: intern(textOf(meta, "schemaHash")),
      evidenceHash: textOf(meta, "evidenceHash"),
      requestedModel: intern(textOf(meta, "requestedModel")),
      acceptedAtMs: atMs
    }
    const next = records.length
    const index = slugs.addBytes(line.slugBytes, line.slugStart, line.slugEnd, next)
    if (index === undefined) records.push(record)
    else if (atMs >= records[index]!.acceptedAtMs) records[index] = record
  })
  return {
    size: slugs.size,
    get: (slug) => {
      const index = slugs.get(slug)
      return index === undefined ? undefined : records[index]
    },
    hasId: (id) => ids.get(id) !== undefined
  }
})
