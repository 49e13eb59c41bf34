// A process that takes the lock of the file it is given, says so, and holds it until it is killed.
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as NativeFileLock from "../../src/layers/NativeFileLock.ts"
import * as NodeDisk from "../../src/layers/NodeDisk.ts"
import { Disk } from "../../src/services/durability/Disk.ts"
import { FileLock } from "../../src/services/durability/FileLock.ts"

const held = Effect.gen(function*() {
  const file = yield* (yield* Disk).open(process.argv[2] ?? "", "update")
  yield* (yield* FileLock).lock(file)
  yield* Effect.sync(() => process.stdout.write("held\n"))
  // A pending promise alone would not keep the process.
  yield* Effect.acquireRelease(
    Effect.sync(() => process.stdin.resume().ref()),
    (stdin) => Effect.sync(() => stdin.pause())
  )
  return yield* Effect.never
})

Effect.runFork(
  Effect.scoped(held).pipe(Effect.provide(Layer.merge(NodeDisk.layer, NativeFileLock.layer)))
)
