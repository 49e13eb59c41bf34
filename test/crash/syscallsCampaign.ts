// Every system call of a small workload made to fail, or to be the last one, on a real file system; then what is left is
// examined, opened and worked on.
import { spawn, spawnSync } from "node:child_process"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { fileURLToPath } from "node:url"
import { rolldown } from "rolldown"
import * as Effect from "effect/Effect"
import * as References from "effect/References"
import { openedOver, takeSteps } from "./crashSteps.ts"
import { examine } from "./dataCheck.ts"
import { scenarios } from "./syscallsScenarios.ts"
import type { Scenario } from "./syscallsScenarios.ts"
import { standingStill } from "./syscallsStill.ts"
import {
  callCounts,
  injectionsFor,
  nameOf,
  parseTrace,
  pathsIn,
  straceOptions,
  struckIn
} from "./syscallsTrace.ts"
import type { Injection } from "./syscallsTrace.ts"

const project = fileURLToPath(new URL("../..", import.meta.url))

/** Why calls cannot be made to fail here; undefined where they can. A CI machine that may install strace does. */
export const whyNoStrace = (): string | undefined => {
  const works = () =>
    spawnSync("strace", ["-f", "-o", "/dev/null", "-e", "trace=write", "true"], {
      encoding: "utf8"
    })
  let tried = works()
  if (tried.error && process.env["CI"] === "true" && process.getuid?.() === 0) {
    spawnSync("apt-get", ["install", "-y", "strace"], { stdio: "ignore" })
    tried = works()
  }
  if (tried.error) return "strace is not installed (apt-get install strace)"
  return tried.status === 0 ? undefined : `strace may not trace here: ${tried.stderr.trim()}`
}

/** From source the workload takes four times as long to start. */
const bundle = async (directory: string): Promise<string> => {
  const built = await rolldown({
    cwd: project,
    input: { workload: path.join(import.meta.dirname, "syscallsWorkload.ts") },
    platform: "node",
    external: ["fs-native-extensions"],
    logLevel: "warn"
  })
  await built.write({ dir: directory, format: "esm", entryFileNames: "[name].mjs" })
  await built.close()
  fs.symlinkSync(path.join(project, "node_modules"), path.join(directory, "node_modules"))
  return path.join(directory, "workload.mjs")
}

interface Started {
  readonly acknowledged: ReadonlyArray<string>
  readonly stderr: string
}

/** One lane: a data directory of its own, at one path, so that every start in it makes the same calls. */
class Lane {
  readonly root: string
  readonly #workload: string
  readonly #trace: string

  constructor(directory: string, workload: string) {
    fs.mkdirSync(directory, { recursive: true })
    this.root = path.join(directory, "data")
    this.#trace = path.join(directory, "trace")
    this.#workload = workload
  }

  /** Answers what is on the disk, acknowledged, before the steps begin. */
  async prepare({ before, damage }: Scenario): Promise<ReadonlyArray<string>> {
    fs.rmSync(this.root, { recursive: true, force: true })
    fs.mkdirSync(this.root)
    const told: Array<string> = []
    if (before.length > 0) {
      const taken = takeSteps(before, (each) => told.push(each)).pipe(
        Effect.provide(openedOver(this.root)),
        Effect.provideService(References.MinimumLogLevel, "Error")
      )
      await Effect.runPromise(standingStill(taken, "before"))
    }
    damage?.(this.root)
    return told
  }

