// The hidden writer command as a process of a test, without the rest of the command line.
//
//   node crashtestWriter.ts crashtest-writer --data DIR --name NAME [--open-only] | --lock FILE
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Option from "effect/Option"
import { parseArgs } from "node:util"
import * as NativeFileLock from "../../src/layers/NativeFileLock.ts"
import * as NodeDisk from "../../src/layers/NodeDisk.ts"
import { handle } from "../../src/programs/cli/crashtestWriter.ts"

const { values } = parseArgs({
  allowPositionals: true,
  options: {
    data: { type: "string", default: "." },
    name: { type: "string", default: "writer" },
    "open-only": { type: "boolean", default: false },
    lock: { type: "string" }
  }
})

const platform = Layer.mergeAll(
  NodeServices.layer,
  NodeDisk.layer,
  NativeFileLock.layer,
  Layer.succeed(Logger.LogToStderr, true)
)
const fiber = Effect.runFork(
  Effect.provide(
    handle({
      data: values.data,
      name: values.name,
      openOnly: values["open-only"],
      lock: Option.fromUndefinedOr(values.lock)
    }),
    platform
  )
)
fiber.addObserver((exit) => process.exit(exit._tag === "Success" ? 0 : 1))
