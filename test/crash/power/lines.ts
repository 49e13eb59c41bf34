// The lines of a file as a checker sees them: by the format's own rules, with nothing of the code under test but its CRC.
import { verifyLine } from "../../../src/services/durability/LineCodec.ts"

export interface Line {
  readonly isValid: boolean
  readonly id: string
  readonly slug: string
  readonly atMs: number
}

export interface Lines {
  readonly lines: ReadonlyArray<Line>
  readonly ids: ReadonlySet<string>
  /** By slug, the newest time. */
  readonly newestMs: ReadonlyMap<string, number>
  readonly isTerminated: boolean
}

const fields = /^\{"slug":"([^"]*)".*"id":"([^"]*)"/s
const time = /"(?:acceptedAt|rejectedAt|at)":"([^"]*)"/
/** Most lines are looked at thousands of times. */
const known = new Map<string, Line>()
const knownMax = 100_000

const lineOf = (text: string): Line => {
  const found = known.get(text)
  if (found !== undefined) return found
  const [, slug = "", id = ""] = fields.exec(text) ?? []
  const atMs = Date.parse(time.exec(text)?.[1] ?? "")
  const line: Line = {
    isValid: verifyLine(Buffer.from(text, "latin1")) === "valid",
    id,
    slug,
    atMs
  }
  if (known.size > knownMax) known.clear()
  known.set(text, line)
  return line
}

const parsed = (text: string): Lines => {
  const texts = text.split("\n")
  const isTerminated = texts.pop() === ""
  const lines = texts.map(lineOf)
  const ids = new Set<string>()
  const newestMs = new Map<string, number>()
  for (const { atMs, id, isValid, slug } of lines) {
    if (!isValid) continue
    ids.add(id)
    newestMs.set(slug, Math.max(atMs, newestMs.get(slug) ?? atMs))
  }
  return { lines, ids, newestMs, isTerminated }
}

/** Of most disks only one file differs from those seen before. */
const knownFiles = new Map<string, Lines>()
const knownFilesMax = 2000

const linesIn = (text: string): Lines => {
  let lines = knownFiles.get(text)
  if (lines === undefined) {
    if (knownFiles.size > knownFilesMax) knownFiles.clear()
    knownFiles.set(text, lines = parsed(text))
  }
  return lines
}

/** One file is looked at several times, and nobody writes to what a crash has left. */
const seen = new WeakMap<Buffer, Lines>()
const noLines = parsed("")

export const linesOf = (bytes: Buffer | undefined): Lines => {
  if (bytes === undefined) return noLines
  let lines = seen.get(bytes)
  if (lines === undefined) seen.set(bytes, lines = linesIn(bytes.toString("latin1")))
  return lines
}
