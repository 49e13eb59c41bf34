// Runs over shards killed with -9 at seeded moments, started again, killed again; after each kill the disk is compared
// with what was acknowledged, and at the end of a round with the server's own account of what it billed.
import * as fs from "node:fs"
import * as path from "node:path"
import { seededRandom } from "../../src/layers/CrashChoices.ts"
import { billed, itemsOf, Sandbox, settings } from "../support/Sandbox.ts"
import type { FakeServer } from "../support/Sandbox.ts"
import { between, killAt, moments, nthMax } from "./killAt.ts"
import type { Random } from "./killAt.ts"
import {
  assertBilledIsBooked,
  assertKept,
  assertPaidOnce,
  exposureOf,
  filesIn,
  journalLines,
  master,
  tempFilesIn
} from "./oracle.ts"
import type { Call } from "./oracle.ts"

export interface CampaignOptions {
  /** The file that Node runs. */
  readonly command: string
  readonly killsMin: number
  readonly seed: number
  readonly shards: number
  /** Per round: a round is one data directory, from its first item to its last. */
  readonly items: number
  /** Every fault that the server knows is on, and all shards share one budget, which is raised when it is reached. */
  readonly money?: boolean
  /** Ends the processes of the round and removes its directory when it is aborted. */
  readonly signal?: AbortSignal
  readonly onRound?: (report: CampaignReport) => void
}

export interface CampaignReport {
  rounds: number
  kills: number
  readonly killsByMoment: { [moment: string]: number }
  acknowledged: number
  billed: number
  billedNanoUsd: number
  /** Runs that a budget stopped. */
  budgetStops: number
  /** Bodies billed again, their first call having been listed as at risk. */
  billedAgain: number
  /** Temp files that a kill left and a later start swept. */
  tempFilesSeen: number
  quarantined: number
}

/** Done means that every item of the shard is settled: with or without rejects. */
const doneCodes: ReadonlyArray<number | null> = [0, 5]

interface Round {
  readonly box: Sandbox
  readonly server: FakeServer
  readonly report: CampaignReport
  readonly random: Random
  readonly acknowledged: Set<string>
  /** What all shards may spend together by now; undefined: no limit. */
  totalUsd: number | undefined
}

const generateArgs = ({ server, totalUsd }: Round): ReadonlyArray<string> => [
  "generate",
  "--json",
  "--base-url",
  server.url,
  ...(totalUsd === undefined ? [] : ["--total-budget", String(totalUsd)])
]

/** Paused, stopped for good by the endpoint, stopped by the budget: started again, with more money where that lacked. */
const againCodes: ReadonlyArray<number | null> = [3, 4, 6]

/** I10 at this moment, whoever still works: nobody was ever allowed more than the largest budget so far. */
const checkBudget = ({ box, totalUsd }: Round): void => {
  if (totalUsd === undefined) return
  const exposure = exposureOf(box.data)
  if (exposure > totalUsd * 1e9) {
    throw new Error(`I10: ${exposure} nanodollars spent, reserved or at risk, of $${totalUsd}`)
  }
}

const raiseBudget = (round: Round): void => {
  round.report.budgetStops++
  round.totalUsd = Number(((round.totalUsd ?? 0) * 1.3).toFixed(4))
}

/**
 * What else is at work when a run starts: somebody who looks on, and must not change what it finds, or a consolidation,
 * which is killed too.
 */
const besides = async (round: Round, share: number): Promise<void> => {
  if (share < 0.3) return void (await succeed(round, ["status", "--json"], [0]))
  if (share < 0.7) return
  const { box, random, report } = round
  const consolidation = box.start(["consolidate", "--json"])
  const killed = killAt(consolidation, box.data, "file", between(random, 1, nthMax.file), random)
  const { code, signal, stderr } = await consolidation.ended
  if (signal !== null && killed.killed()) return countKill(report, "consolidation")
  // Another shard's consolidation holds the lock.
  if (code !== 0 && !stderr.join().includes("consolidat")) {
    throw new Error(`consolidate ended with ${signal ?? code}:\n${stderr.join("\n")}`)
  }
}

const countKill = (report: CampaignReport, moment: string): void => {
  report.kills++
  report.killsByMoment[moment] = (report.killsByMoment[moment] ?? 0) + 1
}

/** One shard from its first start to its end. */
const finishShard = async (round: Round, shard: string): Promise<void> => {
  const { acknowledged, box, random, report } = round
  for (;;) {
    const moment = moments[between(random, 0, moments.length - 1)]!
    const nth = between(random, 1, nthMax[moment])
    const beside = besides(round, random())
    const run = killAt(
      box.start([...generateArgs(round), "--shard", shard]),
      box.data,
      moment,
      nth,
      random
    )
    const [{ code, signal, stderr }] = await Promise.all([run.running.ended, beside])
    for (const id of run.acknowledged) acknowledged.add(id)
    const again = round.totalUsd !== undefined && againCodes.includes(code)
    if (signal === null && !again && !doneCodes.includes(code)) {
      throw new Error(`shard ${shard} ended with ${code}:\n${stderr.join("\n")}`)
    }
    assertKept(box.data, acknowledged)
    journalLines(box.data)
    checkBudget(round)
    if (signal === null && code === 6) raiseBudget(round)
    if (signal === null && again) continue
    if (signal === null) return
    countKill(report, moment)
    report.tempFilesSeen += tempFilesIn(box.data).length
  }
}

