// What must hold of a disk after a crash, before and after it was opened again. Each answer names the invariant broken.
import type { CrashImage } from "../../../src/layers/CrashImage.ts"
import { redoPath } from "../../../src/services/durability/Redo.ts"
import type { Lines } from "./lines.ts"
import { linesOf } from "./lines.ts"
import type { Replayed } from "./programs.ts"
import type { Promised } from "./stage.ts"
import { data } from "./stage.ts"

export type Files = ReadonlyMap<string, Buffer>

export const filesOf = (image: CrashImage): Files =>
  new Map(image.files.map(({ bytes, path }) => [path, bytes]))

export interface Masters {
  readonly updates: Lines
  readonly successes: Lines
  readonly rejects: Lines
}

export const mastersOf = (files: Files): Masters => ({
  updates: linesOf(files.get(data.updates)),
  successes: linesOf(files.get(data.successes)),
  rejects: linesOf(files.get(data.rejects))
})

/** The masters with what a recovery that was cut off has on its way back into them, in its redo files. */
export const mastersWithRedo = (files: Files): Masters => {
  const linesWithRedo = (path: string): Lines => {
    const lines = linesOf(files.get(path))
    const redo = linesOf(files.get(redoPath(path)))
    if (redo.ids.size === 0) return lines
    const newestMs = new Map(redo.newestMs)
    for (const [slug, atMs] of lines.newestMs) {
      newestMs.set(slug, Math.max(atMs, newestMs.get(slug) ?? atMs))
    }
    return { ...lines, ids: new Set([...lines.ids, ...redo.ids]), newestMs }
  }
  return {
    updates: linesWithRedo(data.updates),
    successes: linesWithRedo(data.successes),
    rejects: linesWithRedo(data.rejects)
  }
}

const supersedes = (lines: Lines, slug: string, atMs: number): boolean =>
  (lines.newestMs.get(slug) ?? -1) > atMs

const holds = (lines: Lines, { atMs, id, slug }: Pick<Promised, "id" | "slug" | "atMs">): boolean =>
  lines.ids.has(id) || supersedes(lines, slug, atMs)

/** I1: what was promised is there, or something newer of its slug. */
export const brokenPromise = (
  { rejects, successes, updates }: Masters,
  promised: Iterable<Promised>
): string | undefined => {
  for (const each of promised) {
    if (each.kind === "record") {
      const { only } = each
      if (only !== "successes" && !holds(updates, each)) {
        return `I1: updates.jsonl has lost ${each.id}`
      }
      if (only !== "updates" && !holds(successes, each)) {
        return `I1: successes.jsonl has lost ${each.id}`
      }
    } else if (each.kind === "reject") {
      const isAccepted = successes.newestMs.has(each.slug)
      if (!isAccepted && !holds(rejects, each)) return `I1: rejects.jsonl has lost ${each.id}`
    }
  }
  return undefined
}

/** I3: what is visible in successes is in updates. */
export const brokenOrder = ({ successes, updates }: Masters): string | undefined => {
  const stray = successes.lines.find((line) => line.isValid && !holds(updates, line))
  return stray && `I3: ${stray.id} is in successes.jsonl and not in updates.jsonl`
}

const brokenLines = (name: string, { ids, isTerminated, lines }: Lines): string | undefined => {
  if (!isTerminated) return `I4: ${name} has an unterminated end`
  if (lines.some(({ isValid }) => !isValid)) {
    return `I4: ${name} has a terminated line that is not valid`
  }
  return ids.size === lines.length ? undefined : `I5: ${name} has a record twice`
}

/** I4 as a raw reader has it, while nothing but processes has died: every terminated line is valid. */
export const brokenReader = (files: Files): string | undefined => {
  for (const [path, bytes] of files) {
    if (!path.endsWith(".jsonl")) continue
    if (linesOf(bytes).lines.some(({ isValid }) => !isValid)) {
      return `I4: a reader of ${path} sees a line that is not valid`
    }
  }
  return undefined
}

/** The damaged bytes of a file: terminated lines that are not valid, and an end that is neither valid nor terminated. */
const damageIn = (bytes: Buffer): ReadonlyArray<string> => {
  const { isTerminated, lines } = linesOf(bytes)
  if (isTerminated && lines.every(({ isValid }) => isValid)) return []
  const texts = bytes.toString("latin1").split("\n")
  const end = texts.pop() ?? ""
  const damaged = texts.filter((_, index) => lines[index]?.isValid !== true)
  return end === "" || linesOf(Buffer.from(`${end}\n`, "latin1")).lines[0]?.isValid === true
    ? damaged
    : [...damaged, end]
}

