// Runs units on worker threads, as many at a time as there are cores, and sums up what they found.
import { availableParallelism } from "node:os"
import { Worker } from "node:worker_threads"
import type { Counts } from "./findings.ts"
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

/** Nearly everything that a worker makes is garbage at once. */
const youngMb = 64

/** Takes tasks one after the other until there are none; `onReport` sees each report as it comes. */
export const runTasks = async (
  tasks: Iterator<Task>,
  onReport: (report: TaskReport) => void,
  workers = availableParallelism()
): Promise<void> => {
  const work = () =>
    new Promise<void>((resolve, reject) => {
      const first = tasks.next()
      if (first.done === true) return resolve()
      const worker = new Worker(new URL("./worker.ts", import.meta.url), {
        resourceLimits: { maxYoungGenerationSizeMb: youngMb }
      })
      const end = () => {
        resolve()
        void worker.terminate()
      }
      worker.on("error", reject)
      worker.on("exit", (code) =>
        reject(new Error(`a worker thread has ended with ${code} amid its task`)))
      worker.on("message", (report: TaskReport) => {
        onReport(report)
        const next = tasks.next()
        if (next.done === true) {
          end()
        } else worker.postMessage(next.value)
      })
      worker.postMessage(first.value)
    })
  await Promise.all(Array.from({ length: workers }, work))
}
