// What a run was asked for, with its defaults.
import type { ItemSource } from "../../services/items/ItemSource.ts"
import type { Shard } from "../../services/items/Shard.ts"
import type { Plan } from "./Plan.ts"

export interface Wish {
  readonly source: ItemSource
  readonly shard: Shard
  readonly plan: Plan
  /** At most so many items are begun; infinite for all. */
  readonly limit: number
}
