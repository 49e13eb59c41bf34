// Three writer processes killed with -9 at random moments, over and over, beside a raw reader that checks every line.
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import { execFileSync } from "node:child_process"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import * as NativeFileLock from "../../src/layers/NativeFileLock.ts"
import * as NodeDisk from "../../src/layers/NodeDisk.ts"
import * as NodeFileSystemType from "../../src/layers/NodeFileSystemType.ts"
import * as NodeScratch from "../../src/layers/NodeScratch.ts"
import { crashtest } from "../../src/programs/doctor/crashtest/crashtest.ts"
import { writerCommand } from "../../src/programs/doctor/crashtest/writerCommand.ts"
import { OwnCommand } from "../../src/services/OwnCommand.ts"

/** Where Node keeps what it has compiled of a command: a third of a start is compiling. */
const compiledOf = (command: string): string =>
  `NODE_COMPILE_CACHE=${path.join(path.dirname(command), "compiled")}`

const ownCommand = (command: string): OwnCommand["Service"] => [
  "/usr/bin/env",
  compiledOf(command),
  process.execPath,
  command
]

/** This machine's disk and processes; the writers are the command in that file. */
export const machineWith = (command: () => string) =>
  Layer.mergeAll(
    NodeServices.layer,
    Layer.provideMerge(NodeScratch.layer, Layer.mergeAll(NodeDisk.layer, NativeFileLock.layer)),
    NodeFileSystemType.layer,
    Layer.sync(OwnCommand, () => ownCommand(command()))
  )

export interface WriterKills {
  readonly kills: number
  readonly acknowledged: number
  /** By the raw reader, while the writers were at work. */
  readonly linesRead: number
}

/** So many kills are one data directory: two masters of half a gigabyte prove no more than smaller ones. */
const killsPerRound = 500

/** Only a process that ends by itself leaves what it has compiled to those after it. */
const compile = (command: string, directory: string): void => {
  const [env, ...args] = ownCommand(command)
  const data = path.join(directory, "compiled")
  execFileSync(env, [...args, writerCommand, "--data", data, "--name", "first", "--open-only"])
}

/** One data directory after the other. Throws at the first broken promise. */
export const killWriters = async (
  command: string,
  kills: number,
  seed: number,
  options: {
    readonly signal?: AbortSignal
    readonly onRound?: (sum: WriterKills) => void
  } = {}
): Promise<WriterKills> => {
  let sum: WriterKills = { kills: 0, acknowledged: 0, linesRead: 0 }
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "inkfast-kills-"))
  try {
    compile(command, directory)
    for (let round = 0; sum.kills < kills; round++) {
      const run = crashtest({
        directory,
        seconds: 24 * 3600,
        killsMax: Math.min(killsPerRound, kills - sum.kills)
      })
      const report = await Effect.runPromise(
        run.pipe(Random.withSeed(seed + round), Effect.provide(machineWith(() => command))),
        options
      )
      const check = report.checks.find(({ name }) => name === "kills")
      if (report.figures === null || check?.outcome !== "ok") {
        throw new Error(`seed ${seed + round}: ${JSON.stringify(report, undefined, 2)}`)
      }
      const { acknowledged, linesRead } = report.figures
      sum = {
        kills: sum.kills + report.figures.kills,
        acknowledged: sum.acknowledged + acknowledged,
        linesRead: sum.linesRead + linesRead
      }
      options.onRound?.(sum)
    }
  } finally {
    fs.rmSync(directory, { recursive: true, force: true })
  }
  return sum
}
