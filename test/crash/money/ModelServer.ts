// The model's server of a simulation, with its own account of what it billed, and of whatever it pleases to answer.
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import type {
  Completion,
  LlmError,
  LlmReason,
  LlmRequest
} from "../../../src/services/generation/Llm.ts"
import type { Price } from "../../../src/services/spending/Price.ts"
import { costOf } from "../../../src/services/spending/Cost.ts"
import type { Schedule } from "./schedule.ts"
import type { Subject } from "./subject.ts"

export interface Bill {
  readonly slug: string
  readonly hash: string
  readonly costNanoUsd: number
}

/** The item that a request is about. */
const slugIn = (request: LlmRequest): string =>
  /Item (item-\d+)\./.exec(request.messages.map(({ content }) => content).join("\n"))?.[1] ?? ""

/** Its own mind on which of its failures come after the work was begun. */
const isTakenUp = (reason: LlmReason): boolean =>
  reason._tag === "Disconnected" || reason._tag === "TimedOut" ||
  (reason._tag === "Overloaded" && reason.status === 504)

type Odd = "length" | "refusal" | "malformed" | "unreadable" | "uncounted"
const odds: ReadonlyArray<Odd> = [
  "length",
  "length",
  "length",
  "refusal",
  "malformed",
  "unreadable",
  "uncounted"
]

export class ModelServer {
  readonly billed: Array<Bill> = []
  /** Calls that arrived, and those that were told that the account is empty. */
  calls = 0
  refusedForQuota = 0
  truncated = 0
  /** From now on it fails in nothing, and answers what is asked for. */
  isPerfect = false
  readonly #subject: Subject
  readonly #schedule: Schedule
  readonly #prices: { readonly [model: string]: Price }
  readonly #onCall: () => void

  constructor(
    subject: Subject,
    schedule: Schedule,
    prices: { readonly [model: string]: Price },
    onCall: () => void
  ) {
    this.#subject = subject
    this.#schedule = schedule
    this.#prices = prices
    this.#onCall = onCall
  }

  complete(request: LlmRequest): Effect.Effect<Completion, LlmError> {
    const { LlmError } = this.#subject.Llm
    return Effect.gen({ self: this }, function*() {
      this.#onCall()
      this.calls++
      const slug = slugIn(request)
      const reason = yield* this.#drawFailure()
      const usage = {
        inputTokens: yield* Random.nextIntBetween(1, 60),
        cachedInputTokens: 0,
        outputTokens: yield* Random.nextIntBetween(0, request.outputTokensMax + 1),
        reasoningTokens: 0
      }
      const isBilled = reason === undefined || (isTakenUp(reason) && (yield* Random.nextBoolean))
      // Billed when the request arrives, the harshest reading.
      if (isBilled) {
        const price = this.#prices[request.model] ?? { inputUsdPerMtok: 0, outputUsdPerMtok: 0 }
        const hash = this.#subject.requestHash(request)
        this.billed.push({ slug, hash, costNanoUsd: costOf(price, usage) })
      }
      yield* Effect.sleep(yield* Random.nextIntBetween(0, 400))
      if (reason !== undefined) return yield* new LlmError({ model: request.model, reason })
      const text = request.model === "judge" ? yield* this.#judgement() : yield* this.#title(slug)
      return yield* this.#answer(request, text, usage)
    })
  }

  #drawFailure(): Effect.Effect<LlmReason | undefined> {
    const { failureRate, quota } = this.#schedule
    const { Llm } = this.#subject
    return Effect.gen({ self: this }, function*() {
      if (this.isPerfect) return undefined
      if (quota !== undefined && this.calls > quota.after && this.refusedForQuota < quota.calls) {
        this.refusedForQuota++
        return new Llm.QuotaExhausted({ detail: "the account is empty" })
      }
      if ((yield* Random.next) >= failureRate) return undefined
      const overloaded = (status: number) =>
        new Llm.Overloaded({ status, retryAfterMs: null, detail: "busy" })
      const reasons: ReadonlyArray<LlmReason> = [
        new Llm.RateLimited({ retryAfterMs: null, detail: "slow down" }),
        overloaded(503),
        overloaded(504),
        new Llm.Disconnected({ detail: "gone" }),
        new Llm.TimedOut({ timeoutMs: 400 }),
        new Llm.Unreachable({ detail: "no route" })
      ]
      return reasons[yield* Random.nextIntBetween(0, reasons.length)]
    })
  }

  /** As likely above the threshold as below it. */
  #judgement(): Effect.Effect<string> {
    return Effect.map(
      Random.nextIntBetween(2, 10),
      (drawn) => JSON.stringify({ findings: [], score: this.isPerfect ? 10 : drawn })
    )
  }

  #title(slug: string): Effect.Effect<string> {
    return Effect.map(Random.next, (drawn) => {
      const isLong = !this.isPerfect && drawn < this.#schedule.rejectRate
      return JSON.stringify({
        title: isLong ? `A title on ${slug} that is much too long` : `On ${slug}`
      })
    })
  }

  #answer(
    request: LlmRequest,
    text: string,
    usage: NonNullable<Completion["usage"]>
  ): Effect.Effect<Completion> {
    const { oddRate } = this.#schedule
    return Effect.gen({ self: this }, function*(): Effect.fn.Return<Completion> {
      const good = { model: request.model, text, refusal: null, usage, body: null }
      const isOdd = !this.isPerfect && (yield* Random.next) < oddRate
      const odd = isOdd ? odds[yield* Random.nextIntBetween(0, odds.length)] : undefined
      switch (odd) {
        case "length":
          this.truncated++
          return { ...good, text: text.slice(0, 5), finish: "length" }
        case "refusal":
          return { ...good, text: "", finish: "refusal", refusal: "No." }
        case "malformed":
          return { ...good, text: "Sure! Here it is", finish: "stop" }
        case "unreadable":
          return { ...good, text: "<html>", finish: "unreadable", usage: null }
        case "uncounted":
          return { ...good, finish: "stop", usage: null }
        case undefined:
          return { ...good, finish: "stop" }
      }
    })
  }
}
