// The proof, at compile time, that a probe can neither call a model nor append: what it requires does not offer it.
import { describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import type * as Probe from "../../src/layers/Probe.ts"
import type { probe } from "../../src/programs/probe.ts"
import type { Corpus } from "../../src/services/corpus/Corpus.ts"
import { DurableAppender } from "../../src/services/durability/DurableAppender.ts"
import type { RejectLog } from "../../src/services/durability/RejectLog.ts"
import type { Generation } from "../../src/services/generation/Generation.ts"
import type { Llm } from "../../src/services/generation/Llm.ts"
import { Llm as LlmService } from "../../src/services/generation/Llm.ts"
import type { Journal } from "../../src/services/journal/Journal.ts"

/** What spends money, or writes into the data directory. */
type Forbidden = Llm | Generation | DurableAppender | RejectLog | Journal | Corpus

/** Compiles only for a program that requires none of them. */
const harmless = <R>(
  _program: () => Effect.Effect<unknown, unknown, R>,
  ..._none: Extract<R, Forbidden> extends never ? [] : [never]
) => {}

type Services = Effect.Services<ReturnType<typeof probe>>
type Offered = Layer.Success<ReturnType<typeof Probe.layer>>

describe("probe, by its type", () => {
  it("I11: requires, and is offered, neither a model nor an appender", () => {
    const required: Extract<Services, Forbidden> extends never ? true : false = true
    const offered: Extract<Offered, Forbidden> extends never ? true : false = true
    return [required, offered]
  })

  it("a program that leaks one does not compile", () => {
    harmless(() => Effect.void)
    // @ts-expect-error: it may append
    harmless(() => Effect.asVoid(DurableAppender))
    // @ts-expect-error: it may call the model
    harmless(() => Effect.asVoid(LlmService))
  })
})
