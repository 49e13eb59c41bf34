// Where everything of a data directory stands: the one place that knows its file names.
import * as Context from "effect/Context"
import * as Layer from "effect/Layer"

export interface DataPaths {
  readonly root: string
  /** Journals and manifests of runs. */
  readonly raw: string
  /** What living runs have taken of the budget that all share: its lock, and a slot for each. */
  readonly money: string
  readonly master: string
  readonly updates: string
  readonly successes: string
  readonly rejects: string
  /** Permanent: the lock of every append to the masters, and its slot. */
  readonly appenderLock: string
  /** Held by the one process that consolidates. */
  readonly consolidationLock: string
  /** Names a swap of several masters that has been decided: recovery finishes it. */
  readonly swap: string
  readonly index: string
  /** Disposable: what was learnt of the input when it was checked. */
  readonly input: string
  readonly quarantine: string
  readonly evidence: string
}

export const paths = (root: string): DataPaths => {
  const master = `${root}/master`
  return {
    root,
    raw: `${root}/raw`,
    money: `${root}/raw/.money`,
    master,
    updates: `${master}/updates.jsonl`,
    successes: `${master}/successes.jsonl`,
    rejects: `${master}/rejects.jsonl`,
    appenderLock: `${master}/.appender.lock`,
    consolidationLock: `${master}/.consolidation.lock`,
    swap: `${master}/.swap.json`,
    index: `${master}/.index`,
    input: `${master}/.input`,
    quarantine: `${root}/quarantine`,
    evidence: `${root}/evidence`
  }
}

export const journalPath = (data: DataPaths, runId: string): string =>
  `${data.raw}/ai-run-${runId}.jsonl`
export const manifestPath = (data: DataPaths, runId: string): string =>
  `${data.raw}/ai-run-${runId}.meta.json`
/** Which items stand in the journal of a run whose books are closed. */
export const journalSlugsPath = (data: DataPaths, runId: string): string =>
  `${data.raw}/ai-run-${runId}.slugs`

/** Where the lines of its items stand there. */
export const journalLinesPath = (data: DataPaths, runId: string): string =>
  `${data.raw}/ai-run-${runId}.lines`

/** The paths of the data directory that a program works on. Holding them creates nothing. */
export class DataDirectory extends Context.Service<DataDirectory, DataPaths>()(
  "inkfast/services/durability/DataDirectory"
) {
  static readonly layer = (root: string): Layer.Layer<DataDirectory> =>
    Layer.succeed(DataDirectory, paths(root))
}
