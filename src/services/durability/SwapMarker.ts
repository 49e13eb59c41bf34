// The durable note that a swap of several files is decided: which temp becomes which target.
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { Disk } from "./Disk.ts"
import { DiskError } from "./Disk.ts"
import { readTextFile } from "./FileIo.ts"

/** A name in the marker's own directory, so that a data directory may be moved between crash and recovery. */
const FileName = Schema.String.check(Schema.isPattern(/^[^/\\]+$/))

export const SwapMarker = Schema.Struct({
  version: Schema.Literal(1),
  pairs: Schema.Array(Schema.Struct({
    temp: FileName,
    target: FileName,
    /** Sizes when the swap was decided. */
    tempBytes: Schema.Int,
    targetBytes: Schema.Int
  }))
})
export type SwapMarker = typeof SwapMarker.Type

const SwapMarkerJson = Schema.fromJsonString(SwapMarker)
const decode = Schema.decodeUnknownEffect(SwapMarkerJson)
const encode = Schema.encodeSync(SwapMarkerJson)

export const encodeMarker = (marker: SwapMarker): Uint8Array => Buffer.from(`${encode(marker)}\n`)

/** The marker at a path; undefined where no swap is decided. */
export const readMarker = (
  disk: Disk["Service"],
  path: string
): Effect.Effect<SwapMarker | undefined, DiskError> =>
  readTextFile(disk, path).pipe(
    Effect.flatMap((text) =>
      Effect.mapError(decode(text), (error) => {
        const detail =
          `this is no swap marker (${error.message}). It is only ever replaced whole, so something else ` +
          `wrote it: restore it from a backup, or move it aside and run an audit`
        return new DiskError({ operation: "finishSwap", path, code: "EBADMSG", detail })
      })
    ),
    Effect.catchIf((error) => error.code === "ENOENT", () => Effect.undefined)
  )
