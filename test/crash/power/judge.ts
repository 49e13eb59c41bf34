// What came of a disk once the code under test has opened it and gone on.
import * as Cause from "effect/Cause"
import type { CrashImage } from "../../../src/layers/CrashImage.ts"
import type { CrashOp } from "../../../src/layers/CrashStore.ts"
import type { Dead } from "./findings.ts"
import type { Masters } from "./invariants.ts"
import * as Invariants from "./invariants.ts"
import type { Replayed } from "./programs.ts"
import { replayed } from "./programs.ts"
import type { Promised, Stage } from "./stage.ts"
import { data } from "./stage.ts"
import type { Workload } from "./workloads.ts"

/** What came of opening a disk. */
export interface Outcome {
  readonly broken: string | undefined
  readonly opened: Masters | undefined
  readonly replayed: Replayed | undefined
}

/**
 * The journals whose ends are certain. A journal has no slot, so when one of its syncs failed, the next run cannot know
 * under the same boot that what it reads there is not on the disk. Nothing in it was acknowledged.
 */
const journalsOf = ({ machine: { store }, marks }: Stage): Array<string> => {
  const doubtful = new Set(
    store.ops.flatMap((op) => op.kind === "datasync" && op.failed ? [op.inode] : [])
  )
  return [...(marks.get("opened")?.files.keys() ?? [])].filter((path) =>
    path.startsWith(`${data.raw}/ai-run`) && !doubtful.has(store.stat(path)?.inode ?? 0)
  )
}

/** I7: what a recovery or an append said is there cannot be taken away by any power cut. */
const brokenDurability = (stage: Stage, workload: Workload, begin: Dead): string | undefined => {
  const model = begin.model.fork()
  const { ops } = stage.machine.store
  let applied = begin.ops.length
  const upTo = (after: number) => {
    while (applied < after) model.apply(ops[applied++] as CrashOp)
  }
  const [opened, appended] = [stage.marks.get("opened"), stage.marks.get("appended")]
  const files = workload.isJournal
    ? journalsOf(stage)
    : [data.updates, data.successes, data.rejects]
  files.push(
    ...[...(opened?.files.keys() ?? [])].filter((path) => path.startsWith(`${data.quarantine}/`))
  )
  const check = (after: number, what: string) => {
    upTo(after)
    const lost = files.find((path) => !model.isDurable(path))
    return lost && `I7: ${what}, and a power cut can change ${lost}`
  }
  const first = check(opened?.after ?? 0, "the disk was opened")
  if (first !== undefined) return first
  for (const { after, id, kind } of stage.promised) {
    upTo(after)
    const promisedFiles = kind === "record"
      ? [data.updates, data.successes]
      : kind === "reject"
      ? [data.rejects]
      : []
    const lost = promisedFiles.find((path) => !model.isDurable(path))
    if (lost !== undefined) return `I1: ${id} was acknowledged, and a power cut can change ${lost}`
  }
  return workload.isJournal ? undefined : check(appended?.after ?? 0, "records were appended")
}

/** What opening a disk made of it, apart from what was promised before. */
export const judge = (
  stage: Stage,
  workload: Workload,
  image: CrashImage,
  begin: Dead
): Outcome => {
  const opened = stage.marks.get("opened")
  const appended = stage.marks.get("appended")
  const consolidated = stage.marks.get("consolidated")
  if (stage.failure !== undefined || opened === undefined || appended === undefined) {
    const why = stage.failure === undefined ? "it waits for ever" : Cause.pretty(stage.failure)
    return {
      broken: `opening or appending after the crash fails: ${why}`,
      opened: undefined,
      replayed: undefined
    }
  }
  const durable = brokenDurability(stage, workload, begin) ??
    Invariants.deletedSilently(Invariants.filesOf(image), opened.files)
  if (workload.isJournal) {
    const broken = durable ?? Invariants.brokenJournals(opened.files)
    return { broken, opened: undefined, replayed: replayed.get(stage) }
  }
  const before = Invariants.mastersOf(Invariants.filesOf(image))
  const masters = Invariants.mastersOf(opened.files)
  const broken = Invariants.brokenMasters(before, opened.files) ?? durable ??
    Invariants.brokenMasters(masters, appended.files) ??
    Invariants.brokenPromise(Invariants.mastersOf(appended.files), stage.promised) ??
    (consolidated && (Invariants.brokenMasters(masters, consolidated.files) ??
      Invariants.brokenConsolidation(consolidated.files) ??
      Invariants.brokenPromise(Invariants.mastersOf(consolidated.files), stage.promised)))
  return { broken, opened: masters, replayed: undefined }
}

/** What is wrong with it, or missing of what was promised before the crash. */
export const brokenBy = (
  { broken, opened, replayed: found }: Outcome,
  promised: ReadonlyArray<Promised>
): string | undefined =>
  broken ?? (opened && Invariants.brokenPromise(opened, promised)) ??
    (found && Invariants.forgottenCall(found, promised))
