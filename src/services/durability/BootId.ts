// Which boot of the machine this is: what stood in the page cache before another one is gone.
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import { digest } from "../Digest.ts"
import { Disk } from "./Disk.ts"
import { readAllAt } from "./FileIo.ts"

const bootIdPath = "/proc/sys/kernel/random/boot_id"

/** Any id will do as long as it differs from every other: what it is compared to then never matches. */
const ofThisProcess = Effect.map(
  Effect.all([Random.nextInt, Random.nextInt, Random.nextInt, Random.nextInt]),
  (numbers) => digest(numbers.join())
)

/**
 * Linux tells an id that changes with every boot. Other systems are given one that no other process has: slots written
 * by others are then never trusted, which costs a recovery (a scan of the last batch) and is always right.
 */
const make = Effect.gen(function*() {
  const disk = yield* Disk
  const bytes = new Uint8Array(64)
  const read = Effect.scoped(
    Effect.flatMap(disk.open(bootIdPath, "read"), (file) => readAllAt(disk, file, bytes, 0))
  )
  const length = yield* Effect.orElseSucceed(read, () => 0)
  return length === 0 ? yield* ofThisProcess : digest(bytes.subarray(0, length))
})

/** 32 lower-case hex digits. */
export class BootId
  extends Context.Service<BootId, string>()("inkfast/services/durability/BootId")
{
  static readonly layer = Layer.effect(BootId, make)
}
