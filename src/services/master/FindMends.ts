// What is wrong with the masters and can be mended without a doubt, line by line, and what a mend would drop.
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { DataDirectory } from "../durability/DataDirectory.ts"
import type { DataPaths } from "../durability/DataDirectory.ts"
import type { Disk, DiskError } from "../durability/Disk.ts"
import { scanLines } from "../durability/Lines.ts"
import type { ScanOptions } from "../durability/Lines.ts"
import { makeSlugTable } from "../items/SlugTable.ts"
import type { SlugTable } from "../items/SlugTable.ts"
import { AuditLedger, Mark } from "./AuditLedger.ts"
import { isOtherwise } from "./AuditMasterLines.ts"
import { loadDemotions } from "./Demotions.ts"
import type { Demotions } from "./Demotions.ts"
import { LinePlace } from "./LinePlace.ts"
import { MasterLine } from "./MasterLine.ts"
import type { MasterName, PerMaster } from "./Survivors.ts"
import { Survivors } from "./Survivors.ts"

export const Mend = Schema.Struct({
  kind: Schema.Literals([
    "unfinished-swap",
    "unclean-end",
    "leftover-temp",
    "torn-journal",
    "corrupt-line",
    "missing-twin",
    "different-twin",
    "duplicate-id",
    "reject-with-success",
    "stale-index"
  ]),
  /** `file:line` where it is one line's. */
  where: Schema.String,
  slug: Schema.String,
  what: Schema.String
})
export type Mend = typeof Mend.Type

const names: ReadonlyArray<MasterName> = ["updates", "successes", "rejects"]
const inFile = {
  updates: Mark.inUpdates,
  successes: Mark.inSuccesses,
  rejects: Mark.inRejects
} as const

/** Called for each line that is neither blank nor corrupt, with its number among those. */
type Visit = (line: MasterLine, number: number, place: LinePlace) => void

const visitLines = Effect.fnUntraced(function*(
  path: string,
  name: MasterName,
  options: ScanOptions,
  visit: Visit,
  onFault: (kind: Mend["kind"], where: string, what: string) => void = () => undefined
): Effect.fn.Return<void, DiskError, Disk> {
  const line = new MasterLine()
  const place = new LinePlace(`${name}.jsonl`)
  let number = 0
  const report = yield* scanLines(path, options, (bytes, _offset, lineNumber) => {
    const kind = line.read(bytes)
    place.lineNumber = lineNumber
    if (kind === "corrupt") return onFault("corrupt-line", place.text, line.problem)
    if (kind !== "blank") visit(line, number++, place)
  })
  if (report.unterminatedBytes > 0) {
    onFault(
      "unclean-end",
      `${name}.jsonl`,
      `its last ${report.unterminatedBytes} bytes end in no newline`
    )
  }
})

export interface Findings {
  readonly mends: ReadonlyArray<Mend>
  /** Faults that only a person can decide. */
  readonly undecided: ReadonlyArray<Mend>
  /**
   * Hands on every line that a consolidation would drop and that stands nowhere else, byte for byte. `pause` runs
   * between two chunks of a file.
   */
  readonly visitDropped: (
    visit: (bytes: Buffer) => void,
    pause: Effect.Effect<void, DiskError>
  ) => Effect.Effect<void, DiskError, Disk>
}

/** Every line that a consolidation would drop and that stands nowhere else. */
const visitDropped = ({ data, sizes, survivors }: Search): Findings["visitDropped"] =>
  Effect.fnUntraced(function*(visit, pause) {
    const kept = makeSlugTable()
    for (const name of names) {
      yield* visitLines(data[name], name, { to: sizes[name] }, ({ bytes }, number) => {
        if (survivors.survives(name, number)) kept.addBytes(bytes, 0, bytes.length, 0)
      })
    }
    for (const name of names) {
      const options = { to: sizes[name], onRead: () => pause }
      yield* visitLines(data[name], name, options, ({ bytes }) => {
        if (kept.addBytes(bytes, 0, bytes.length, 0) === undefined) visit(bytes)
      })
    }
  })

interface Search {
  readonly data: DataPaths
  readonly sizes: PerMaster
  readonly demotions: Demotions
  readonly survivors: Survivors
  readonly ledger: AuditLedger
  /** Lines without an id, by their bytes: the bits of `inFile`. */
  readonly nameless: SlugTable
  readonly recordSlugs: SlugTable
  readonly mends: Array<Mend>
  /** Ids that stand a second time, each with its mend. */
  readonly twice: Array<{ readonly number: number; readonly mend: Mend }>
}

