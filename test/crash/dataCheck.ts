// What must hold of a data directory after a crash: read from the files alone, then opened as a run opens it, then again.
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as References from "effect/References"
import * as fs from "node:fs"
import * as path from "node:path"
import type { Disk } from "../../src/services/durability/Disk.ts"
import { decodeLine, verifyLine } from "../../src/services/durability/LineCodec.ts"
import { openedOver, takeSteps } from "./crashSteps.ts"
import { tempFilesIn } from "./oracle.ts"

interface FileLines {
  /** Of valid, terminated lines, in order. */
  readonly ids: ReadonlyArray<string>
  readonly objects: ReadonlyArray<{ readonly [key: string]: unknown }>
  /** Terminated lines that are not valid. */
  readonly broken: number
  readonly isTerminated: boolean
}

const linesOf = (file: string): FileLines => {
  const bytes = fs.existsSync(file) ? fs.readFileSync(file) : Buffer.alloc(0)
  const objects: Array<{ readonly [key: string]: unknown }> = []
  let broken = 0
  let from = 0
  for (let to = bytes.indexOf(0x0a); to !== -1; to = bytes.indexOf(0x0a, from)) {
    const line = bytes.subarray(from, to + 1)
    if (verifyLine(line) === "valid") objects.push(decodeLine(line) ?? {})
    else broken++
    from = to + 1
  }
  const ids = objects.flatMap(({ _meta }) =>
    _meta === undefined ? [] : [(_meta as { readonly id: string }).id]
  )
  return { ids, objects, broken, isTerminated: from === bytes.length }
}

const masterNames = ["updates", "successes", "rejects"] as const

const mastersOf = (root: string) => {
  const [updates, successes, rejects] = masterNames.map((name) =>
    linesOf(path.join(root, "master", `${name}.jsonl`))
  )
  return { updates: updates!, successes: successes!, rejects: rejects! }
}

const journalsOf = (root: string): ReadonlyArray<FileLines> => {
  const raw = path.join(root, "raw")
  const names = fs.existsSync(raw)
    ? fs.readdirSync(raw).filter((name) => name.endsWith(".jsonl"))
    : []
  return names.map((name) => linesOf(path.join(raw, name)))
}

/** Everything that the files show, in the words that `Tell` uses; a record only where it is in both masters. */
export const standing = (root: string): ReadonlySet<string> => {
  const { rejects, successes, updates } = mastersOf(root)
  const inUpdates = new Set(updates.ids)
  const events = journalsOf(root).flatMap(({ objects }) =>
    objects.map(({ _tag, id }) => `${String(_tag)} ${String(id)}`)
  )
  return new Set([
    ...successes.ids.filter((id) => inUpdates.has(id)).map((id) => `record ${id}`),
    ...rejects.ids.map((id) => `reject ${id}`),
    ...events
  ])
}

const missing = (
  root: string,
  acknowledged: Iterable<string>,
  when: string
): ReadonlyArray<string> => {
  const there = standing(root)
  return [...acknowledged].filter((each) => !there.has(each)).map((each) =>
    `I1: ${when}: acknowledged and gone: ${each}`
  )
}

/** Before any recovery. After a power cut or damage terminated lines may be torn; after anything else none is (I4). */
export const faultsBefore = (
  root: string,
  acknowledged: Iterable<string>,
  wasTorn: boolean
): ReadonlyArray<string> => {
  const { rejects, successes, updates } = mastersOf(root)
  const inUpdates = new Set(updates.ids)
  const broken = [updates, successes, rejects, ...journalsOf(root)].reduce(
    (sum, each) => sum + each.broken,
    0
  )
  return [
    ...missing(root, acknowledged, "before recovery"),
    ...successes.ids.filter((id) => !inUpdates.has(id)).map((id) =>
      `I3: in successes and not in updates: ${id}`
    ),
    ...(broken > 0 && !wasTorn
      ? [`I4: ${broken} terminated lines are not valid before recovery`]
      : [])
  ]
}

const twice = (ids: ReadonlyArray<string>): ReadonlyArray<string> =>
  ids.filter((id, index) => ids.indexOf(id) !== index)

/** Once it was opened. */
export const faultsAfter = (
  root: string,
  acknowledged: Iterable<string>
): ReadonlyArray<string> => {
  const masters = mastersOf(root)
  const { successes, updates } = masters
  const faults = [...missing(root, acknowledged, "after recovery")]
  if ([...updates.ids].sort().join() !== [...successes.ids].sort().join()) {
    faults.push("I2: the masters hold other record ids")
  }
  for (const name of masterNames) {
    const { broken, ids, isTerminated } = masters[name]
    if (broken > 0 || !isTerminated) faults.push(`I4: ${name} has lines that are not valid`)
    if (twice(ids).length > 0) faults.push(`I5: ${name} has twice: ${twice(ids).join(", ")}`)
  }
  const inJournals =
    journalsOf(root).filter(({ broken, isTerminated }) => broken > 0 || !isTerminated).length
  if (inJournals > 0) faults.push(`I4: ${inJournals} journals have lines that are not valid`)
  const temps = [...tempFilesIn(root), ...leftInMaster(root)]
  return temps.length > 0 ? [...faults, `I6: left over: ${temps.join(", ")}`] : faults
}

const leftInMaster = (root: string): ReadonlyArray<string> => {
  const master = path.join(root, "master")
  return fs.existsSync(master)
    ? fs.readdirSync(master).filter((name) => /\.redo$|^\.swap\.json$/.test(name))
    : []
}

/** Opens, reads the journals, appends the numbered record, a reject and journal events, closes. Answers what was acknowledged. */
export const openAndAppend = async (
  root: string,
  n: number | undefined,
  disk?: Layer.Layer<Disk>
): Promise<ReadonlyArray<string>> => {
  const told: Array<string> = []
  const steps = n === undefined ? ["replay"] : ["replay", `record ${n}`, `reject ${n}`]
  await Effect.runPromise(
    takeSteps(steps, (each) => told.push(each)).pipe(
      Effect.provide(openedOver(root, disk)),
      Effect.provideService(References.MinimumLogLevel, "Error")
    )
  )
  return told
}

const reason = (error: unknown): string => error instanceof Error ? error.message : String(error)

/** The whole examination of what a crash left. Answers every fault found. */
export const examine = async (
  root: string,
  acknowledged: ReadonlyArray<string>,
  extra: number,
  wasTorn: boolean
): Promise<ReadonlyArray<string>> => {
  const faults = [...faultsBefore(root, acknowledged, wasTorn)]
  try {
    await openAndAppend(root, undefined)
    faults.push(...faultsAfter(root, acknowledged))
    const more = await openAndAppend(root, extra)
    faults.push(...faultsAfter(root, [...acknowledged, ...more]))
  } catch (error) {
    faults.push(`it does not open again: ${reason(error)}`)
  }
  return faults
}
