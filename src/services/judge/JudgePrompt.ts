// The judge's prompt file compiled: like the job's prompt, with the piece that it is to judge besides.
import * as Effect from "effect/Effect"
import { digest } from "../Digest.ts"
import type { EvidenceBundle } from "../evidence/Evidence.ts"
import type { ChatMessage } from "../generation/Llm.ts"
import { compileParts, fenced, PromptError, scopeOf } from "../generation/PromptParts.ts"
import type { Item } from "../items/Item.ts"

export interface JudgePrompt {
  readonly file: string
  /** SHA-256 of the prompt file, first 32 hex digits: its version. */
  readonly hash: string
  /** Variables: those of the job's prompt, and `piece`, the piece as JSON. */
  readonly render: (
    item: Item,
    evidence: EvidenceBundle,
    content: { readonly [field: string]: unknown }
  ) => Effect.Effect<ReadonlyArray<ChatMessage>, PromptError>
}

const namesPiece = /\{[{%][^}]*\bpiece\b/

/** `piece` comes inside `<piece>` tags that its text cannot close. A prompt that does not name it judges nothing. */
export const compileJudgePrompt = (
  file: string,
  text: string
): Effect.Effect<JudgePrompt, PromptError> =>
  Effect.flatMap(compileParts(file, text, ["piece"]), ({ fill, templates }) => {
    if (!templates.some((template) => namesPiece.test(template))) {
      const detail =
        "does not show the piece that is to be judged; write {{ piece }} in its user part"
      return Effect.fail(new PromptError({ file, slug: null, detail, column: null }))
    }
    const prompt: JudgePrompt = {
      file,
      hash: digest(text),
      render: (item, evidence, content) =>
        fill(item.slug, {
          ...scopeOf(item, evidence),
          piece: fenced("piece", JSON.stringify(content, undefined, 1))
        })
    }
    return Effect.succeed(prompt)
  })
