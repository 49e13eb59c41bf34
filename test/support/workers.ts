// Tasks on worker threads, as many at a time as there are cores.
import { availableParallelism } from "node:os"
import { Worker } from "node:worker_threads"

/** Nearly everything that a worker makes is garbage at once. */
const youngMb = 64

interface Work<Task, Report> {
  /** The module that answers every task with a report. */
  readonly worker: URL
  readonly tasks: Iterator<Task>
  readonly onReport: (report: Report) => void
}

/** Takes tasks one after the other until there are none; `onReport` sees each report as it comes. */
export const runOnWorkers = async <Task, Report>(
  { onReport, tasks, worker }: Work<Task, Report>,
  workers = availableParallelism()
): Promise<void> => {
  const work = () =>
    new Promise<void>((resolve, reject) => {
      const first = tasks.next()
      if (first.done === true) return resolve()
      const thread = new Worker(worker, {
        // Types are stripped by a function that is still called experimental.
        execArgv: ["--disable-warning=ExperimentalWarning"],
        resourceLimits: { maxYoungGenerationSizeMb: youngMb }
      })
      const end = () => {
        resolve()
        void thread.terminate()
      }
      thread.on("error", reject)
      thread.on("exit", (code) =>
        reject(new Error(`a worker thread has ended with ${code} amid its task`)))
      thread.on("message", (report: Report) => {
        onReport(report)
        const next = tasks.next()
        if (next.done === true) {
          end()
        } else thread.postMessage(next.value)
      })
      thread.postMessage(first.value)
    })
  await Promise.all(Array.from({ length: workers }, work))
}
