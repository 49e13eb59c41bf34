// Journal events for tests, with everything that does not matter filled in.
import { encodeText } from "../../src/services/durability/LineCodec.ts"
import type { LlmReason } from "../../src/services/generation/Llm.ts"
import { eventText } from "../../src/services/journal/EventCodec.ts"
import type {
  End,
  Failure,
  Intent,
  JournalEvent,
  Response,
  Verdict
} from "../../src/services/journal/JournalEvent.ts"

const at = "2026-11-22T10:15:00.000Z"

export const intent = (slug: string, id: string, over: Partial<Intent> = {}): Intent => ({
  _tag: "intent",
  slug,
  id,
  at,
  model: "small",
  rung: 0,
  attempt: 1,
  promptHash: "p",
  schemaHash: "s",
  evidenceHash: "e",
  requestHash: "r",
  messages: [{ role: "user", content: "Write." }],
  outputTokensMax: 100,
  reservedNanoUsd: 1000,
  ...over
})

export const response = (slug: string, id: string, over: Partial<Response> = {}): Response => ({
  _tag: "response",
  slug,
  id,
  at,
  latencyMs: 12,
  completion: {
    model: "small-2026",
    text: `{"title":"${slug}"}`,
    finish: "stop",
    refusal: null,
    usage: { inputTokens: 10, cachedInputTokens: 0, outputTokens: 5, reasoningTokens: 0 },
    body: { id: "chatcmpl-1", choices: [] }
  },
  costNanoUsd: 300,
  ...over
})

export const failure = (
  slug: string,
  id: string,
  reason: LlmReason,
  atRiskNanoUsd: number
): Failure => ({
  _tag: "failure",
  slug,
  id,
  at,
  reason,
  atRiskNanoUsd
})

export const verdict = (slug: string, id: string, over: Partial<Verdict> = {}): Verdict => ({
  _tag: "verdict",
  slug,
  id,
  at,
  accepted: true,
  cause: null,
  findings: [],
  ...over
})

export const finding = {
  rule: "length",
  field: "/title",
  text: "too long",
  message: "the title is too long"
}

export const rejected = (slug: string, id: string): Verdict =>
  verdict(slug, id, { accepted: false, cause: "QaFailed", findings: [finding] })

/** The end of an item whose reject has that id. */
export const rejectedEnd = (slug: string, id: string, over: Partial<End> = {}): End => ({
  _tag: "end",
  slug,
  id,
  at,
  outcome: "rejected",
  cause: "ThinEvidence",
  reason: "too little is known",
  ...over
})

/** The event's whole line, newline included. */
export const encodeEvent = (event: JournalEvent): Uint8Array => encodeText(eventText(event))
