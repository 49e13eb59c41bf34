// What lies in quarantine, looked through: damage is kept there on purpose, but a whole line of ours may be missed.
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { DataPaths } from "../durability/DataDirectory.ts"
import { Disk } from "../durability/Disk.ts"
import type { DiskError } from "../durability/Disk.ts"
import { scanLines } from "../durability/Lines.ts"
import { listOrNone } from "../journal/JournalFiles.ts"
import type { AuditSlugs } from "./AuditSlugs.ts"
import { AuditTally } from "./AuditTally.ts"
import { MasterLine } from "./MasterLine.ts"

/** After the masters were read. A line whose item has another one there is merely superseded. */
export const auditQuarantine = Effect.fnUntraced(function*(
  data: DataPaths,
  slugs: AuditSlugs
): Effect.fn.Return<AuditTally, DiskError, Disk> {
  const tally = new AuditTally(
    "quarantine",
    "no whole line of an item is set aside that has no other"
  )
  tally.checked = 1
  const disk = yield* Disk
  const line = new MasterLine()
  let files = 0
  let damaged = 0
  for (const name of yield* listOrNone(data.quarantine)) {
    if (name.startsWith(".")) continue
    const found = yield* disk.stat(`${data.quarantine}/${name}`)
    if (!Option.exists(found, ({ kind }) => kind === "file")) {
      tally.doubt(`quarantine/${name}: is no file of ours`)
      continue
    }
    files++
    const { unterminatedBytes } = yield* scanLines(
      `${data.quarantine}/${name}`,
      {},
      (bytes, _offset, lineNumber) => {
        tally.checked++
        const kind = line.read(bytes)
        if (kind === "corrupt") damaged++
        // Events of journals have no id of their own, logs of repairs no checksum.
        if (kind !== "verified" || line.id === undefined) return
        if (slugs.standsIn("successes", line) || slugs.standsIn("rejects", line)) return
        tally.doubt(
          `quarantine/${name}:${lineNumber}: ${line.slug}: is whole, and stands in no master; inkfast import takes it in`
        )
      }
    )
    if (unterminatedBytes > 0) damaged++
  }
  if (files > 0) tally.note(`${files} files, ${damaged} damaged lines in them`)
  return tally
})
