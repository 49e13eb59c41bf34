// One block write that fails with EIO, and only that one, under a real file system that is being written: whoever was told
// before and afterwards keeps what was acknowledged, through a power cut at the end.
import * as Effect from "effect/Effect"
import * as References from "effect/References"
import * as Scope from "effect/Scope"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import { diskAtBoot } from "./blockBoot.ts"
import { BlockHost } from "./blockHost.ts"
import type { FileSystem } from "./blockHost.ts"
import { openedOver, takeSteps } from "./crashSteps.ts"
import { faultsAfter, faultsBefore, openAndAppend } from "./dataCheck.ts"

export interface ErrorOptions {
  readonly kind: FileSystem
  /** Disks, each with one failing write. */
  readonly trials: number
  readonly seed: number
}

export interface ErrorReport {
  trials: number
  /** Trials whose write came and failed. */
  failed: number
  /** Of them: the failed write held bytes of our lines. */
  failedData: number
  /** Trials in which an append or an opening failed. */
  noticed: number
  /** Trials after whose failure the file system took no more writes until it was mounted anew. */
  remounted: number
  acknowledged: number
  readonly faults: Array<string>
}

/** Records, one after the other, per trial. */
const recordCount = 24
/** Stands in every record. */
const needle = "words of"
/** Failures in a row after which the file system is mounted anew. */
const patience = 3

const source = "disk"
const attempt = <A, E>(effect: Effect.Effect<A, E>): Promise<Exit.Exit<A, E>> =>
  Effect.runPromiseExit(Effect.provideService(effect, References.MinimumLogLevel, "None"))

interface Worked {
  readonly acknowledged: ReadonlyArray<string>
  readonly failures: number
  readonly remounts: number
}

/**
 * Appends record after record. Whatever fails is closed and opened again, as a user starts again, and the work goes on
 * with the next record: what became of the last one is not known.
 */
const work = async (host: BlockHost, name: string, boots: string): Promise<Worked> => {
  const acknowledged: Array<string> = []
  const root = `${host.pointOf(name)}/data`
  let [next, failures, inARow, remounts] = [1, 0, 0, 0]
  while (next <= recordCount && failures < 4 * patience) {
    const scope = Scope.makeUnsafe()
    const opened = await attempt(
      Layer.buildWithScope(openedOver(root, diskAtBoot(boots, "first")), scope)
    )
    let ended: Exit.Exit<unknown, unknown> = opened
    while (Exit.isSuccess(opened) && Exit.isSuccess(ended) && next <= recordCount) {
      const steps = next % 8 === 0 ? [`record ${next}`, "consolidate"] : [`record ${next}`]
      next++
      ended = await attempt(
        Effect.provideContext(takeSteps(steps, (each) => acknowledged.push(each)), opened.value)
      )
      if (Exit.isSuccess(ended)) inARow = 0
    }
    await attempt(Scope.close(scope, Exit.void))
    if (Exit.isSuccess(ended)) break
    failures++
    inARow++
    if (inARow < patience) continue
    // The journal of ext4 and the log of xfs stop at an error of their own: only a mount ends that.
    host.unmount(name)
    host.mount(name)
    remounts++
    inARow = 0
  }
  return { acknowledged, failures, remounts }
}

const trial = async (
  host: BlockHost,
  name: string,
  write: { readonly nth: number; readonly needle: string | undefined },
  boots: string,
  report: ErrorReport
): Promise<ReadonlyArray<string>> => {
  const whole = { chance: 0, tear: "whole", seed: 0 } as const
  await host.cut(source, 0, whole, name)
  host.mount(name)
  await host.failWrite(name, write.nth, write.needle)
  const { acknowledged, failures, remounts } = await work(host, name, boots)
  const failed = await host.failures(name)
  // Before the kernel writes out what it still has: nothing of that was promised.
  await host.cut(name, undefined, whole, `${name}-after`)
  host.unmount(name)
  await host.drop(name)
  report.trials++
  report.failed += failed
  report.failedData += write.needle === undefined ? 0 : failed
  report.noticed += Number(failures > 0)
  report.remounted += Number(remounts > 0)
  report.acknowledged += acknowledged.length
  const faults: Array<string> = []
  if (acknowledged.filter((each) => each.startsWith("record ")).length < recordCount - failures) {
    faults.push(`the work did not go on after ${failures} failures`)
  }
  const after = `${host.mount(`${name}-after`)}/data`
  try {
    faults.push(...faultsBefore(after, acknowledged, true))
    const more = await openAndAppend(after, 900, diskAtBoot(boots, name))
    faults.push(...faultsAfter(after, [...acknowledged, ...more]))
  } catch (error) {
    faults.push(`it does not open again: ${String(error)}`)
  } finally {
    host.unmount(`${name}-after`)
    await host.drop(`${name}-after`)
  }
  return faults
}

/** Data writes and all writes in turns, from the first on, spread over the workload. */
export const runErrors = async ({ kind, seed, trials }: ErrorOptions): Promise<ErrorReport> => {
  const report: ErrorReport = {
    trials: 0,
    failed: 0,
    failedData: 0,
    noticed: 0,
    remounted: 0,
    acknowledged: 0,
    faults: []
  }
  const host = await BlockHost.start(kind)
  try {
    const boots = host.scratch()
    await host.make(source)
    for (let n = 0; n < trials; n++) {
      const isData = n % 2 === 0
      const span = isData ? 2 * recordCount : 6 * recordCount
      const nth = (seed + Math.floor((Math.floor(n / 2) * span) / Math.ceil(trials / 2))) % span
      const faults = await trial(
        host,
        `trial-${n}`,
        { nth, needle: isData ? needle : undefined },
        boots,
        report
      )
      const what = `trial ${n} (${isData ? "data write" : "write"} ${nth} fails)`
      report.faults.push(...faults.map((fault) => `${what}: ${fault}`))
    }
    return report
  } finally {
    host.dispose()
  }
}