const noteNameless = ({ nameless }: Search, name: MasterName, { bytes }: MasterLine): void => {
  const before = nameless.getBytes(bytes, 0, bytes.length) ?? 0
  nameless.setBytes(bytes, 0, bytes.length, before | inFile[name])
}

/** First pass: what one line tells by itself and by those before it. */
const lookAt = (search: Search, name: MasterName, line: MasterLine, place: LinePlace): void => {
  const { demotions, ledger, mends, recordSlugs, survivors, twice } = search
  const { slug } = line
  survivors.offer(name, line, line.bytes.length + 1)
  const { id } = line.meta
  if (id === undefined) noteNameless(search, name, line)
  else {
    const number = ledger.number(id)
    if (ledger.mark(number, inFile[name])) {
      const what = `id ${id} stands here a second time`
      const where = place.text
      twice.push({ number, mend: { kind: "duplicate-id", where, slug, what } })
    } else if (name === "updates") ledger.setChecksum(number, line.checksum)
    else if (name === "successes" && isOtherwise(ledger.checksumOf(number), line)) {
      const what = `record ${id} reads otherwise in updates.jsonl`
      mends.push({ kind: "different-twin", where: place.text, slug, what })
    }
  }
  if (name !== "rejects") {
    if (!demotions.hasTakenBack(line)) recordSlugs.add(slug, 0)
  } else if (recordSlugs.get(slug) !== undefined) {
    mends.push({
      kind: "reject-with-success",
      where: place.text,
      slug,
      what: "it has a record, which stands"
    })
  }
}

/** Whether the other master has the line's record; a line without an id is only looked for where it is going to stay. */
const hasTwin = (
  { ledger, nameless, survivors }: Search,
  name: MasterName,
  other: MasterName,
  line: MasterLine,
  number: number
): boolean => {
  const { bytes } = line
  const { id } = line.meta
  if (id !== undefined) return ledger.has(ledger.number(id), inFile[other])
  return !survivors.survives(name, number) ||
    ((nameless.getBytes(bytes, 0, bytes.length) ?? 0) & inFile[other]) !== 0
}

/** Second pass, once it is known what survives. Answers the ids of which more than one line will. */
const lookAgain = Effect.fnUntraced(function*(
  search: Search
): Effect.fn.Return<ReadonlySet<number>, DiskError, Disk> {
  const { data, ledger, mends, sizes, survivors } = search
  const kept = new Set<number>()
  for (const name of names) {
    const other = name === "updates" ? "successes" : name === "successes" ? "updates" : undefined
    yield* visitLines(data[name], name, { to: sizes[name] }, (line, number, place) => {
      const { id } = line.meta
      if (id !== undefined && survivors.survives(name, number)) {
        const own = ledger.number(id)
        if (ledger.mark(own, Mark.survives)) kept.add(own)
      }
      if (other === undefined || hasTwin(search, name, other, line, number)) return
      const what = `${id === undefined ? "the line" : `record ${id}`} is not in ${other}.jsonl`
      mends.push({ kind: "missing-twin", where: place.text, slug: line.slug, what })
    })
  }
  return kept
})

/**
 * Reads the masters up to the sizes. They must stay the files that they are. Lines that are merely superseded are no
 * fault: a consolidation drops them.
 */
export const findMends = Effect.fnUntraced(function*(
  sizes: PerMaster
): Effect.fn.Return<Findings, DiskError, DataDirectory | Disk> {
  const data = yield* DataDirectory
  const search: Search = {
    data,
    sizes,
    demotions: yield* loadDemotions(sizes.rejects),
    survivors: new Survivors(),
    ledger: new AuditLedger(),
    nameless: makeSlugTable(),
    recordSlugs: makeSlugTable(),
    mends: [],
    twice: []
  }
  const { mends, twice } = search
  for (const name of names) {
    yield* visitLines(
      data[name],
      name,
      { to: sizes[name] },
      (line, _number, place) => lookAt(search, name, line, place),
      (kind, where, what) => void mends.push({ kind, where, slug: "", what })
    )
  }
  const kept = yield* lookAgain(search)
  const isUndecided = ({ number }: { readonly number: number }) => kept.has(number)
  mends.push(...twice.filter((each) => !isUndecided(each)).map(({ mend }) => mend))
  return {
    mends,
    undecided: twice.filter(isUndecided).map(({ mend }) => ({
      ...mend,
      what: `${mend.what}, for another slug: no program can tell whose it is`
    })),
    visitDropped: visitDropped(search)
  }
})
