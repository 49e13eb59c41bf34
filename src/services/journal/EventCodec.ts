// Journal events as lines and back: whole, or only what the books need of an event whose item is settled.
import type { Buffer } from "node:buffer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { decodeLine, lineText } from "../durability/LineCodec.ts"
import type { LineText } from "../durability/LineCodec.ts"
import { Failure, JournalEvent } from "./JournalEvent.ts"
import type { Intent, Response } from "./JournalEvent.ts"

const encodeFailure = Schema.encodeSync(Failure)
const decode = Schema.decodeUnknownOption(JournalEvent)

/** Put in front here, or the line codec would make the text twice to find that it is not. */
const slugFirst = (event: typeof JournalEvent.Encoded): LineText =>
  lineText(Object.assign({ slug: event.slug }, event))

/** Of a judge's call that stands in front as well: lines are told apart by their ends. */
const judgesFirst = <E extends Response | Intent>(event: E): E => {
  const { _tag, at, id, judges, slug } = event
  return judges === undefined ? event : Object.assign({ slug, _tag, id, at, judges }, event)
}

/** A body that JSON does not have must not cost the answer that came with it: the text stands beside it. */
const responseText = (event: Response): LineText => {
  const body = event.completion.body ?? null
  try {
    return slugFirst({ ...event, completion: { ...event.completion, body } })
  } catch {
    return slugFirst({ ...event, completion: { ...event.completion, body: null } })
  }
}

export const eventText = (event: JournalEvent): LineText => {
  switch (event._tag) {
    case "response":
      return responseText(judgesFirst(event))
    case "intent":
      return slugFirst(judgesFirst(event))
    case "failure":
      return slugFirst(encodeFailure(event))
    default:
      // Plain values whose encoded form is what they are.
      return slugFirst(event)
  }
}

/** The event of an undamaged line; undefined where the line is no event of ours. */
export const decodeEvent = (line: Uint8Array): JournalEvent | undefined =>
  Option.getOrUndefined(decode(decodeLine(line)))

/** What the books need of an event: money, and which call it belongs to. */
export type Entry =
  | {
    readonly tag: "intent"
    readonly slug: string
    readonly id: string
    readonly at: string
    readonly model: string
    readonly nanoUsd: number
  }
  | {
    readonly tag: "response"
    readonly id: string
    readonly nanoUsd: number
    /** The judge's: nobody owes it a verdict. */
    readonly isJudgement: boolean
  }
  | { readonly tag: "failure"; readonly id: string; readonly nanoUsd: number }
  | { readonly tag: "verdict"; readonly id: string; readonly accepted: boolean }
  | { readonly tag: "end"; readonly id: string; readonly isRejected: boolean }

export const entryOf = (event: JournalEvent): Entry => {
  switch (event._tag) {
    case "intent": {
      const { at, id, model, slug } = event
      return { tag: "intent", slug, id, at, model, nanoUsd: event.reservedNanoUsd }
    }
    case "response":
      return {
        tag: "response",
        id: event.id,
        nanoUsd: event.costNanoUsd,
        isJudgement: event.judges !== undefined
      }
    case "failure":
      return { tag: "failure", id: event.id, nanoUsd: event.atRiskNanoUsd }
    case "verdict":
      return { tag: "verdict", id: event.id, accepted: event.accepted }
    case "end":
      return { tag: "end", id: event.id, isRejected: event.outcome === "rejected" }
  }
}

const front = new RegExp(
  String
    .raw`^\{"slug":"((?:[^"\\]|\\.)*)","_tag":"(intent|response|failure|verdict|end)","id":"([^"\\]*)",` +
    String
      .raw`"at":"([^"\\]*)",("judges":"[^"\\]*",)?(?:"model":"([^"\\]*)"|"accepted":(true|false)|"outcome":"(rejected|kept)")?`
)
const back = /"(reservedNanoUsd|costNanoUsd|atRiskNanoUsd)":(\d+),"_crc":"[0-9a-f]{8}"\}\n?$/
const moneyKey = {
  intent: "reservedNanoUsd",
  response: "costNanoUsd",
  failure: "atRiskNanoUsd"
} as const
/** Enough for the front of an event whose slug is not uncommonly long. A million of them are garbage soon. */
const frontBytesMax = 384
const backBytesMax = 80

/**
 * The entry of an undamaged line, read from its two ends where it is written as ours are: an answer of many kilobytes
 * is not parsed for its price. Undefined where the line is no event of ours.
 */
export const readEntry = (line: Buffer): Entry | undefined => {
  const fields = front.exec(line.toString("utf8", 0, frontBytesMax))
  if (fields !== null) {
    const [, slug = "", tag, id = "", at = "", judges, model, accepted, outcome] = fields
    if (tag === "verdict" && accepted !== undefined) {
      return { tag, id, accepted: accepted === "true" }
    }
    if (tag === "end" && outcome !== undefined) {
      return { tag, id, isRejected: outcome === "rejected" }
    }
    const money = back.exec(line.toString("latin1", Math.max(0, line.byteLength - backBytesMax)))
    if (
      money !== null && tag !== undefined && money[1] === moneyKey[tag as keyof typeof moneyKey]
    ) {
      const nanoUsd = Number(money[2])
      if (tag === "response") return { tag, id, nanoUsd, isJudgement: judges !== undefined }
      if (tag === "failure") return { tag, id, nanoUsd }
      if (tag === "intent" && model !== undefined && !slug.includes("\\")) {
        return { tag, slug, id, at, model, nanoUsd }
      }
    }
  }
  const event = decodeEvent(line)
  return event === undefined ? undefined : entryOf(event)
}
