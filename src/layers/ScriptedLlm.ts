// A model for tests: answers by script, keeps every request, and holds calls back until they are released.
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Layer from "effect/Layer"
import {
  type Completion,
  Llm,
  LlmError,
  type LlmReason,
  type LlmRequest
} from "../services/generation/Llm.ts"

/**
 * What a script answers: the parts of a completion that matter to the test (the rest is filled in), a failure by its
 * reason, or an effect of either, for scripts that wait or count.
 */
export type ScriptedAnswer =
  | Partial<Completion>
  | LlmReason
  | LlmError
  | Effect.Effect<Partial<Completion> | LlmReason, LlmError>

/** `callNumber` counts from 1 over all calls. */
export type Script = (request: LlmRequest, callNumber: number) => ScriptedAnswer

const isFailure = (answer: Partial<Completion> | LlmReason): answer is LlmReason => "_tag" in answer

/** Four characters a token: enough for money to move, and the same every time. */
const tokensOf = (text: string): number => Math.ceil(text.length / 4)

const filled = (request: LlmRequest, answer: Partial<Completion>): Completion => {
  const text = answer.text ?? ""
  const completion = {
    model: request.model,
    text,
    finish: "stop" as const,
    refusal: null,
    usage: {
      inputTokens: request.messages.reduce((sum, message) => sum + tokensOf(message.content), 0),
      cachedInputTokens: 0,
      outputTokens: tokensOf(text),
      reasoningTokens: 0
    },
    ...answer
  }
  return { body: { scripted: true, text }, ...completion }
}

/** An answer whose text is the value as JSON. */
export const answerJson = (value: unknown): Partial<Completion> => ({ text: JSON.stringify(value) })

export class ScriptedLlm extends Context.Service<ScriptedLlm, {
  /** Every request so far, in the order of the calls, those that failed or were interrupted included. */
  readonly calls: Effect.Effect<ReadonlyArray<LlmRequest>>
  /** Waits until that many calls have been made in all. */
  readonly waitForCalls: (count: number) => Effect.Effect<void>
  /** Calls that were interrupted before they were answered. */
  readonly interrupted: Effect.Effect<number>
  /** Holds the calls that come from now on: they are recorded and wait. */
  readonly hold: Effect.Effect<void>
  /** Lets every held call go on, and later ones pass. */
  readonly release: Effect.Effect<void>
}>()("inkfast/layers/ScriptedLlm") {
  /** The model and its controls. Calls pass until `hold`. */
  static readonly layer = (script: Script): Layer.Layer<Llm | ScriptedLlm> =>
    Layer.effectContext(Effect.sync(() => make(script)))
}

const make = (script: Script): Context.Context<Llm | ScriptedLlm> => {
  const gate = Latch.makeUnsafe(true)
  const calls: Array<LlmRequest> = []
  const waiting: Array<{ readonly count: number; readonly latch: Latch.Latch }> = []
  let interrupted = 0

  const record = (request: LlmRequest): number => {
    calls.push(request)
    for (const { count, latch } of waiting) if (calls.length >= count) latch.openUnsafe()
    return calls.length
  }
  const answerOf = (
    request: LlmRequest,
    callNumber: number
  ): Effect.Effect<Partial<Completion> | LlmReason, LlmError> => {
    const answer = script(request, callNumber)
    if (answer instanceof LlmError) return Effect.fail(answer)
    return Effect.isEffect(answer) && !isReason(answer)
      ? answer
      : Effect.succeed(answer as Partial<Completion> | LlmReason)
  }
  const complete = (request: LlmRequest): Effect.Effect<Completion, LlmError> =>
    Effect.suspend(() => {
      const callNumber = record(request)
      return gate.await.pipe(Effect.andThen(Effect.suspend(() => answerOf(request, callNumber))))
    }).pipe(
      Effect.flatMap((answer) =>
        isFailure(answer)
          ? Effect.fail(new LlmError({ model: request.model, reason: answer }))
          : Effect.succeed(filled(request, answer))
      ),
      Effect.onInterrupt(() => Effect.sync(() => interrupted++))
    )
  const waitForCalls = (count: number) =>
    Effect.suspend(() => {
      const latch = Latch.makeUnsafe(calls.length >= count)
      waiting.push({ count, latch })
      return latch.await
    })
  return Context.make(Llm, Llm.of({ complete })).pipe(
    Context.add(
      ScriptedLlm,
      ScriptedLlm.of({
        calls: Effect.sync(() => calls.slice()),
        waitForCalls,
        interrupted: Effect.sync(() => interrupted),
        hold: Effect.sync(() => gate.closeUnsafe()),
        release: Effect.sync(() => gate.openUnsafe())
      })
    )
  )
}

/** Reasons are errors, and errors can be yielded as effects: told apart by what they are, not by that. */
const isReason = (answer: object): boolean => answer instanceof Error
