// The settled items whose records were written from something else than what the job is today. Asks nobody, reads only.
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { KnownEvidence } from "../services/evidence/KnownEvidence.ts"
import type { Item } from "../services/items/Item.ts"
import type { ItemSource } from "../services/items/ItemSource.ts"
import { inShard } from "../services/items/InShard.ts"
import type { Shard } from "../services/items/Shard.ts"
import { CurrentJob } from "../services/job/Job.ts"
import { loadStandingRecords } from "../services/master/StandingRecords.ts"
import type { StandingRecord } from "../services/master/StandingRecords.ts"
import { isStale, stalenessOf } from "../services/master/Staleness.ts"

export interface StaleReport {
  /** Items of the input with a record that says what it was written from. */
  readonly records: number
  readonly stale: number
  /** By what; a record may be stale by several. */
  readonly byPrompt: number
  readonly bySchema: number
  readonly byModel: number
  readonly byEvidence: number
  /** Records, stale or not, of which a page is not kept: whether their evidence is the same is not known. */
  readonly unseenEvidence: number
}

export interface FindStaleOptions {
  readonly source: ItemSource
  readonly shard: Shard
  readonly onStale?: (slug: string, record: StandingRecord) => void
}

/** Items looked at together: files are read, pages are not asked for. */
const itemsAtOnce = 16

export const findStale = Effect.fnUntraced(function*(options: FindStaleOptions) {
  const job = yield* CurrentJob
  const evidence = yield* KnownEvidence
  const records = yield* loadStandingRecords
  const models = new Set(job.rungs.map(({ model }) => model))
  const report = {
    records: 0,
    stale: 0,
    byPrompt: 0,
    bySchema: 0,
    byModel: 0,
    byEvidence: 0,
    unseenEvidence: 0
  }
  const look = Effect.fnUntraced(function*({ item, record }: {
    readonly item: Item
    readonly record: StandingRecord
  }) {
    const { bundle, isPartial } = yield* evidence.gather(item)
    const staleness = stalenessOf(record, {
      promptHash: job.prompt.hash,
      schemaHash: job.outputSchema.hash,
      models,
      evidenceHash: bundle.hash,
      isPartial
    })
    if (staleness === undefined) return
    report.records++
    if (staleness.prompt) report.byPrompt++
    if (staleness.schema) report.bySchema++
    if (staleness.model) report.byModel++
    if (staleness.evidence) report.byEvidence++
    if (staleness.unseen) report.unseenEvidence++
    if (!isStale(staleness)) return
    report.stale++
    options.onStale?.(item.slug, record)
  })
  yield* options.source.items.pipe(
    Stream.filter((item) => inShard(item.slug, options.shard)),
    Stream.map((item) => ({ item, record: records.get(item.slug) })),
    Stream.filter((found): found is { readonly item: Item; readonly record: StandingRecord } =>
      found.record !== undefined
    ),
    Stream.mapEffect(look, { concurrency: itemsAtOnce, unordered: true }),
    Stream.runDrain
  )
  const found: StaleReport = report
  return found
})
