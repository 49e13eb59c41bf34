// What the command-line parser asks of its surroundings, without making every start slower.
//
// The parser of `effect/cli` wants a file system, its paths and a way to start processes for parameters that no command of
// ours has: all files go through `Disk`, and what starts a process brings `Subprocesses`. It wants a keyboard only for its
// wizard. Node's own modules for all of them are a fifth of the start-up time, and the keyboard's opens standard input.
import * as NodeStdio from "@effect/platform-node/NodeStdio"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Path from "effect/Path"
import * as ChildProcessSpawner from "effect/process/ChildProcessSpawner"
import * as Scope from "effect/Scope"
import * as Terminal from "effect/Terminal"

const noProcesses = Layer.succeed(
  ChildProcessSpawner.ChildProcessSpawner,
  ChildProcessSpawner.make(() => Effect.die(new Error("the command line starts no processes")))
)

/** The window is asked at once, the keyboard loaded with the first question. */
const terminal = Layer.effect(
  Terminal.Terminal,
  Effect.gen(function*() {
    const scope = yield* Effect.scope
    const keyboard = yield* Effect.cached(
      Effect.flatMap(
        Effect.promise(() => import("@effect/platform-node/NodeTerminal")),
        (NodeTerminal) => Scope.provide(NodeTerminal.make(), scope)
      )
    )
    return Terminal.make({
      columns: Effect.sync(() => process.stdout.columns ?? 0),
      rows: Effect.sync(() => process.stdout.rows ?? 0),
      size: Effect.flatMap(keyboard, ({ size }) => size),
      readInput: Effect.flatMap(keyboard, ({ readInput }) => readInput),
      readLine: Effect.flatMap(keyboard, ({ readLine }) => readLine),
      display: (text) => Effect.flatMap(keyboard, ({ display }) => display(text))
    })
  })
)

export const layer = Layer.mergeAll(
  Path.layer,
  NodeStdio.layer,
  FileSystem.layerNoop({}),
  noProcesses,
  terminal
)
