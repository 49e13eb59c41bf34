// Whether anything in a data directory was written by nobody whose work it is (I11): files of no known kind, calls of no run.
//
// That a probe changed no byte cannot be seen on files; its types and its tests show it. What can be seen is that it left
// nothing: no report of its own, no journal of calls without a run that was allowed to make them.
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { manifestPath } from "../durability/DataDirectory.ts"
import type { DataPaths } from "../durability/DataDirectory.ts"
import { Disk } from "../durability/Disk.ts"
import type { DiskError } from "../durability/Disk.ts"
import type { JournalFile } from "../journal/JournalFiles.ts"
import { listOrNone } from "../journal/JournalFiles.ts"
import { isForeignName } from "../journal/JournalNames.ts"
import type { Manifests } from "./AuditRuns.ts"
import { AuditTally } from "./AuditTally.ts"

const isMaster = /^(?:updates|successes|rejects)\.jsonl$/
const isPart = /^(?:raw|master|quarantine|evidence)$/
/** How a probe's report begins. */
const probeReport = /^\{"job":"[^"]*","at":"[^"]*","items":\[/
const headBytes = 512

/** Asked first: a directory cannot be opened, and what waits in a pipe never comes. */
const isFile = Effect.fnUntraced(function*(path: string) {
  const found = yield* (yield* Disk).stat(path)
  return Option.exists(found, ({ kind }) => kind === "file")
})

const isReport = Effect.fnUntraced(
  function*(path: string) {
    const disk = yield* Disk
    if (!(yield* isFile(path))) return false
    const head = Buffer.alloc(headBytes)
    const count = yield* disk.read(yield* disk.open(path, "read"), head, 0)
    return probeReport.test(head.toString("latin1", 0, count))
  },
  Effect.scoped,
  // What may not be read is a stranger all the same.
  Effect.orElseSucceed(() => false)
)

/** Names of ours that are hidden are locks, caches and temps; what others hide is let be. */
export const auditStrangers = Effect.fnUntraced(function*(
  data: DataPaths,
  journals: ReadonlyArray<JournalFile>,
  manifests: Manifests
): Effect.fn.Return<AuditTally, DiskError, Disk> {
  const disk = yield* Disk
  const tally = new AuditTally("I11", "a probe left nothing here, and every call is of a run")
  const places = [
    [data.root, (name: string) => !isPart.test(name)],
    [data.raw, isForeignName],
    [data.master, (name: string) => !isMaster.test(name)]
  ] as const
  for (const [directory, isStranger] of places) {
    for (const name of yield* listOrNone(directory)) {
      if (name.startsWith(".")) continue
      tally.checked++
      if (!isStranger(name)) continue
      const path = `${directory}/${name}`
      if (yield* isReport(path)) {
        tally.violate(`${path}: is a probe's report, inside the data directory`)
      } else tally.doubt(`${path}: is no file of ours`)
    }
  }
  for (const { runId, size } of journals) {
    tally.checked++
    if (size === 0 || manifests.has(runId)) continue
    // One that began since the manifests were read has its own by now.
    if (Option.isNone(yield* disk.stat(manifestPath(data, runId)))) {
      tally.doubt(
        `raw/ai-run-${runId}.jsonl: its run has no manifest, so it is not known whose calls these are`
      )
    }
  }
  return tally
})
