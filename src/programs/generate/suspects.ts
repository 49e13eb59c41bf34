// Items that failed while nothing tells whether they are to blame or the endpoint: their end waits for evidence.
//
// The next answer that anyone gets clears the endpoint, and the suspects are rejected. Too many in a row convict it: the
// run stops and they all stay pending, so that an outage or a wrong setting never rejects a whole catalogue.
import * as Effect from "effect/Effect"
import type { AppendError } from "../../services/durability/AppendError.ts"
import type { FailureClass } from "../../services/generation/FailureClass.ts"
import type { Endings } from "./endings.ts"
import type { RunContext, Work } from "./RunContext.ts"

type Failure = Exclude<FailureClass, { readonly _tag: "Fatal" }>

/**
 * `Passing` ones have failed over many calls each, and others were answered none meanwhile. `Hopeless` ones fail at
 * once, and a few of them may stand at the head of an input before the first answer can have come.
 */
const inARowMax: { readonly [Tag in Failure["_tag"]]: number } = { Passing: 3, Hopeless: 20 }

interface Suspect {
  readonly work: Work
  readonly failure: Failure
  readonly reason: string
}

export interface Suspects {
  readonly add: (suspect: Suspect) => Effect.Effect<void>
  /** A call was answered: whatever is wrong, it is not the endpoint. */
  readonly answered: Effect.Effect<void, AppendError>
  /** The run ends. What nobody has cleared stays pending, unless the endpoint was plain about the request. */
  readonly close: Effect.Effect<void, AppendError>
}

export const makeSuspects = ({ control }: RunContext, endings: Endings): Suspects => {
  let held: Array<Suspect> = []
  const take = (): ReadonlyArray<Suspect> => {
    const taken = held
    held = []
    return taken
  }
  const reject = ({ failure, reason, work }: Suspect) =>
    endings.reject(work, failure.cause, reason, work.findings)

  return {
    add: (suspect) =>
      Effect.suspend(() => {
        held.push(suspect)
        const { failure, reason } = suspect
        if (
          held.filter((other) => other.failure._tag === failure._tag).length <
            inARowMax[failure._tag]
        ) return Effect.void
        return control.stop(
          failure._tag === "Passing"
            ? { _tag: "EndpointDead", detail: reason }
            : { _tag: "Fatal", detail: reason }
        )
      }),
    answered: Effect.suspend(() =>
      held.length === 0 ? Effect.void : Effect.forEach(take(), reject, { discard: true })
    ),
    close: Effect.suspend(() =>
      Effect.forEach(
        take(),
        (suspect) =>
          suspect.failure._tag === "Hopeless" && control.current() === null
            ? reject(suspect)
            : endings.defer(suspect.work.item.slug, suspect.reason),
        { discard: true }
      )
    )
  }
}
