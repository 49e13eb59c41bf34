// What strace wrote, read: which calls a process made on which files, and where a fault can be put into them.

/** A call as it began. */
export interface TracedCall {
  readonly thread: number
  readonly name: string
  /** Its arguments and outcome as strace shows them. */
  readonly text: string
}

/** `-f -o`: each line begins with the thread's number. A call that another thread interrupted is counted where it began. */
export const parseTrace = (trace: string): ReadonlyArray<TracedCall> =>
  trace.split("\n").flatMap((line) => {
    const match = /^(\d+) +([a-z_0-9]+)\((.*)$/.exec(line)
    if (match === null) return []
    const [, thread = "", name = "", text = ""] = match
    return [{ thread: Number(thread), name, text }]
  })

/** Calls that a fault was put into; one that another thread interrupted says so only where it is resumed. */
export const struckIn = (trace: string, fault: Fault): number =>
  fault === "SIGKILL"
    ? Number(trace.includes("+++ killed by SIGKILL +++"))
    : trace.split("(INJECTED)").length - 1

/** Paths inside the directory, itself included, that the calls name or whose descriptors (`-y`) they use. */
export const pathsIn = (trace: string, directory: string): ReadonlyArray<string> => {
  const named = trace.matchAll(/["<](\/[^"<>]*?)(?:\(deleted\))?[">]/g)
  const paths = new Set([...named].map(([, path = ""]) => path))
  return [...paths].filter((path) => path === directory || path.startsWith(`${directory}/`)).sort()
}

/** How often one thread made each call, at most: strace counts for each thread of its own. */
export const callCounts = (calls: ReadonlyArray<TracedCall>): ReadonlyMap<string, number> => {
  const byThread = Map.groupBy(calls, ({ name, thread }) => `${name} ${thread}`)
  const counts = new Map<string, number>()
  for (const group of byThread.values()) {
    const name = group[0]!.name
    counts.set(name, Math.max(counts.get(name) ?? 0, group.length))
  }
  return counts
}

export type Fault = "SIGKILL" | "EIO" | "ENOSPC"

export interface Injection {
  readonly call: string
  /** The how-manieth call of that name, from 1. */
  readonly nth: number
  readonly fault: Fault
}

/** What can find no space: whatever writes, makes a name, or allocates late. */
const allocating = new Set([
  "openat",
  "mkdir",
  "write",
  "pwrite64",
  "fdatasync",
  "fsync",
  "ftruncate",
  "rename"
])

/** Every fault at every call. */
export const injectionsFor = (counts: ReadonlyMap<string, number>): ReadonlyArray<Injection> =>
  [...counts].flatMap(([call, count]) =>
    Array.from({ length: count }, (_, index) => index + 1).flatMap((nth) => {
      const faults: ReadonlyArray<Fault> = allocating.has(call)
        ? ["SIGKILL", "EIO", "ENOSPC"]
        : ["SIGKILL", "EIO"]
      return faults.map((fault) => ({ call, nth, fault }))
    })
  )

export const nameOf = ({ call, fault, nth }: Injection): string => `${call}:${nth}:${fault}`

/**
 * The options that put it in. A signal comes before the call is made. strace 6.1 drops a signal at a call that it was
 * stopped at by its filter (`--seccomp-bpf`), so that a kill goes without the filter.
 */
export const straceOptions = ({ call, fault, nth }: Injection): ReadonlyArray<string> => [
  ...(fault === "SIGKILL" ? [] : ["--seccomp-bpf"]),
  "-e",
  `trace=${call}`,
  "-e",
  `inject=${call}:${fault === "SIGKILL" ? "signal=SIGKILL" : `error=${fault}`}:when=${nth}`
]
