// What the job says of its models' limits.
import type { Job } from "../job/Job.ts"
import type { RateGateSettings } from "./RateGate.ts"
import type { Rung } from "./Rung.ts"

/** Rungs, and the judge, on one model share its limits, the lower ones of what the user says of them. */
export const gateSettings = (
  { concurrency, judge, rungs: ladder }: Job
): RateGateSettings => {
  const rungs = judge === null ? ladder : [...ladder, judge.rung]
  const least = (model: string, of: (rung: Rung) => number | null): number | null => {
    const said = rungs.flatMap((rung) => rung.model === model ? of(rung) ?? [] : [])
    return said.length === 0 ? null : Math.min(...said)
  }
  return {
    inFlightMax: concurrency,
    known: new Map(rungs.map(({ model }) => [model, {
      requestsPerMinute: least(model, (rung) => rung.requestsPerMinute),
      tokensPerMinute: least(model, (rung) => rung.tokensPerMinute)
    }]))
  }
}
