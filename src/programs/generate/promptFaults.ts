// Prompts that cannot be written for an item: the fault of the prompt or of the row, and never of the endpoint.
//
// Such items are put off, and the others go on. Once there was one, each row is tried before its pages are fetched, so
// that a prompt which fits few rows costs no more than reading them.
import * as Effect from "effect/Effect"
import type { PromptError } from "../../services/generation/Prompt.ts"
import type { Item } from "../../services/items/Item.ts"
import { CurrentJob } from "../../services/job/Job.ts"
import { standIn } from "../validate/standIn.ts"
import type { Endings } from "./endings.ts"

export interface PromptFaults {
  /** Puts the item off for a prompt that could not be written. */
  readonly putOff: (item: Item, error: PromptError) => Effect.Effect<void>
  /** Puts the item off if no evidence could make its prompt whole; true where it did. */
  readonly meet: (item: Item) => Effect.Effect<boolean>
}

export const makePromptFaults = Effect.fnUntraced(function*(endings: Endings) {
  const { prompt } = yield* CurrentJob
  let wereAny = false
  const putOff: PromptFaults["putOff"] = ({ slug }, { detail, file }) =>
    Effect.suspend(() => {
      wereAny = true
      return endings.defer(slug, "Prompt", `${file}: ${detail}`)
    })
  const faults: PromptFaults = {
    putOff,
    meet: (item) =>
      Effect.suspend(() =>
        wereAny
          ? Effect.matchEffect(prompt.render(item, standIn, undefined), {
            onFailure: (error) => Effect.as(putOff(item, error), true),
            onSuccess: () => Effect.succeed(false)
          })
          : Effect.succeed(false)
      )
  }
  return faults
})
