// Runs the contenders of the consolidation benchmark in processes of their own, and an appender beside one of them.
import { execFile, spawn } from "node:child_process"
import { createInterface } from "node:readline"
import { promisify } from "node:util"
import { bundle } from "./bundle.ts"

export interface Measured {
  readonly seconds: number
  readonly cpuSeconds: number
  /** Most memory held at one moment. */
  readonly peakBytes: number
  readonly report?: { readonly pauseMs?: number; readonly settled?: number }
}

const quantile = (values: ReadonlyArray<number>, q: number): number =>
  Float64Array.from(values).sort()[Math.min(values.length - 1, Math.floor(values.length * q))] ??
    Number.NaN

export const median = (values: ReadonlyArray<number>): number => quantile(values, 0.5)

const bundles = new Map<string, Promise<string>>()

const bundled = (file: string, verifies = true): Promise<string> => {
  const key = `${file} ${verifies}`
  const made = bundles.get(key) ?? bundle(file, verifies)
  bundles.set(key, made)
  return made
}

/** A contender's own figures, without the start of its process but for the memory. */
export const measureChild = async (
  name: string,
  data: string,
  file = "consolidationContender.ts",
  verifies = true
): Promise<Measured> => {
  const contender = await bundled(file, verifies)
  const flags = name === "script" ? ["--max-old-space-size=16000"] : []
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, contender, name, data])
  return JSON.parse(stdout) as Measured
}

const pauseMs = 1500

/**
 * The longest time that an appender in another process waited for an acknowledgement: alone, and while the masters are
 * consolidated, over and over for as long as once alone.
 */
export const measurePause = async (data: string) => {
  const appender = spawn(process.execPath, [await bundled("consolidationAppender.ts"), data], {
    stdio: ["ignore", "pipe", "inherit"]
  })
  const gone = new Promise((resolve) => appender.once("close", resolve))
  const waits: Array<{ readonly atMs: number; readonly ms: number }> = []
  const ready = Promise.withResolvers<void>()
  createInterface(appender.stdout).on("line", (line) => {
    waits.push({ atMs: performance.now(), ms: Number(line) })
    ready.resolve()
  })
  try {
    await ready.promise
    await new Promise((resolve) => setTimeout(resolve, pauseMs))
    const aloneUntil = performance.now()
    const { report, seconds } = await measureChild("inkfast", data)
    const until = performance.now()
    await new Promise((resolve) => setTimeout(resolve, pauseMs))
    const of = (from: number, to: number) => {
      const some = waits.filter(({ atMs }) => atMs >= from && atMs < to).map(({ ms }) => ms)
      const figure = (q: number) => Number(quantile(some, q).toFixed(1))
      return {
        appends: some.length,
        "p50 ms": figure(0.5),
        "p99 ms": figure(0.99),
        "max ms": figure(1)
      }
    }
    return {
      alone: of(0, aloneUntil),
      [
        `beside a consolidation of ${seconds.toFixed(1)} s, lock held ${
          report?.pauseMs?.toFixed(1)
        } ms`
      ]: of(aloneUntil, until),
      after: of(until, Infinity)
    }
  } finally {
    appender.kill("SIGKILL")
    await gone
  }
}
