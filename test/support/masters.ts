// Hand-made master files, and a consolidation of them that is too simple to be wrong.
import * as DateTime from "effect/DateTime"
import type { MemoryStore } from "../../src/layers/MemoryStore.ts"
import { digest } from "../../src/services/Digest.ts"
import { paths } from "../../src/services/durability/DataDirectory.ts"
import { encodeLine } from "../../src/services/durability/LineCodec.ts"
import { encodeSlot, slotBytes } from "../../src/services/durability/Slot.ts"

export interface RecordInput {
  readonly slug: string
  readonly id: string
  /** Milliseconds since the epoch. */
  readonly atMs: number
  readonly content?: { readonly [field: string]: unknown }
  readonly costUsd?: number
  readonly runId?: string
  /** Of a reject: the record that it takes back. */
  readonly demotes?: string
  /** Of a reject: calls made for its item. */
  readonly attempts?: number
}

export const iso = (atMs: number): string => DateTime.formatIso(DateTime.makeUnsafe(atMs))

/** A line of updates and successes as an appender writes it. */
export const recordLine = (record: RecordInput): string =>
  Buffer.from(encodeLine({
    slug: record.slug,
    ...(record.content ?? { title: `Title of ${record.slug}` }),
    _meta: {
      id: record.id,
      runId: record.runId ?? record.id.slice(0, Math.max(0, record.id.lastIndexOf(":"))),
      model: "small",
      requestedModel: "small",
      rung: 0,
      attempt: 1,
      promptHash: "p",
      schemaHash: "s",
      evidenceHash: "e",
      usage: null,
      costUsd: record.costUsd ?? 0.001,
      acceptedAt: iso(record.atMs),
      qa: { rules: "r", warnings: [] }
    }
  })).toString("utf8")

/** A line of rejects. */
export const rejectLine = (record: RecordInput): string =>
  Buffer.from(encodeLine({
    slug: record.slug,
    cause: "QaFailed",
    reason: "too short",
    findings: [],
    _meta: {
      id: record.id,
      runId: record.runId ?? "r",
      attempts: record.attempts ?? 2,
      retries: 0,
      costUsd: record.costUsd ?? 0.002,
      rejectedAt: iso(record.atMs),
      ...(record.demotes === undefined ? {} : { demotes: record.demotes })
    }
  })).toString("utf8")

interface Parsed {
  readonly line: string
  readonly slug: string
  readonly atMs: number
  readonly demotes: boolean
}

const parse = (text: string): ReadonlyArray<Parsed> =>
  text.split("\n").slice(0, -1).filter((line) => line.trim() !== "").map((raw) => {
    const line = raw.replace(/^\ufeff/, "")
    const { _meta, slug } = JSON.parse(line) as {
      slug: string
      _meta?: { acceptedAt?: string; rejectedAt?: string; demotes?: string }
    }
    const at = _meta?.acceptedAt ?? _meta?.rejectedAt
    return {
      line,
      slug,
      atMs: at === undefined ? -Infinity : Date.parse(at),
      demotes: _meta?.demotes !== undefined
    }
  })

/** The newest of each slug, in the order of the lines kept. */
const newest = (lines: ReadonlyArray<Parsed>): ReadonlyArray<Parsed> => {
  const best = new Map<string, Parsed>()
  for (const each of lines) {
    const before = best.get(each.slug)
    if (before === undefined || each.atMs >= before.atMs) best.set(each.slug, each)
  }
  const kept = new Set(best.values())
  return lines.filter((each) => kept.has(each))
}

const join = (lines: ReadonlyArray<Parsed>): string => lines.map(({ line }) => `${line}\n`).join("")

/** What the three files are after a consolidation, all of them parsed and held at once. */
export const consolidatedNaively = (updates: string, successes: string, rejects: string) => {
  const fromUpdates = parse(updates)
  const fromSuccesses = parse(successes)
  // On a tie a line of updates stands over one of successes.
  const best = new Map<string, Parsed>()
  for (const each of newest(fromSuccesses)) best.set(each.slug, each)
  for (const each of newest(fromUpdates)) {
    const before = best.get(each.slug)
    if (before === undefined || each.atMs >= before.atMs) best.set(each.slug, each)
  }
  const fromRejects = parse(rejects)
  for (const each of fromRejects) {
    const taken = best.get(each.slug)
    if (each.demotes && taken !== undefined && each.atMs >= taken.atMs) best.delete(each.slug)
  }
  const kept = new Set(best.values())
  const masters = join([...fromUpdates, ...fromSuccesses].filter((each) => kept.has(each)))
  return { masters, rejects: join(newest(fromRejects.filter(({ slug }) => !best.has(slug)))) }
}

export interface Masters {
  readonly updates: string
  readonly successes: string
  readonly rejects: string
}

export const root = "/data"
export const data = paths(root)

const boot = "boot-of-the-test\n"

/** Puts masters on the disk that the last writer left clean: nobody has a reason to recover them. */
export const putAtRest = (store: MemoryStore, masters: Masters): void => {
  store.put("/proc/sys/kernel/random/boot_id", boot)
  store.put(data.updates, masters.updates)
  store.put(data.successes, masters.successes)
  store.put(data.rejects, masters.rejects)
  const slot = (...names: ReadonlyArray<keyof Masters>): Buffer => {
    const files = names.map((name) => store.stat(data[name]) ?? { size: 0, inode: 0 })
    return encodeSlot({ state: "clean", files }, digest(Buffer.from(boot)))
  }
  const bytes = Buffer.alloc(2 * slotBytes)
  slot("updates", "successes").copy(bytes)
  slot("rejects").copy(bytes, slotBytes)
  store.put(data.appenderLock, bytes)
}

export const textOf = (store: MemoryStore, path: string): string =>
  store.get(path)?.toString("utf8") ?? ""

export const readMasters = (store: MemoryStore): Masters => ({
  updates: textOf(store, data.updates),
  successes: textOf(store, data.successes),
  rejects: textOf(store, data.rejects)
})
