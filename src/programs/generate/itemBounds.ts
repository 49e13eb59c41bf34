// The bounds on one item in one run: so many calls, so much time. One bad item takes no more than that.
import type { Job } from "../../services/job/Job.ts"
import type { Work } from "./RunContext.ts"

/** Why the item may make no further call; undefined while it may. */
export const overBound = (
  { itemAttemptsMax, itemSecondsMax }: Job,
  { beganAtMs, calls, waitedMs }: Work,
  nowMs: number
): string | undefined => {
  if (calls >= itemAttemptsMax) {
    return `${calls} calls were made for it, as many as itemAttemptsMax in inkfast.yaml allows`
  }
  return nowMs - beganAtMs - waitedMs >= itemSecondsMax * 1000
    ? `it has taken as long as itemSecondsMax in inkfast.yaml allows, ${itemSecondsMax} s`
    : undefined
}
