// Items that are put off, told to a person: each reason once while it happens, and counted at the end.
import { counted } from "../counted.ts"
import type { DeferCause } from "../generate/DeferCause.ts"
import type { RunEvent, RunReport } from "../generate/RunEvent.ts"

type Deferred = Extract<RunEvent, { readonly event: "deferred" }>

/** What stops a run, or takes a model out, is told by an event of its own. */
const toldElsewhere: ReadonlySet<DeferCause> = new Set(["Stopping", "Budget", "Model"])

/** Reasons that differ by a figure only would still fill the screen. */
const reasonsMax = 5

/** The line for the next deferral; undefined where there is nothing new to say. */
export const makeDeferralTeller = () => {
  const told = new Map<DeferCause, Set<string>>()
  return ({ cause, reason, slug }: Deferred): string | undefined => {
    if (toldElsewhere.has(cause)) return undefined
    const reasons = told.get(cause) ?? new Set()
    if (reasons.has(reason) || reasons.size >= reasonsMax) return undefined
    told.set(cause, reasons.add(reason))
    return `put off ${slug}: ${reason}`
  }
}

const whatOf: { readonly [cause in DeferCause]: string } = {
  Stopping: "the run stopped",
  Budget: "the next call did not fit the budget",
  Share: "the next call did not fit its rung's budgetShare",
  ItemBudget: "not even the first call fits the budget of an item",
  Held: "a call may have been billed, and is not made again with --hold-at-risk",
  Prompt:
    "the prompt cannot be written for them; mend it or their rows (inkfast validate lists all faults)",
  Model: "the model answered nobody",
  RateLimited: "the server refused the calls for the rate",
  Failed: "the calls failed, and nothing told whether the endpoint is to blame"
}

/** For the end of a run: how many are put off, and why. */
export const deferralLines = ({ deferredByCause }: RunReport): ReadonlyArray<string> =>
  Object.entries(deferredByCause).map(([cause, count]) =>
    `${counted(count, "item")} put off, left as before: ${whatOf[cause as DeferCause]}`
  )
