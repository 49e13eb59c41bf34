// The verdict on an answer: by itself, then against the corpus of all other pieces.
import * as Effect from "effect/Effect"
import { Corpus } from "../../services/corpus/Corpus.ts"
import type { Generated } from "../../services/generation/Generated.ts"
import type { Verdict } from "../../services/qa/Qa.ts"
import { Qa } from "../../services/qa/Qa.ts"
import type { Work } from "./RunContext.ts"

/** An accepted piece counts in the corpus from here on: it is then accepted durably, or withdrawn. */
export const makeVerdictOf = Effect.gen(function*() {
  const qa = yield* Qa
  const corpus = yield* Corpus
  return (
    { evidence, item }: Pick<Work, "evidence" | "item">,
    { completion }: Generated
  ): Effect.Effect<Verdict> =>
    Effect.flatMap(qa.judge(item, evidence, completion), (verdict) =>
      verdict._tag === "Rejected"
        ? Effect.succeed(verdict)
        : Effect.map(
          corpus.admit(item.slug, verdict.content, verdict.names),
          ({ blocking, warnings }): Verdict =>
            blocking.length > 0
              ? { _tag: "Rejected", cause: "QaFailed", findings: blocking }
              : { ...verdict, warnings: [...verdict.warnings, ...warnings] }
        ))
})
