// What a crash test found: figures, and one verdict for each thing that they tell.
import type { DoctorCheck, DoctorReport } from "../DoctorReport.ts"
import { fail, ok, warn } from "../DoctorReport.ts"
import { isInMemory } from "./mountOf.ts"
import type { Mount } from "./mountOf.ts"

export interface CrashtestFigures {
  readonly durationMs: number
  /** Processes at once. */
  readonly writers: number
  readonly kills: number
  /** Records that a writer named as durable before it died. */
  readonly acknowledged: number
  /** Of those, how many are not in both masters: before any recovery, or after it. */
  readonly lost: number
  /** Terminated lines that are not valid, seen at any time by a reader beside the writers or at the end. */
  readonly invalidLines: number
  /** Record ids that stand more than once in a master. */
  readonly duplicates: number
  /** Files besides the masters and their lock that are there after the last open. */
  readonly tempFilesLeft: number
  /** Lines that the reader looked at while the writers were at work. */
  readonly linesRead: number
  readonly commits: number
  /** Under kills: the time that writers need to start again is in it. */
  readonly commitsPerSecond: number
  /** A sync while nobody else is at work, without what the call costs in the process: the disk's own share. */
  readonly syncAloneUs: number
  /** How many of those were timed, each after a write of its own. */
  readonly syncsAlone: number
  /** Writes that the device completed during those syncs, one at least for each; null where it cannot be told. */
  readonly deviceWrites: number | null
  /** Syncs of the writers, while they were at work. */
  readonly syncs: number
  /** Null where there was none. */
  readonly syncMedianUs: number | null
  readonly syncP99Us: number | null
}

export interface CrashtestReport extends DoctorReport {
  readonly directory: string
  readonly fileSystem: string | null
  /** Null where the kills were not tried: locks do not hold, or there is no room. */
  readonly figures: CrashtestFigures | null
  readonly notTested: string
}

export const notTested =
  "A power cut was not tested: kills leave the kernel and its memory alive. Whether this drive keeps what " +
  "it has said is synced, only cutting its power can show."

/** Nothing that writes to a device and waits for it is as fast. */
const tooFastUs = 20
const slowUs = 50_000

const ms = (microseconds: number): string =>
  microseconds < 1000 ? `${microseconds.toFixed(0)} µs` : `${(microseconds / 1000).toFixed(2)} ms`

/** The value that this share of the sorted numbers does not pass; null where there is none. */
export const quantile = (sorted: ReadonlyArray<number>, share: number): number | null =>
  sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? null

export const checkSyncs = (
  { deviceWrites, syncAloneUs, syncMedianUs, syncP99Us, syncs, syncsAlone }: CrashtestFigures,
  mount: Mount | undefined
): DoctorCheck => {
  if (syncMedianUs === null || syncP99Us === null) {
    return fail("sync", "no sync was seen", "give it more time with --seconds")
  }
  const seen = `fdatasync: ${ms(syncAloneUs)} of the disk's alone; under the writers median ${
    ms(syncMedianUs)
  }, p99 ${ms(syncP99Us)}, of ${syncs}`
  if (isInMemory(mount)) return ok("sync", `${seen} (no device is behind it)`)
  const tooFew = deviceWrites !== null && deviceWrites < syncsAlone
  if (tooFew || syncAloneUs < tooFastUs) {
    const why = tooFew
      ? `${syncsAlone} syncs brought ${deviceWrites} writes to the device`
      : "no device is that fast"
    const advice =
      `${why}: the mount, the hypervisor or the drive answers before the data is safe (nobarrier, an unsafe disk ` +
      "cache, eatmydata). A power cut may lose what was acknowledged"
    return warn("sync", seen, advice)
  }
  return syncAloneUs > slowUs
    ? warn(
      "sync",
      seen,
      "a slow disk slows every commit: raise concurrency, or move the data directory with --data"
    )
    : ok("sync", seen)
}

const mib = (bytes: number): string => `${Math.floor(bytes / 1024 ** 2)} MiB`

/** The test writes a part of what is free, and needs some of it. */
export const checkRoom = (freeBytes: number, wantedBytes: number): DoctorCheck | undefined =>
  freeBytes >= wantedBytes ? undefined : fail(
    "space",
    `${mib(freeBytes)} free: too little to try anything there`,
    `free ${mib(wantedBytes)}, or name another directory with --dir`
  )

const count = (n: number, what: string): string => `${n.toLocaleString("en-US")} ${what}`

/** Promises that were seen broken: any is one too many. */
export const brokenIn = (
  { duplicates, invalidLines, lost, tempFilesLeft }: CrashtestFigures
): number => lost + invalidLines + duplicates + tempFilesLeft

export const checkKills = (figures: CrashtestFigures): DoctorCheck => {
  const {
    acknowledged,
    commitsPerSecond,
    duplicates,
    invalidLines,
    kills,
    lost,
    tempFilesLeft,
    writers
  } = figures
  const done =
    `${count(kills, "kills")} of ${writers} writers, ${
      count(acknowledged, "records")
    } acknowledged, ` +
    count(Math.round(commitsPerSecond), "commits/s")
  const broken = brokenIn(figures)
  const found =
    `${lost} lost, ${invalidLines} invalid lines, ${duplicates} duplicates, ${tempFilesLeft} temp files left`
  const seen = `${done}: ${found}`
  if (broken > 0) {
    return fail(
      "kills",
      seen,
      "this file system breaks what Inkfast relies on: do not keep a data directory here, and report it"
    )
  }
  return kills === 0 || acknowledged === 0
    ? fail("kills", seen, "that proves nothing: give it more time with --seconds")
    : ok("kills", seen)
}
