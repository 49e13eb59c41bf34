// The code under test: the shipped modules, or a copy of them with a planted defect.
import * as path from "node:path"
import { pathToFileURL } from "node:url"
import type * as BootIdModule from "../../../src/services/durability/BootId.ts"
import type * as CommitLogModule from "../../../src/services/durability/CommitLog.ts"
import type * as DataDirectoryModule from "../../../src/services/durability/DataDirectory.ts"
import type * as DurableAppenderModule from "../../../src/services/durability/DurableAppender.ts"
import type * as RejectLogModule from "../../../src/services/durability/RejectLog.ts"
import type * as JournalModule from "../../../src/services/journal/Journal.ts"
import type * as JournalReplayModule from "../../../src/services/journal/JournalReplay.ts"
import type * as ConsolidationModule from "../../../src/services/master/Consolidation.ts"

export interface Subject {
  readonly BootId: typeof BootIdModule.BootId
  readonly CommitLog: typeof CommitLogModule
  readonly DataDirectory: typeof DataDirectoryModule.DataDirectory
  readonly DurableAppender: typeof DurableAppenderModule.DurableAppender
  readonly RejectLog: typeof RejectLogModule.RejectLog
  readonly Journal: typeof JournalModule.Journal
  readonly replayJournals: typeof JournalReplayModule.replayJournals
  readonly Consolidation: typeof ConsolidationModule.Consolidation
}

export const shippedSource = path.resolve(import.meta.dirname, "../../../src")

export const loadSubject = async (source: string = shippedSource): Promise<Subject> => {
  const load = (module: string) =>
    import(/* @vite-ignore */ pathToFileURL(path.join(source, "services", module)).href)
  const [bootId, commitLog, dataDirectory, appender, rejectLog, journal, replay, consolidation] =
    await Promise.all([
      load("durability/BootId.ts"),
      load("durability/CommitLog.ts"),
      load("durability/DataDirectory.ts"),
      load("durability/DurableAppender.ts"),
      load("durability/RejectLog.ts"),
      load("journal/Journal.ts"),
      load("journal/JournalReplay.ts"),
      load("master/Consolidation.ts")
    ])
  return {
    BootId: bootId.BootId,
    CommitLog: commitLog,
    DataDirectory: dataDirectory.DataDirectory,
    DurableAppender: appender.DurableAppender,
    RejectLog: rejectLog.RejectLog,
    Journal: journal.Journal,
    replayJournals: replay.replayJournals,
    Consolidation: consolidation.Consolidation
  }
}