const succeed = async (
  round: Round,
  args: ReadonlyArray<string>,
  codes = doneCodes
): Promise<string> => {
  const { code, stderr, stdout } = await round.box.run(args)
  if (!codes.includes(code)) {
    throw new Error(
      `inkfast ${args.join(" ")} ended with ${code}:\n${[...stdout, ...stderr].join("\n")}`
    )
  }
  return stdout.at(-1) ?? ""
}

const fail = (what: string): never => {
  throw new Error(what)
}

/** I2, I5, I6, I8, I9, I10 when the last item is settled. */
const checkEnd = async (round: Round, items: number): Promise<void> => {
  const { acknowledged, box, report, server } = round
  const callsBefore = billed(server).length
  if (round.totalUsd !== undefined) round.totalUsd *= 2
  await succeed(round, generateArgs(round))
  if (billed(server).length !== callsBefore) fail("a resume with nothing to do made calls")
  await succeed(round, ["audit", "--json"], [0])
  const { atRisk } = JSON.parse(await succeed(round, ["status", "--json"], [0])) as {
    readonly atRisk: ReadonlyArray<Call & { readonly maxNanoUsd: number }>
  }
  report.billed += callsBefore
  report.billedNanoUsd += assertBilledIsBooked(box.data, billed(server), atRisk)
  report.billedAgain += assertPaidOnce(box.data, billed(server), atRisk)
  await succeed(round, ["consolidate", "--json"], [0])
  await succeed(round, ["audit", "--json"], [0])
  assertKept(box.data, acknowledged)
  const accepted = master(box.data, "successes").map(({ slug }) => slug)
  const rejected = master(box.data, "rejects").map(({ slug }) => slug)
  const settled = new Set([...accepted, ...rejected])
  if (settled.size !== items || accepted.length + rejected.length !== items) {
    fail(
      `I9: ${items} items, ${accepted.length} accepted and ${rejected.length} rejected, ${settled.size} slugs in all`
    )
  }
  const left = tempFilesIn(box.data)
  if (left.length > 0) fail(`I6: temp files left: ${left.join(", ")}`)
  report.acknowledged += acknowledged.size
  report.quarantined += filesIn(path.join(box.data, "quarantine")).length
}

const faults = [
  { kind: "latency", latencyMs: [5, 40] },
  { kind: "rateLimit", rate: 0.03, retryAfterMs: 20 },
  { kind: "serverError", rate: 0.02 },
  { kind: "drop", rate: 0.02 },
  { kind: "schemaBreak", model: "fake-mini", rate: 0.1 }
] as const

/** Everything that the server can do wrong; what ends a run at once is done a few times only. */
const everyFault = [
  ...faults,
  { kind: "hang", rate: 0.01 },
  { kind: "dropMidBody", rate: 0.02 },
  { kind: "serverError", status: 504, billed: true, rate: 0.02 },
  { kind: "truncate", rate: 0.02 },
  { kind: "malformed", rate: 0.02 },
  { kind: "malformedBody", rate: 0.02 },
  { kind: "refusal", rate: 0.01 },
  { kind: "contentFilter", rate: 0.01 },
  { kind: "insufficientQuota", skip: 15, count: 1 },
  { kind: "unauthorized", skip: 30, count: 1 },
  { kind: "modelNotFound", skip: 45, count: 1 }
] as const

/** A call that hangs is given up after this. */
const timeoutMs = 500
const totalUsdAtFirst = 0.03

/** Kills at least so many times; finishes the round that it is in. Throws at the first broken promise. */
export const campaign = async (options: CampaignOptions): Promise<CampaignReport> => {
  const random = seededRandom(options.seed)
  const report: CampaignReport = {
    rounds: 0,
    kills: 0,
    killsByMoment: {},
    acknowledged: 0,
    billed: 0,
    billedNanoUsd: 0,
    budgetStops: 0,
    billedAgain: 0,
    tempFilesSeen: 0,
    quarantined: 0
  }
  while (report.kills < options.killsMin) {
    options.signal?.throwIfAborted()
    const box = new Sandbox(options.command)
    options.signal?.addEventListener("abort", () => void box.dispose())
    try {
      box.job({
        items: itemsOf(options.items),
        settings: settings(
          "concurrency: 6\nconsolidateEvery: 7\n",
          options.money ? timeoutMs : undefined
        )
      })
      // They are watched before the first run makes them.
      for (const name of ["raw", "master"]) {
        fs.mkdirSync(path.join(box.data, name), { recursive: true })
      }
      const server = await box.fakeLlm({ faults: options.money ? everyFault : faults })
      const round: Round = {
        box,
        server,
        report,
        random,
        acknowledged: new Set(),
        totalUsd: options.money ? totalUsdAtFirst : undefined
      }
      await Promise.all(
        Array.from(
          { length: options.shards },
          (_, index) => finishShard(round, `${index + 1}/${options.shards}`)
        )
      )
      await checkEnd(round, options.items)
      report.rounds++
      options.onRound?.(report)
    } finally {
      await box.dispose()
    }
  }
  return report
}
