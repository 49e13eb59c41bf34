// Why an item is put off: it stays as it is, and a later run takes it up.

export type DeferCause =
  /** The run stops. */
  | "Stopping"
  /** Its next call does not fit the money of the run or of the data directory. */
  | "Budget"
  /** Nor what its rung may take of that. */
  | "Share"
  /** Not even its first call fits the budget of an item. */
  | "ItemBudget"
  /** A call of its may have been billed and has no answer. */
  | "Held"
  /** Its model answers nobody. */
  | "Model"
  /** The server refused its calls for the rate, over too long a time. */
  | "RateLimited"
  /** Its prompt cannot be written, for the prompt's or its row's fault. */
  | "Prompt"
  /** It failed, and nothing tells whether the endpoint is to blame. */
  | "Failed"

/** The reason of a cause that needs no other words for one item than for another. */
export const stopping = "the run is stopping"
export const budgetReached = "its next call does not fit the budget"
export const held = "held: a call of its may have been billed and has no answer; " +
  "without --hold-at-risk it is made again"
