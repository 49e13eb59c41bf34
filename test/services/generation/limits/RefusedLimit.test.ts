// Which limit a refusal was for, by the words of servers.
import { assert, describe, it } from "@effect/vitest"
import { refusedLimit } from "../../../../src/services/generation/limits/RefusedLimit.ts"

const said: ReadonlyArray<readonly [string, "requests" | "tokens" | undefined]> = [
  [
    "429 Rate limit reached for gpt-4o in organization org-1 on tokens per min (TPM): Limit 30000, Used 29500, Requested 900.",
    "tokens"
  ],
  [
    "Rate limit reached for gpt-4o on requests per min (RPM): Limit 3, Used 3, Requested 1.",
    "requests"
  ],
  ["This request would exceed the rate limit of 40,000 input tokens per minute.", "tokens"],
  ["exceeded token rate limit of your current pricing tier", "tokens"],
  ["exceeded 60 requests per minute or 90,000 tokens per minute", undefined],
  ["Too Many Requests", undefined],
  ["slow down", undefined]
]

describe("refusedLimit", () => {
  for (const [detail, limit] of said) {
    it(`${limit ?? "neither"}: ${detail}`, () => assert.strictEqual(refusedLimit(detail), limit))
  }
})
