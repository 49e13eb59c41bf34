// What the flags of a retry ask for.
import { phases } from "../retry/Phase.ts"
import type { Phase } from "../retry/Phase.ts"
import type { RetryCause } from "../retry/RetryCause.ts"
import type { RetryChoice } from "../retry/RetryChoice.ts"

interface RetryFlags {
  readonly phase: ReadonlyArray<Phase | "all">
  readonly cause: ReadonlyArray<RetryCause>
  readonly slug: ReadonlyArray<string>
}

/** Undefined where none of them is given. */
export const choiceOf = ({ cause, phase, slug }: RetryFlags): RetryChoice | undefined => {
  if (cause.length + phase.length + slug.length === 0) return undefined
  const asked = phase.includes("all") ? phases : phases.filter((each) => phase.includes(each))
  return { phases: asked, causes: cause, slugs: slug }
}
