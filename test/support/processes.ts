// Child processes for tests: their output as lines to wait for, and none left behind, whatever becomes of the test.
import { spawn } from "node:child_process"
import type { ChildProcess } from "node:child_process"
import { existsSync } from "node:fs"
import { createInterface } from "node:readline"

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: ReadonlyArray<string>
  readonly stderr: ReadonlyArray<string>
}

export interface Running {
  readonly pid: number
  readonly child: ChildProcess
  readonly stdout: ReadonlyArray<string>
  readonly stderr: ReadonlyArray<string>
  /** The process is gone and all that it printed has arrived. */
  readonly ended: Promise<Ended>
  /** The first line, printed already or to come, that holds the text. Rejects when the process ends without one. */
  readonly line: (stream: "stdout" | "stderr", text: string | RegExp) => Promise<string>
  /** Calls with every line of stdout from now on, as it arrives. */
  readonly onStdout: (hear: (line: string) => void) => void
}

export interface SpawnOptions {
  readonly cwd: string
  readonly env: { readonly [name: string]: string }
  /** Written to standard input, which is closed after it; `open` leaves it open; by default there is none. */
  readonly input?: string | { readonly open: true }
}

const live = new Set<ChildProcess>()
process.on("exit", () => {
  for (const child of live) child.kill("SIGKILL")
})

// When this process is itself killed with -9 no handler runs: the kernel then ends the child, where it can be asked to.
const setpriv = "/usr/bin/setpriv"
const leashed: ReadonlyArray<string> = existsSync(setpriv)
  ? [setpriv, "--pdeathsig", "KILL", "--"]
  : []

const matches = (line: string, text: string | RegExp): boolean =>
  typeof text === "string" ? line.includes(text) : text.test(line)

/** Starts the command with pipes on all its streams. */
export const start = (
  command: ReadonlyArray<string>,
  { cwd, env, input }: SpawnOptions
): Running => {
  const [file = "", ...args] = [...leashed, ...command]
  const child = spawn(file, args, {
    cwd,
    env,
    stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"]
  })
  live.add(child)
  if (typeof input === "string") child.stdin?.end(input)
  const lines = { stdout: [] as Array<string>, stderr: [] as Array<string> }
  const hearers = new Set<(stream: "stdout" | "stderr", line: string) => void>()
  for (const stream of ["stdout", "stderr"] as const) {
    createInterface(child[stream]!).on("line", (line) => {
      lines[stream].push(line)
      for (const hear of hearers) hear(stream, line)
    })
  }
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once("error", reject)
    child.once("close", (code, signal) => {
      live.delete(child)
      resolve({ code, signal, ...lines })
    })
  })
  const line = (stream: "stdout" | "stderr", text: string | RegExp): Promise<string> =>
    new Promise((resolve, reject) => {
      const before = lines[stream].find((each) => matches(each, text))
      if (before !== undefined) return resolve(before)
      const hear = (from: string, each: string): void => {
        if (from !== stream || !matches(each, text)) return
        hearers.delete(hear)
        resolve(each)
      }
      hearers.add(hear)
      void ended.then(({ code, signal }) => {
        if (!hearers.has(hear)) return
        reject(
          new Error(
            `ended with ${signal ?? code} and never printed ${String(text)} to ${stream}:\n${
              [...lines.stdout, ...lines.stderr].join("\n")
            }`
          )
        )
      })
    })
  const onStdout = (hear: (line: string) => void): void => {
    hearers.add((stream, each) => {
      if (stream === "stdout") hear(each)
    })
  }
  return { pid: child.pid ?? 0, child, ...lines, ended, line, onStdout }
}

/** Ends with -9 what the caller started. */
export const killAll = async (started: Iterable<Running>): Promise<void> => {
  await Promise.all([...started].map((each) => {
    each.child.kill("SIGKILL")
    return each.ended
  }))
}
