// Accepted records into updates.jsonl, then successes.jsonl: durable in both before anyone is told.
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { MasterRecord } from "../master/Record.ts"
import { toLineObject } from "../master/Record.ts"
import type { AppendError } from "./AppendError.ts"
import { BootId } from "./BootId.ts"
import * as CommitLog from "./CommitLog.ts"
import { DataDirectory } from "./DataDirectory.ts"
import { lineText } from "./LineCodec.ts"

const make = Effect.gen(function*() {
  const data = yield* DataDirectory
  const log = yield* CommitLog.open({
    files: [data.updates, data.successes],
    guard: {
      _tag: "Shared",
      lockFile: data.appenderLock,
      slotAt: 0,
      bootId: yield* BootId,
      swap: data.swap
    },
    quarantine: data.quarantine
  })
  return {
    append: (record: MasterRecord) => log.append(() => lineText(toLineObject(record))),
    broken: log.broken
  }
})

export class DurableAppender extends Context.Service<DurableAppender, {
  /**
   * Succeeds once the record is durable in both masters (I1). Uninterruptible from the call on; concurrent callers
   * share a commit. After a failed write every later append fails as `Poisoned` until the layer is built anew, which
   * recovers first.
   */
  readonly append: (record: MasterRecord) => Effect.Effect<void, AppendError>
  /** Fails with the first write error; never succeeds. What spends money races against it. */
  readonly broken: Effect.Effect<never, AppendError>
}>()("inkfast/services/durability/DurableAppender") {
  /** Makes the directories and recovers the masters: a probe never builds this. */
  static readonly layer = Layer.effect(DurableAppender, make).pipe(Layer.provide(BootId.layer))
}
