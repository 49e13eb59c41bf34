// A limit that is really kept: so many requests a second of each model, and a second's worth at once.

/** The state of a model's limit after a request, as its headers tell it. */
export interface RateState {
  readonly isAdmitted: boolean
  readonly limitPerMinute: number
  readonly remaining: number
  /** Until the whole second's worth is there again. */
  readonly resetMs: number
  /** Until there is room for one more. */
  readonly retryAfterMs: number
}

/** One bucket for each model; a refused request takes nothing out of it. */
export const makeRequestRate = (perSecond: number): (model: string, nowMs: number) => RateState => {
  const buckets = new Map<string, { level: number; atMs: number }>()
  return (model, nowMs) => {
    const bucket = buckets.get(model) ?? { level: perSecond, atMs: nowMs }
    buckets.set(model, bucket)
    const capacity = Math.max(1, perSecond)
    const filled = (nowMs - bucket.atMs) / 1000 * perSecond
    bucket.level = Math.min(capacity, bucket.level + filled)
    bucket.atMs = nowMs
    const isAdmitted = bucket.level >= 1
    if (isAdmitted) bucket.level--
    return {
      isAdmitted,
      limitPerMinute: Math.max(1, Math.round(perSecond * 60)),
      // As the large services tell it: of the minute's worth, though they admit no more than a second's at once.
      remaining: Math.max(0, Math.floor(perSecond * 60 - (capacity - bucket.level))),
      resetMs: (capacity - bucket.level) / perSecond * 1000,
      retryAfterMs: Math.max(0, (1 - bucket.level) / perSecond * 1000)
    }
  }
}
