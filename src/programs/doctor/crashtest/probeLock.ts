// Whether a lock that this process holds keeps another process out: what every append relies on.
import * as Effect from "effect/Effect"
import { Disk } from "../../../services/durability/Disk.ts"
import { FileLock } from "../../../services/durability/FileLock.ts"
import { fail, ok } from "../DoctorReport.ts"
import { startWriter, WriterFailed } from "./startWriter.ts"

const name = "lock"
const advice =
  "two writers would tear each other's lines: put the data directory on a local disk with --data"

/** Whether another process gets the lock of the file. */
const isGrantedToAnother = (file: string) =>
  Effect.scoped(Effect.gen(function*() {
    let granted: boolean | undefined
    const process = yield* startWriter(["--lock", file], (event) => {
      if (event.event === "lock") granted = event.granted
    })
    yield* process.ended
    if (granted !== undefined) return granted
    return yield* new WriterFailed({
      detail: "it did not say whether it got the lock",
      exitCode: null
    })
  }))

/** Makes the file. */
export const probeLock = Effect.fnUntraced(function*(file: string) {
  const disk = yield* Disk
  const locks = yield* FileLock
  const opened = yield* disk.open(file, "update")
  if (!(yield* locks.tryLock(opened))) return fail(name, "a free lock cannot be taken", advice)
  if (yield* isGrantedToAnother(file)) {
    return fail(name, "two processes hold one lock at the same time", advice)
  }
  yield* locks.unlock(opened)
  return (yield* isGrantedToAnother(file))
    ? ok(name, "another process gets the lock only when this one lets it go")
    : fail(name, "a lock that was let go is not granted to another process", advice)
}, Effect.scoped)