/** What was damaged is in quarantine once the disk was opened. */
export const deletedSilently = (before: Files, after: Files): string | undefined => {
  let kept: string | undefined
  for (const [path, bytes] of before) {
    if (!path.endsWith(".jsonl") || path.startsWith(data.quarantine)) continue
    // What stands where a redo file's lines belong is what a recovery has left half done of them.
    if (before.has(redoPath(path))) continue
    for (const text of damageIn(bytes)) {
      kept ??= [...after].filter(([each]) => each.startsWith(data.quarantine))
        .map(([, each]) => each.toString("latin1")).join("\n")
      if (!kept.includes(text)) return `damaged bytes of ${path} are in no quarantine file`
    }
  }
  return undefined
}

const leftover = /\.tmp$|\.redo$|\/\.swap\.json$/

/** I6: no temp, redo file or swap marker is left once the disk was opened. */
const brokenCleanup = (files: Files): string | undefined => {
  const found = [...files.keys()].find((path) => leftover.test(path))
  return found && `I6: ${found} is left`
}

const sameIds = (a: Lines, b: Lines): boolean =>
  a.ids.size === b.ids.size && [...a.ids].every((id) => b.ids.has(id))

/** A line that was whole before the recovery is there after it. */
const lostByRecovery = (before: Masters, after: Masters): string | undefined => {
  const known = [...before.updates.lines, ...before.successes.lines]
  const lost = known.find((line) => line.isValid && !holds(after.updates, line)) ??
    before.rejects.lines.find((line) =>
      line.isValid && !holds(after.rejects, line) && !after.successes.newestMs.has(line.slug)
    )
  return lost && `recovery has lost ${lost.id}, which was whole before it`
}

/** I2, I4, I5, I6 once the disk was opened. */
export const brokenMasters = (before: Masters, files: Files): string | undefined => {
  const after = mastersOf(files)
  return brokenLines("updates.jsonl", after.updates) ??
    brokenLines("successes.jsonl", after.successes) ??
    brokenLines("rejects.jsonl", after.rejects) ??
    (sameIds(after.updates, after.successes)
      ? undefined
      : "I2: the masters hold different records") ??
    lostByRecovery(before, after) ?? brokenCleanup(files)
}

/** I5 by slug and I8, after a consolidation. */
export const brokenConsolidation = (files: Files): string | undefined => {
  const { rejects, successes, updates } = mastersOf(files)
  for (const { lines, newestMs } of [updates, successes, rejects]) {
    if (newestMs.size !== lines.length) return "I5: a slug stands twice after a consolidation"
  }
  const both = rejects.lines.find(({ slug }) => successes.newestMs.has(slug))
  return both && `I8: ${both.slug} is in successes.jsonl and in rejects.jsonl`
}

/** Every terminated line of every journal is valid once a run has replayed them. */
export const brokenJournals = (files: Files): string | undefined => {
  for (const [path, bytes] of files) {
    if (!path.startsWith(`${data.raw}/`) || !path.endsWith(".jsonl")) continue
    const { isTerminated, lines } = linesOf(bytes)
    if (!isTerminated) return `I4: ${path} has an unterminated end`
    if (lines.some(({ isValid }) => !isValid)) return `I4: ${path} has a line that is not valid`
  }
  return brokenCleanup(files)
}

/** No answered call is forgotten, no acknowledged intent is missing (I10). */
export const forgottenCall = (
  { answered, atRisk, drafts }: Replayed,
  promised: ReadonlyArray<Promised>
): string | undefined => {
  const responded = new Set(promised.filter(({ kind }) => kind === "response").map(({ id }) => id))
  for (const { id, kind, slug } of promised) {
    const isAnswered = answered.has(id) || drafts.has(slug)
    if (kind === "response" && !isAnswered) return `I10: the answer to ${id} is forgotten`
    if (kind === "response" && atRisk.has(id)) return `I10: ${id} was answered and is at risk`
    if (kind === "intent" && !responded.has(id) && !isAnswered && !atRisk.has(id)) {
      return `I10: the intent ${id} is missing`
    }
  }
  return undefined
}
