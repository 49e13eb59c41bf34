// Whether every record's call is in the journals, as far as there is a journal of its run.
import * as Effect from "effect/Effect"
import type { DataPaths } from "../durability/DataDirectory.ts"
import type { Disk, DiskError } from "../durability/Disk.ts"
import { scanLines } from "../durability/Lines.ts"
import type { MasterCapture } from "./AuditCapture.ts"
import { Mark } from "./AuditLedger.ts"
import type { AuditLedger } from "./AuditLedger.ts"
import type { AuditTally } from "./AuditTally.ts"
import { MasterLine } from "./MasterLine.ts"

const isRecord = Mark.inUpdates | Mark.inSuccesses

/** Names the records: a pass of its own, only where there are any. */
const nameUnanswered = Effect.fnUntraced(function*(
  data: DataPaths,
  capture: MasterCapture,
  ledger: AuditLedger,
  money: AuditTally
) {
  const line = new MasterLine()
  for (const name of ["updates", "successes"] as const) {
    yield* scanLines(data[name], { to: capture.sizes[name] }, (bytes, _offset, lineNumber) => {
      const kind = line.read(bytes)
      const id = kind === "blank" || kind === "corrupt" ? undefined : line.id
      if (id === undefined) return
      const number = ledger.number(id)
      // Once a record: marked as if it had been answered.
      if (!ledger.has(number, Mark.hasJournal) || ledger.mark(number, Mark.response)) return
      money.violate(
        `${name}.jsonl:${lineNumber}: ${line.slug}: record ${id} has no answer in its run's journal`
      )
    })
  }
})

/** After the journals were read. `acknowledged`: what journals that are gone told of is not known. */
export const auditAnswers = Effect.fnUntraced(function*(
  data: DataPaths,
  capture: MasterCapture,
  ledger: AuditLedger,
  money: AuditTally,
  acknowledged: AuditTally
): Effect.fn.Return<void, DiskError, Disk> {
  let withoutJournal = 0
  let withoutAnswer = 0
  for (let number = 0; number < ledger.end; number++) {
    if (!ledger.has(number, isRecord) || ledger.has(number, Mark.response)) continue
    if (ledger.has(number, Mark.hasJournal)) withoutAnswer++
    else withoutJournal++
  }
  if (withoutAnswer > 0) {
    const before = money.violations
    yield* nameUnanswered(data, capture, ledger, money)
    // A consolidation may have replaced the masters since they were counted.
    if (money.violations === before) {
      money.violate(`${withoutAnswer} records have no answer in the journals of their runs`)
    }
  }
  if (withoutJournal === 0) return
  const what = `${withoutJournal} records are of runs that have no journal here`
  money.cannotVerify(what)
  acknowledged.cannotVerify(what)
})
