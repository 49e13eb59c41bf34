// One step of the model ladder, as the job describes it.

export interface Rung {
  readonly index: number
  readonly model: string
  /** Drafts that it may write of an item before the rung above gets it. */
  readonly attempts: number
  readonly outputTokensMax: number
  readonly temperature: number | undefined
  /** Sent as `service_tier`. Absent: the server's default. */
  readonly serviceTier?: string
  readonly timeoutMs: number
  /** Share of the item's budget and of what the run may spend that this rung may take, above 0 to 1; null: all of it. */
  readonly budgetShare: number | null
  /** The endpoint's limits as far as the user knows them. */
  readonly requestsPerMinute: number | null
  readonly tokensPerMinute: number | null
}
