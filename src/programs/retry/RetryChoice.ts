// What a retry was asked to take up, and which of the standing rejects that is.
import type { StandingReject } from "../../services/master/StandingRejects.ts"
import { phaseOf, phases } from "./Phase.ts"
import type { Phase } from "./Phase.ts"
import { isOfCause } from "./RetryCause.ts"
import type { Causes, RetryCause } from "./RetryCause.ts"

/** All three are met where more than one is given; an empty one asks for nothing in particular. */
export interface RetryChoice {
  readonly phases: ReadonlyArray<Phase>
  readonly causes: ReadonlyArray<RetryCause>
  readonly slugs: ReadonlyArray<string>
}

/** `Exhausted`: it would be taken up, had it not been so as often as is allowed. */
export type Chosen = "Taken" | "Exhausted" | "NotAsked"

/** A reject of no phase is taken up only where its cause or its slug is named. */
export const choose = (
  choice: RetryChoice,
  slug: string,
  reject: StandingReject,
  retriesMax: number
): Chosen => {
  const { causes, phases: asked, slugs } = choice
  const phase = phaseOf(reject)
  const isOfCauses = causes.some((cause) => isOfCause(cause, reject))
  const isNamed = isOfCauses || slugs.includes(slug)
  const isAsked = (phase !== undefined || isNamed) &&
    (asked.length === 0 || (phase !== undefined && asked.includes(phase))) &&
    (causes.length === 0 || isOfCauses) &&
    (slugs.length === 0 || slugs.includes(slug))
  return !isAsked ? "NotAsked" : reject.retries < retriesMax ? "Taken" : "Exhausted"
}

/** The name of the pass that takes a reject up; those of no phase come last. */
export type PassName = Phase | "named"

export const passOf = (reject: Causes): PassName => phaseOf(reject) ?? "named"
export const passNames: ReadonlyArray<PassName> = [...phases, "named"]
