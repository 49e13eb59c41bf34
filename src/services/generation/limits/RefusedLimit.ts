// Which of a model's two limits a refusal was for, where the server says it.

/**
 * By the words that servers use: "Rate limit reached … on tokens per min (TPM)", "exceed the rate limit … of 40,000 input
 * tokens per minute", "token rate limit". Undefined where it says nothing of either, or speaks of both.
 */
export const refusedLimit = (detail: string): "requests" | "tokens" | undefined => {
  const tokens = /\btokens?\s+(?:per|rate)\b|\bTPM\b/i.test(detail)
  const requests = /\brequests?\s+(?:per|rate)\b|\bRPM\b/i.test(detail)
  return tokens === requests ? undefined : tokens ? "tokens" : "requests"
}