  start(options: ReadonlyArray<string>, { steps }: Scenario): Promise<Started> {
    const args = [
      "-f",
      "-o",
      this.#trace,
      ...options,
      process.execPath,
      this.#workload,
      this.root,
      ...steps
    ]
    // One thread of the pool: the calls come in one order.
    const env = {
      ...process.env,
      UV_THREADPOOL_SIZE: "1",
      NODE_COMPILE_CACHE: path.join(path.dirname(this.#workload), "cache")
    }
    const child = spawn("strace", args, { env, stdio: ["ignore", "pipe", "pipe"] })
    const said = { stdout: "", stderr: "" }
    child.stdout.setEncoding("utf8").on("data", (text: string) => void (said.stdout += text))
    child.stderr.setEncoding("utf8").on("data", (text: string) => void (said.stderr += text))
    return new Promise((resolve, reject) => {
      child.once("error", reject)
      child.once(
        "close",
        () => resolve({ acknowledged: said.stdout.split("\n").slice(0, -1), stderr: said.stderr })
      )
    })
  }

  readTrace(): string {
    return fs.readFileSync(this.#trace, "utf8")
  }
}

const fileCalls = "trace=file,desc"
const onlyOn = (paths: ReadonlyArray<string>): ReadonlyArray<string> =>
  paths.flatMap((each) => ["-P", each])

export interface Planned {
  readonly scenario: string
  readonly injection: Injection
  /** Files that the workload touches, relative to the data directory. */
  readonly paths: ReadonlyArray<string>
}

/** Starts that one fault is given to strike in. */
const triesMax = 4

export const nameOfPlanned = ({ injection, scenario }: Planned): string =>
  `${scenario}:${nameOf(injection)}`

export interface SyscallsReport {
  starts: number
  /** Faults that struck, by kind: a kill where the process died of it. */
  readonly struck: { [fault: string]: number }
  acknowledged: number
  /**
   * Faults that did not, though they were tried a few times: who shares a commit, and how often a lock is tried, differs
   * from start to start, so that the call may not be made.
   */
  readonly missed: Array<string>
  /** `<scenario>:<call>:<nth>:<fault>: what is wrong`. */
  readonly faults: Array<string>
}

export class SyscallsCampaign {
  readonly #directory: string
  readonly #lanes: ReadonlyArray<Lane>

  private constructor(directory: string, workload: string, lanes: number) {
    this.#directory = directory
    this.#lanes = Array.from(
      { length: lanes },
      (_, n) => new Lane(path.join(directory, `lane-${n}`), workload)
    )
  }

  static async make(lanes: number): Promise<SyscallsCampaign> {
    const directory = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "inkfast-syscalls-")))
    return new SyscallsCampaign(directory, await bundle(directory), lanes)
  }

  dispose(): void {
    fs.rmSync(this.#directory, { recursive: true, force: true })
  }

  /** Every fault at every file call of a scenario, as a clean run under strace shows them. */
  async plan(name: string): Promise<ReadonlyArray<Planned>> {
    const lane = this.#lanes[0]!
    const scenario = scenarios[name]!
    await lane.prepare(scenario)
    await lane.start(["-y", "-e", fileCalls], scenario)
    const paths = pathsIn(lane.readTrace(), lane.root)
    await lane.prepare(scenario)
    const clean = await lane.start([...onlyOn(paths), "-e", fileCalls], scenario)
    if (clean.stderr.trim() !== "" && scenario.damage === undefined) {
      throw new Error(`${name}: ${clean.stderr}`)
    }
    const injections = injectionsFor(callCounts(parseTrace(lane.readTrace())))
    const relative = paths.map((each) => path.relative(lane.root, each))
    return injections.map((injection) => ({ scenario: name, injection, paths: relative }))
  }

  async run(planned: ReadonlyArray<Planned>): Promise<SyscallsReport> {
    const report: SyscallsReport = {
      starts: 0,
      struck: {},
      acknowledged: 0,
      missed: [],
      faults: []
    }
    const queue = [...planned]
    await Promise.all(this.#lanes.map(async (lane) => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        await strike(lane, next, report)
      }
    }))
    return report
  }
}

/** One fault, until it strikes. */
const strike = async (lane: Lane, planned: Planned, report: SyscallsReport): Promise<void> => {
  const { fault } = planned.injection
  for (let tried = 0; tried < triesMax; tried++) {
    if (!(await tryToStrike(lane, planned, report))) continue
    report.struck[fault] = (report.struck[fault] ?? 0) + 1
    return
  }
  report.missed.push(nameOfPlanned(planned))
}

/** Answers whether it struck. Whatever happened, what is left is examined. */
const tryToStrike = async (
  lane: Lane,
  planned: Planned,
  report: SyscallsReport
): Promise<boolean> => {
  const { injection, paths } = planned
  const scenario = scenarios[planned.scenario]!
  const before = await lane.prepare(scenario)
  const here = paths.map((each) => path.join(lane.root, each))
  const { acknowledged } = await lane.start(
    [...onlyOn(here), ...straceOptions(injection)],
    scenario
  )
  const struck = struckIn(lane.readTrace(), injection.fault)
  report.starts++
  report.acknowledged += acknowledged.length
  const found = await examine(
    lane.root,
    [...before, ...acknowledged],
    900,
    scenario.damage !== undefined
  )
  report.faults.push(...found.map((fault) => `${nameOfPlanned(planned)}: ${fault}`))
  return struck > 0
}
