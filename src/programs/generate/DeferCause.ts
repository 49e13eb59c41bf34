// Why an item is put off: it stays as it is, and a later run takes it up.

/**
 * `Stopping`: the run stops. `Budget`: its next call does not fit the money of the run or of the data directory.
 * `Share`: nor what its rung may take of that. `ItemBudget`: not even its first call fits the budget of an item. `Held`: a call of its may have been billed. `Model`: its model answers
 * nobody. `Prompt`: its prompt cannot be written, for the prompt's or its row's fault. `Failed`: it failed, and nothing tells whether the endpoint is to blame.
 */
export type DeferCause =
  | "Stopping"
  | "Budget"
  | "Share"
  | "ItemBudget"
  | "Held"
  | "Model"
  | "Prompt"
  | "Failed"
