// The proof, at compile time, that an estimate can neither call a model nor append; only one by sample can.
import { describe, it } from "@effect/vitest"
import type * as Effect from "effect/Effect"
import type { estimate } from "../../../src/programs/estimate/estimate.ts"
import type { estimateSample } from "../../../src/programs/estimate/estimateSample.ts"
import type { DurableAppender } from "../../../src/services/durability/DurableAppender.ts"
import type { RejectLog } from "../../../src/services/durability/RejectLog.ts"
import type { Generation } from "../../../src/services/generation/Generation.ts"
import type { Llm } from "../../../src/services/generation/Llm.ts"
import type { Journal } from "../../../src/services/journal/Journal.ts"
import type { Budget } from "../../../src/services/spending/Budget.ts"

/** What spends money, or writes into the data directory. */
type Forbidden = Llm | Generation | DurableAppender | RejectLog | Journal | Budget

type Leaks<Program extends (...args: never) => Effect.Effect<unknown, unknown, unknown>> = Extract<
  Effect.Services<ReturnType<Program>>,
  Forbidden
>

describe("estimate, by its type", () => {
  it("I11: requires neither a model nor an appender, nor anything that spends", () => {
    const harmless: Leaks<typeof estimate> extends never ? true : false = true
    // The check itself: the other program does require them.
    const harmful: Leaks<typeof estimateSample> extends never ? true : false = false
    return [harmless, harmful]
  })
})
