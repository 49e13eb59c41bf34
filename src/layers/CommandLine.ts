// What the command-line parser asks of its surroundings, and nothing that would make every start slower.
//
// The parser of `effect/cli` wants a file system, a way to start processes and a keyboard for parameters, completions
// and prompts that no command of ours has: all files go through `Disk`, and what starts a process brings `Subprocesses`.
// Node's own modules for the three would be a tenth of the start-up time, and the keyboard's would open standard input.
import * as NodePath from "@effect/platform-node/NodePath"
import * as NodeStdio from "@effect/platform-node/NodeStdio"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as ChildProcessSpawner from "effect/process/ChildProcessSpawner"
import * as Terminal from "effect/Terminal"

const unused = (what: string) => Effect.die(new Error(`the command line ${what}`))

const noProcesses = Layer.succeed(
  ChildProcessSpawner.ChildProcessSpawner,
  ChildProcessSpawner.make(() => unused("starts no processes"))
)

/** The window's size, 0 where there is no window. */
const window = Layer.succeed(
  Terminal.Terminal,
  Terminal.make({
    columns: Effect.sync(() => process.stdout.columns ?? 0),
    rows: Effect.sync(() => process.stdout.rows ?? 0),
    size: unused("follows no window"),
    readInput: unused("reads no keys"),
    readLine: unused("reads no lines"),
    display: () => unused("prompts for nothing")
  })
)

export const layer = Layer.mergeAll(
  NodePath.layer,
  NodeStdio.layer,
  FileSystem.layerNoop({}),
  noProcesses,
  window
)
