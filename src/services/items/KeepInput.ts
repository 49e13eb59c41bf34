// What the check of an input has learnt is kept by a run, which writes to the data directory anyway; readers write nothing.
import * as Effect from "effect/Effect"
import { DataDirectory } from "../durability/DataDirectory.ts"
import type { Disk } from "../durability/Disk.ts"
import type { FileLock } from "../durability/FileLock.ts"
import { writeChecked } from "./CheckedFile.ts"
import type { ItemSource } from "./ItemSource.ts"

/** Smaller inputs are checked in no time. */
const worthBytes = 4 * 1024 * 1024

/** It is disposable: where it cannot be written, the input is checked the next time as well. */
export const keepInput = (
  { unkept }: Pick<ItemSource, "unkept">,
  bytesMin = worthBytes
): Effect.Effect<void, never, DataDirectory | Disk | FileLock> =>
  unkept === undefined || unkept.bytes < bytesMin ?
    Effect.void :
    Effect.flatMap(DataDirectory, ({ input }) => writeChecked(input, unkept)).pipe(
      Effect.catch((error) =>
        Effect.logWarning(`the check of the input was not kept: ${error.message}`)
      )
    )
