// What made-up records say of how they came to be: of the size of real ones.
export const usage = {
  inputTokens: 1200,
  cachedInputTokens: 0,
  outputTokens: 600,
  reasoningTokens: 0
}

export const hashes = {
  promptHash: "0".repeat(32),
  schemaHash: "1".repeat(32),
  evidenceHash: "2".repeat(32)
}

/** Of a record's `_meta`: all but its id, run and model, in the order of our writers. Readers know a line by it. */
export const madeUpMeta = (acceptedAt: string) => ({
  rung: 0,
  attempt: 1,
  ...hashes,
  usage,
  costUsd: 0.00123,
  acceptedAt,
  qa: { rules: "3".repeat(32), warnings: [] }
})
