// One worker thread of a campaign: takes a task, runs its unit on the code it names, answers with the report.
import { parentPort } from "node:worker_threads"
import { noCounts } from "./findings.ts"
import { mutants } from "./mutants.ts"
import type { Task, TaskReport } from "./pool.ts"
import { loadSubject } from "./subject.ts"
import { runUnit } from "./units.ts"

// Failed calls are ordinary here; where each came from costs more than the call.
Error.stackTraceLimit = 0

const report = async (task: Task): Promise<TaskReport> => {
  try {
    const subject = await loadSubject(task.mutant?.source)
    const mutant = mutants.find(({ name }) => name === task.mutant?.name)
    return { task, ...runUnit(subject, task.unit, mutant) }
  } catch (cause) {
    const error = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause)
    return { task, unit: task.unit, counts: noCounts(), findings: [], error }
  }
}

parentPort?.on("message", (task: Task) => {
  void report(task).then((done) => parentPort?.postMessage(done))
})
