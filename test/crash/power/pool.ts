// Runs units on worker threads, as many at a time as there are cores, and sums up what they found.
import type { Counts } from "./findings.ts"
import { runOnWorkers } from "../../support/workers.ts"
import type { Unit, UnitReport } from "./units.ts"

export interface Task {
  readonly unit: Unit
  /** The name of a planted defect, and where the source with it stands. */
  readonly mutant?: { readonly name: string; readonly source: string }
}

export interface TaskReport extends UnitReport {
  readonly task: Task
  readonly error?: string
}

export const add = (sum: Counts, counts: Counts): void => {
  for (const key of Object.keys(sum) as Array<keyof Counts>) sum[key] += counts[key]
}

/** Takes tasks one after the other until there are none; `onReport` sees each report as it comes. */
export const runTasks = (
  tasks: Iterator<Task>,
  onReport: (report: TaskReport) => void,
  workers?: number
): Promise<void> =>
  runOnWorkers({ worker: new URL("./worker.ts", import.meta.url), tasks, onReport }, workers)
