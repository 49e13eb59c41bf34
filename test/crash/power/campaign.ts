// A whole campaign: rounds of units on all cores until enough states were seen, and its report in words.
import type { Counts, Finding } from "./findings.ts"
import type { Task, TaskReport } from "./pool.ts"
import { noCounts } from "./findings.ts"
import { add, runTasks } from "./pool.ts"
import type { Unit } from "./units.ts"
import { unitName, unitsOf } from "./units.ts"

export interface CampaignReport {
  readonly counts: Counts
  readonly units: ReadonlyArray<Unit>
  /** Each of them goes once over all units; the last may have ended early. */
  readonly rounds: number
  /** Each with the unit that shows it again. */
  readonly findings: ReadonlyArray<Finding & { readonly unit: Unit }>
  readonly errors: ReadonlyArray<string>
  readonly seconds: number
  /** Of all threads together: what the figures cost on a machine that others use, too. */
  readonly cpuSeconds: number
}

export interface CampaignOptions {
  /** After the first round of all units, no further one is begun once so many states were seen. */
  readonly states: number
  readonly seed: number
  /** Survivors at each moment. */
  readonly perMoment: number
  /** One part of the units that are cut in parts, as the seed has it, instead of all. */
  readonly sampled: boolean
  readonly workers?: number
  readonly onUnit?: (report: TaskReport, sum: Counts) => void
}

/** The command that runs one unit again. */
export const commandOf = (unit: Unit): string => `npm run crash:deep -- --unit "${unitName(unit)}"`

export const runCampaign = async (options: CampaignOptions): Promise<CampaignReport> => {
  const startMs = performance.now()
  const startCpu = process.cpuUsage()
  const counts = noCounts()
  const findings: Array<Finding & { readonly unit: Unit }> = []
  const errors: Array<string> = []
  const units: Array<Unit> = []
  let rounds = 0
  function* tasks(): Generator<Task> {
    while (rounds === 0 || counts.states < options.states) {
      for (const unit of unitsOf(options.seed + rounds, options.perMoment, options.sampled)) {
        const isEnough = rounds > 0 && counts.states >= options.states
        if (isEnough || findings.length > 0 || errors.length > 0) return
        yield { unit }
      }
      rounds++
    }
  }
  await runTasks(tasks(), (report) => {
    units.push(report.unit)
    add(counts, report.counts)
    findings.push(...report.findings.map((finding) => ({ ...finding, unit: report.unit })))
    if (report.error !== undefined) errors.push(`${commandOf(report.unit)}: ${report.error}`)
    options.onUnit?.(report, counts)
  }, options.workers)
  const { system, user } = process.cpuUsage(startCpu)
  return {
    counts,
    units,
    rounds,
    findings,
    errors,
    seconds: (performance.now() - startMs) / 1000,
    cpuSeconds: (user + system) / 1e6
  }
}

const grouped = (n: number): string => n.toLocaleString("en-US")

export const summary = (
  { counts, cpuSeconds, rounds, seconds, units }: CampaignReport,
  seed: number
): string =>
  `${grouped(counts.states)} states (${grouped(counts.disks)} different disks; ${
    grouped(counts.kills)
  } by kills, ` +
  `${grouped(counts.inRecovery)} amid recoveries or after failed calls; ${
    grouped(counts.calls)
  } calls made to fail, in ${grouped(counts.faults)} runs) ` +
  `in ${units.length} units, ${rounds} whole rounds, ${seconds.toFixed(0)} s (${
    cpuSeconds.toFixed(0)
  } s of CPU), seed ${seed}`

export const describeFinding = (finding: Finding & { readonly unit: Unit }): string =>
  `${finding.broken}\n  at ${JSON.stringify(finding.origin)}\n  again: ${commandOf(finding.unit)}`
