// A file of the kernel's own (/proc): it has no size, and is not there on every system.
import * as Effect from "effect/Effect"
import { Buffer } from "node:buffer"
import { Disk } from "../../../services/durability/Disk.ts"
import { readAllAt } from "../../../services/durability/FileIo.ts"

/** More than thousands of containers fill. */
const bytesMax = 4 * 1024 * 1024

/** Empty where it cannot be read. */
export const readKernelFile = (path: string): Effect.Effect<string, never, Disk> =>
  Effect.gen(function*() {
    const disk = yield* Disk
    const bytes = Buffer.allocUnsafe(bytesMax)
    const count = yield* readAllAt(disk, yield* disk.open(path, "read"), bytes, 0)
    return bytes.toString("utf8", 0, count)
  }).pipe(Effect.scoped, Effect.orElseSucceed(() => ""))
