// What a contender in a process of its own tells of itself, as a line of JSON.
import * as fs from "node:fs"

/**
 * Most memory held at one moment, in bytes. What `resourceUsage` says counts in what the process was forked from, and a
 * benchmark holds more than its contenders.
 */
const peakBytes = (): number => {
  try {
    const [, kibibytes] =
      /^VmHWM:\s*(\d+) kB$/m.exec(fs.readFileSync("/proc/self/status", "utf8")) ?? []
    if (kibibytes !== undefined) return Number(kibibytes) * 1024
  } catch {
    // No Linux.
  }
  return process.resourceUsage().maxRSS * 1024
}

/** Runs the work and prints its figures, with what it answered as `report`. */
export const contend = async (work: () => Promise<unknown>): Promise<void> => {
  const start = performance.now()
  const report = await work()
  const seconds = (performance.now() - start) / 1000
  const { systemCPUTime, userCPUTime } = process.resourceUsage()
  const cpuSeconds = (userCPUTime + systemCPUTime) / 1e6
  process.stdout.write(
    `${JSON.stringify({ seconds, cpuSeconds, peakBytes: peakBytes(), report })}\n`
  )
}
