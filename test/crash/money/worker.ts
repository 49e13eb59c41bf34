// One worker thread of a campaign: takes a task, simulates its seeds on the code it names, answers with the report.
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Random from "effect/Random"
import * as TestClock from "effect/testing/TestClock"
import { parentPort } from "node:worker_threads"
import type { Task, TaskReport } from "./campaign.ts"
import { addCounts, noCounts } from "./counts.ts"
import { simulate } from "./simulate.ts"
import { loadSubject } from "./subject.ts"

// Failed calls are ordinary here; where each came from costs more than the call.
Error.stackTraceLimit = 0

const report = async (task: Task): Promise<TaskReport> => {
  const subject = await loadSubject(task.mutant)
  const counts = noCounts()
  for (let seed = task.firstSeed; seed < task.firstSeed + task.count; seed++) {
    const exit = await Effect.runPromiseExit(
      simulate(subject, task.focus ?? {}).pipe(
        Random.withSeed(seed),
        // Recovery tells of every kill.
        Effect.provide(Layer.merge(TestClock.layer(), Logger.layer([])))
      )
    )
    if (Exit.isFailure(exit)) {
      const error = Cause.squash(exit.cause)
      const broken = error instanceof Error ? error.message : String(error)
      return { task, counts, broken: { seed, what: broken } }
    }
    addCounts(counts, exit.value)
  }
  return { task, counts, broken: undefined }
}

parentPort?.on("message", (task: Task) => {
  void report(task).then(
    (done) => parentPort?.postMessage(done),
    (error: unknown) => {
      const counts = noCounts()
      parentPort?.postMessage({
        task,
        counts,
        broken: { seed: task.firstSeed, what: String(error) }
      })
    }
  )
})
