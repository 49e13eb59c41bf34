// The bounds on one item in one run: so many calls, so much time. One bad item takes no more than that.
import type { Job } from "../../services/job/Job.ts"
import type { Work } from "./RunContext.ts"

/** What is left of the item's time; in line for a model it takes none. */
export const leftMs = (
  { itemSecondsMax }: Pick<Job, "itemSecondsMax">,
  { beganAtMs, waitedMs }: Pick<Work, "beganAtMs" | "waitedMs">,
  nowMs: number
): number => itemSecondsMax * 1000 - (nowMs - beganAtMs - waitedMs)

/** Why the item may make no further call; undefined while it may. */
export const overBound = (job: Job, work: Work, nowMs: number): string | undefined => {
  if (work.calls >= job.itemAttemptsMax) {
    return `${work.calls} calls were made for it, as many as itemAttemptsMax in inkfast.yaml allows`
  }
  return leftMs(job, work, nowMs) <= 0 ? overTime(job) : undefined
}

export const overTime = ({ itemSecondsMax }: Pick<Job, "itemSecondsMax">): string =>
  `it has taken as long as itemSecondsMax in inkfast.yaml allows, ${itemSecondsMax} s`
