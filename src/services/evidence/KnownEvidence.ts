// What is known of an item without asking anyone: its row, its files, and the pages that are kept, however old.
//
// A page that nobody has kept is not seen, nor is what has changed on the web since a page was kept.
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { DataDirectory } from "../durability/DataDirectory.ts"
import type { Disk } from "../durability/Disk.ts"
import type { Item } from "../items/Item.ts"
import { CurrentJob } from "../job/Job.ts"
import type { EvidenceSettings } from "../job/Job.ts"
import { Evidence } from "./Evidence.ts"
import type { EvidenceBundle } from "./Evidence.ts"
import { EvidenceCache } from "./EvidenceCache.ts"
import { EvidencePlugins } from "./EvidencePlugins.ts"
import { pluginsOf } from "./Wanted.ts"
import { WebPages } from "./WebPages.ts"

export interface KnownBundle {
  readonly bundle: EvidenceBundle
  /** Whether a page of the item is not kept: the bundle may lack what the item was written from. */
  readonly isPartial: boolean
}

export class KnownEvidence extends Context.Service<KnownEvidence, {
  readonly gather: (item: Item) => Effect.Effect<KnownBundle>
}>()("inkfast/services/evidence/KnownEvidence") {
  static readonly layer: Layer.Layer<KnownEvidence, never, CurrentJob | DataDirectory | Disk> =
    Layer.effect(KnownEvidence, Effect.suspend(() => make))
}

/** The one who is asked for a page knows none. */
const noPages = Layer.succeed(WebPages, {
  get: () => Effect.fail({ cause: "Network", reason: "the page is not kept" } as const)
})

/** Plug-ins are others too. */
const noPlugins = (settings: EvidenceSettings) =>
  Layer.succeed(
    EvidencePlugins,
    Object.fromEntries(
      pluginsOf(settings).map((name) => [
        name,
        () => Effect.fail({ cause: "Network", reason: "plug-ins are not asked" } as const)
      ])
    )
  )

const make = Effect.gen(function*() {
  const job = yield* CurrentJob
  const anyAge = { ...job, evidence: { ...job.evidence, cacheTtlMs: Number.MAX_SAFE_INTEGER } }
  const context = yield* Layer.build(
    // Not the one that the run asks the world with, which would be taken as built already.
    Layer.fresh(Evidence.layer).pipe(
      Layer.provide([
        noPages,
        noPlugins(job.evidence),
        EvidenceCache.layerReadOnly,
        Layer.succeed(CurrentJob, anyAge)
      ]),
      Layer.orDie
    )
  )
  const evidence = Context.get(context, Evidence)
  return KnownEvidence.of({
    gather: (item) =>
      Effect.map(evidence.gather(item), (bundle) => ({
        bundle,
        isPartial: bundle.misses.some(({ cause, kind }) =>
          (kind === "url" || kind === "plugin") && cause === "Network"
        )
      }))
  })
})
