// Damaged bytes set aside, durably, before anything is cut: nothing is deleted silently.
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as path from "node:path"
import { digest } from "../Digest.ts"
import type { DiskError } from "./Disk.ts"
import type { RecoveryContext } from "./RecoveryContext.ts"
import { onDiskOf } from "./RecoveryContext.ts"
import { replaceFile } from "./ReplaceFile.ts"

/**
 * Writes `<file>.<byte offset>.<time>.<digest>` and answers its path. A crash after it and before the cut makes the
 * next recovery write the same bytes once more, under a later time.
 */
export const quarantine = (
  context: RecoveryContext,
  source: string,
  offset: number,
  bytes: Uint8Array
): Effect.Effect<string, DiskError> =>
  Effect.gen(function*() {
    const now = yield* DateTime.now
    const time = DateTime.formatIso(now).replaceAll(/[-:.]/g, "")
    const name = `${path.basename(source)}.${offset}.${time}.${digest(bytes).slice(0, 8)}`
    const target = path.join(context.quarantine, name)
    yield* context.disk.makeDirectory(context.quarantine)
    yield* onDiskOf(context)(replaceFile(target, bytes))
    return target
  })
