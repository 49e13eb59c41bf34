// What was appended to the masters since the last look: every line of it sound, and the same records in both masters.
import { Buffer } from "node:buffer"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { BootId } from "../durability/BootId.ts"
import type { DataPaths } from "../durability/DataDirectory.ts"
import { Disk } from "../durability/Disk.ts"
import type { DiskError } from "../durability/Disk.ts"
import type { FileLock } from "../durability/FileLock.ts"
import { scanLines } from "../durability/Lines.ts"
import type { SlugTable } from "../items/SlugTable.ts"
import { makeSlugTable } from "../items/SlugTable.ts"
import { AuditCheck } from "./AuditCheck.ts"
import { captureMasters, isStill } from "./AuditCapture.ts"
import type { MasterCapture } from "./AuditCapture.ts"
import { AuditTally } from "./AuditTally.ts"
import { MasterLine } from "./MasterLine.ts"
import type { MasterName } from "./Survivors.ts"

const masterNames: ReadonlyArray<MasterName> = ["updates", "successes", "rejects"]
const newline = 0x0a

export const AppendedReport = Schema.Struct({
  ok: Schema.Boolean,
  checks: Schema.Array(AuditCheck),
  /** Records that were looked at: lines of `successes`. */
  records: Schema.Int
})
export type AppendedReport = typeof AppendedReport.Type

/** Checks the lines of one master from a place on. Answers the ids there. */
const checkLines = Effect.fnUntraced(function*(
  data: DataPaths,
  name: MasterName,
  range: { readonly from: number; readonly to: number },
  lines: AuditTally
) {
  const ids = makeSlugTable()
  const names: Array<string> = []
  const master = new MasterLine()
  yield* scanLines(data[name], range, (line, offset) => {
    const kind = master.read(line)
    if (kind === "blank") return
    lines.checked++
    if (kind === "corrupt") {
      return lines.violate(`${name}.jsonl at byte ${offset}: ${master.problem}`)
    }
    const { id } = master.meta
    if (id === undefined) return
    ids.set(id, names.length)
    names.push(id)
  })
  return { ids, names }
})

const compare = (
  same: AuditTally,
  names: ReadonlyArray<string>,
  other: SlugTable,
  where: string
): void => {
  for (const id of names) {
    same.checked++
    if (other.get(id) === undefined) same.violate(`record ${id} was appended, and not to ${where}`)
  }
}

const auditSince = Effect.fnUntraced(function*(
  data: DataPaths,
  since: MasterCapture,
  capture: MasterCapture
): Effect.fn.Return<AppendedReport, DiskError, Disk> {
  const lines = new AuditTally("I4", "every terminated line parses and its checksum holds")
  const same = new AuditTally("I2", "both masters hold the same records")
  const sizes = { ...capture.sizes, ...capture.agreed }
  const check = (name: MasterName) =>
    checkLines(data, name, { from: since.sizes[name], to: sizes[name] }, lines)
  const updates = yield* check("updates")
  const successes = yield* check("successes")
  yield* check("rejects")
  compare(same, updates.names, successes.ids, "successes.jsonl")
  compare(same, successes.names, updates.ids, "updates.jsonl")
  // What was not appended is not doubted: rejects have no twin.
  const checks = [lines, same].filter(({ checked }) => checked > 0).map(({ result }) => result)
  return {
    ok: checks.every(({ outcome }) => outcome !== "broken"),
    checks,
    records: successes.names.length
  }
})

/**
 * Whether these are the files of the last look, longer. Inodes are used again: of two replacements in a row the second
 * can have the first one's number, and then a line hardly ends where it did.
 */
const hasGrown = Effect.fnUntraced(function*(
  data: DataPaths,
  since: MasterCapture,
  capture: MasterCapture
) {
  const disk = yield* Disk
  const byte = Buffer.alloc(1)
  for (const name of masterNames) {
    const size = since.sizes[name]
    if (capture.inodes[name] !== since.inodes[name] && size > 0) return false
    if (capture.sizes[name] < size) return false
    if (size === 0) continue
    yield* disk.read(yield* disk.open(data[name], "read"), byte, size - 1)
    if (byte[0] !== newline) return false
  }
  return true
}, Effect.scoped)

const nothingNew: AppendedReport = { ok: true, checks: [], records: 0 }

/**
 * An audit of what is appended from now on: each use looks at what came since the one before. Masters that a
 * consolidation replaced meanwhile begin anew where they end: it has verified every line that it kept.
 */
export const makeAuditAppended = (
  data: DataPaths
): Effect.Effect<
  Effect.Effect<AppendedReport, DiskError, Disk | FileLock | BootId>,
  DiskError,
  Disk | FileLock | BootId
> =>
  Effect.map(captureMasters(data), (start) => {
    let since = start
    return Effect.gen(function*() {
      const capture = yield* captureMasters(data)
      const isKnown = (yield* hasGrown(data, since, capture)) && (yield* isStill(data, capture))
      const report = isKnown ? yield* auditSince(data, since, capture) : nothingNew
      since = capture
      return report
    })
  })
