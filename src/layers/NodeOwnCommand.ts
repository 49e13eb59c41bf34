// `OwnCommand` of this process: Node, the flags it was given, and the script it was started with.
import * as Layer from "effect/Layer"
import { OwnCommand } from "../services/OwnCommand.ts"

/** For a process that was started as a command: from source as from the bundle, the script starts the same command. */
export const layer: Layer.Layer<OwnCommand> = Layer.sync(
  OwnCommand,
  (): OwnCommand["Service"] => [process.execPath, ...process.execArgv, ...process.argv.slice(1, 2)]
)
