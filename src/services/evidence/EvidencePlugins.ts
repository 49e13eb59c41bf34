// Sources of an embedding program's own: a database, a search, an API. The job names them, a Layer provides them.
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { Item } from "../items/Item.ts"
import type { EvidenceMiss } from "./Evidence.ts"

export interface PluginText {
  /** Unique among the texts of one item: `stock/berlin`. */
  readonly name: string
  readonly text: string
}

/**
 * Gathers texts for one item; `options` is what the job says under `with`. What cannot be had is a miss with its cause;
 * no text at all counts as not found. Interrupted where a run stops.
 */
export type EvidencePlugin = (
  item: Item,
  options: unknown
) => Effect.Effect<ReadonlyArray<PluginText>, Pick<EvidenceMiss, "cause" | "reason">>

/** Plug-ins by the name under which a job asks for them; none unless a Layer provides them. */
export const EvidencePlugins = Context.Reference<{ readonly [name: string]: EvidencePlugin }>(
  "inkfast/services/evidence/EvidencePlugins",
  { defaultValue: () => ({}) }
)
