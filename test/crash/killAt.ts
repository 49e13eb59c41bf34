// Moments of a run's life, and the run killed with -9 at one of them.
import * as fs from "node:fs"
import * as path from "node:path"
import type { Running } from "../support/processes.ts"
import { readLines } from "./oracle.ts"

export type Random = () => number

export const between = (random: Random, min: number, max: number): number =>
  min + Math.floor(random() * (max - min + 1))

export const moments = [
  "accepted",
  "intent",
  "file",
  "accepted",
  "intent",
  "consolidation-skipped",
  "started",
  "escalated"
] as const
export type Moment = (typeof moments)[number]

export interface Run {
  readonly running: Running
  /** Ids of `accepted` events, also of those that were in the pipe when the process died. */
  readonly acknowledged: ReadonlyArray<string>
  readonly killed: () => boolean
}

/** A few turns of the event loop, so that the kill falls somewhere after its moment. */
const turns = async (count: number): Promise<void> => {
  for (let n = 0; n < count; n++) await new Promise((resolve) => setImmediate(resolve))
}

/** Kills a process with such a data directory when the moment has come for the n-th time. */
export const killAt = (
  running: Running,
  data: string,
  moment: Moment,
  nth: number,
  random: Random
): Run => {
  const acknowledged: Array<string> = []
  const jitter = between(random, 0, 3)
  let seen = 0
  let killed = false
  let journal: string | undefined
  const kill = (): void => {
    if (killed) return
    killed = true
    void turns(jitter).then(() => running.child.kill("SIGKILL"))
  }
  const count = (to: number): void => {
    seen = to
    if (seen >= nth) kill()
  }
  running.onStdout((line) => {
    const event = JSON.parse(line) as {
      readonly event: string
      readonly id: string
      readonly runId: string
    }
    if (event.event === "accepted") acknowledged.push(event.id)
    if (event.event === "started") journal = path.join(data, "raw", `ai-run-${event.runId}.jsonl`)
    if (event.event === moment) count(seen + 1)
  })
  const watchers = moment !== "file" && moment !== "intent" ?
    [] :
    ["raw", "master"].map((name) =>
      fs.watch(path.join(data, name), () => {
        if (moment === "file") count(seen + 1)
        else if (journal !== undefined) {
          count(readLines(journal).filter(({ _tag }) => _tag === "intent").length)
        }
      })
    )
  void running.ended.then(() => {
    for (const watcher of watchers) watcher.close()
  })
  return { running, acknowledged, killed: () => killed }
}

export const nthMax: { readonly [moment in Moment]: number } = {
  accepted: 6,
  intent: 10,
  file: 60,
  "consolidation-skipped": 3,
  started: 1,
  escalated: 2
}
