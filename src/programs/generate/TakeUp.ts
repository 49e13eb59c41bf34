// What stands for an item when a run takes it up, and what the run is to do with it.
import type { StandingRecord } from "../../services/master/StandingRecords.ts"
import type { StandingReject } from "../../services/master/StandingRejects.ts"
import type { Way } from "../retry/Phase.ts"

export type TakeUp =
  /** Nothing stands. */
  | { readonly _tag: "Pending" }
  /** A reject stands until the item's new end is durable. */
  | { readonly _tag: "Rejected"; readonly reject: StandingReject; readonly way: Way }
  /** A record stands until a newer one is durable; if none comes of it, it goes on standing. */
  | { readonly _tag: "Stale"; readonly record: StandingRecord }

export const pending: TakeUp = { _tag: "Pending" }

/** What comes of the item must be newer than what stands, even if the clock was set back. Milliseconds. */
export const standsSinceMs = (takeUp: TakeUp): number => {
  switch (takeUp._tag) {
    case "Pending":
      return -Infinity
    case "Rejected":
      return takeUp.reject.rejectedAtMs
    case "Stale":
      return takeUp.record.acceptedAtMs
  }
}
