// Items that failed while nothing tells whether they are to blame or their model: their end waits for evidence.
//
// The next answer that the model gives anyone clears it, and the suspects are rejected. Too many in a row convict it:
// they all stay pending, so that an outage or a wrong setting never rejects a whole catalogue.
import * as Effect from "effect/Effect"
import type { AppendError } from "../../services/durability/AppendError.ts"
import type { FailureClass } from "../../services/generation/FailureClass.ts"
import type { Endings } from "./endings.ts"
import type { Outages } from "./outages.ts"
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
  /** A call of the work's rung was answered: whatever is wrong, it is not the model. */
  readonly answered: (work: Work) => Effect.Effect<void, AppendError>
  /** The run ends. What nobody has cleared stays pending, unless the endpoint was plain about the request. */
  readonly close: Effect.Effect<void, AppendError>
}

export const makeSuspects = (
  { control, tally }: RunContext,
  endings: Endings,
  outages: Outages
): Suspects => {
  let held: ReadonlyArray<Suspect> = []
  const modelOf = ({ rung }: Work): string => tally.rungs[rung]?.model ?? ""
  const take = (isTaken: (suspect: Suspect) => boolean): ReadonlyArray<Suspect> => {
    const taken = held.filter(isTaken)
    held = held.filter((suspect) => !isTaken(suspect))
    return taken
  }
  const reject = ({ failure, reason, work }: Suspect) =>
    endings.reject(work, failure.cause, reason, work.findings)

  return {
    add: (suspect) =>
      Effect.suspend(() => {
        held = [...held, suspect]
        const { failure, reason, work } = suspect
        const isAlike = (other: Suspect): boolean =>
          other.failure._tag === failure._tag && modelOf(other.work) === modelOf(work)
        if (held.filter(isAlike).length < inARowMax[failure._tag]) return Effect.void
        return failure._tag === "Passing"
          ? Effect.forEach(take(isAlike), (each) => outages.begin(each.work, each.reason), {
            discard: true
          })
          : control.stop({ _tag: "Fatal", detail: reason })
      }),
    answered: (work) =>
      Effect.suspend(() =>
        held.length === 0 ? Effect.void : Effect.forEach(
          take((suspect) => modelOf(suspect.work) === modelOf(work)),
          reject,
          { discard: true }
        )
      ),
    close: Effect.suspend(() =>
      Effect.forEach(
        take(() => true),
        (suspect) =>
          suspect.failure._tag === "Hopeless" && control.current() === null
            ? reject(suspect)
            : endings.defer(suspect.work.item.slug, "Failed", suspect.reason),
        { discard: true }
      )
    )
  }
}
