// Events as lines: what was written is what is read, whole or by its two ends.
import { assert, describe, it } from "@effect/vitest"
import { verifyLine } from "../../../src/services/durability/LineCodec.ts"
import {
  Disconnected,
  InvalidRequest,
  ModelNotFound,
  Overloaded,
  QuotaExhausted,
  RateLimited,
  TimedOut,
  Unauthorized,
  Unreachable
} from "../../../src/services/generation/Llm.ts"
import { decodeEvent, entryOf, readEntry } from "../../../src/services/journal/EventCodec.ts"
import type { JournalEvent } from "../../../src/services/journal/JournalEvent.ts"
import {
  encodeEvent,
  failure,
  intent,
  rejected,
  rejectedEnd,
  response,
  verdict
} from "../../support/journalEvents.ts"

const reasons = [
  new RateLimited({ retryAfterMs: null, detail: "slow down" }),
  new Overloaded({ status: 503, retryAfterMs: 20, detail: "" }),
  new Unreachable({ detail: "ECONNREFUSED" }),
  new Disconnected({ detail: "socket hang up" }),
  new TimedOut({ timeoutMs: 30_000 }),
  new Unauthorized({ status: 401, detail: "" }),
  new QuotaExhausted({ detail: "" }),
  new ModelNotFound({ detail: "" }),
  new InvalidRequest({ status: 400, detail: "" })
]

const slugs = [
  "plain",
  "mit \"Zitat\" und \\",
  "日本語/🙂",
  `","_tag":"verdict","id":"x`,
  "a".repeat(3000),
  "line\u2028break\n"
]

const eventsOf = (slug: string): ReadonlyArray<JournalEvent> => [
  intent(slug, "20261122T101500-3f9a1c:1"),
  response(slug, "20261122T101500-3f9a1c:1"),
  intent(slug, "20261122T101500-3f9a1c:5", { judges: "20261122T101500-3f9a1c:1" }),
  response(slug, "20261122T101500-3f9a1c:5", { judges: "20261122T101500-3f9a1c:1" }),
  ...reasons.map((reason) => failure(slug, "20261122T101500-3f9a1c:2", reason, 17)),
  verdict(slug, "20261122T101500-3f9a1c:1"),
  rejected(slug, "20261122T101500-3f9a1c:1"),
  rejectedEnd(slug, "20261122T101500-3f9a1c:3"),
  rejectedEnd(slug, "20261122T101500-3f9a1c:4", { outcome: "kept", cause: null })
]

describe("EventCodec", () => {
  it("I4: every event is a valid line and decodes, by the schema, to what it was", () => {
    for (const event of slugs.flatMap(eventsOf)) {
      const line = encodeEvent(event)
      assert.strictEqual(verifyLine(line), "valid")
      assert.isTrue(Buffer.from(line).toString().startsWith(`{"slug":"`))
      assert.deepStrictEqual(decodeEvent(line), event)
    }
  })

  it("the entry read from a line's ends is the entry of the whole event", () => {
    for (const event of slugs.flatMap(eventsOf)) {
      assert.deepStrictEqual(readEntry(Buffer.from(encodeEvent(event))), entryOf(event))
    }
  })

  it("events whose keys stand in another order read the same", () => {
    for (const event of eventsOf("x")) {
      const turned = Object.fromEntries(Object.entries(event).reverse()) as unknown as JournalEvent
      assert.deepStrictEqual(readEntry(Buffer.from(encodeEvent(turned))), entryOf(event))
    }
  })

  it("an answer is never lost to a body that JSON does not have", () => {
    const loop: { self?: unknown } = {}
    loop.self = loop
    for (const body of [undefined, loop, 10n]) {
      const event = response("x", "20261122T101500-3f9a1c:1")
      const line = encodeEvent({ ...event, completion: { ...event.completion, body } })
      assert.deepStrictEqual(decodeEvent(line), {
        ...event,
        completion: { ...event.completion, body: null }
      })
    }
  })

  it("a line of others is no event", () => {
    for (
      const line of [
        `{"slug":"x"}`,
        `{"prompt":"…","response":"…"}`,
        `{"slug":"x","_tag":"later","id":"1"}`
      ]
    ) {
      assert.isUndefined(decodeEvent(Buffer.from(line)))
      assert.isUndefined(readEntry(Buffer.from(line)))
    }
  })
})
