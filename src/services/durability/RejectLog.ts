// Terminal failures into rejects.jsonl, by the same engine as the masters.
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Reject } from "../master/Reject.ts"
import type { AppendError } from "./AppendError.ts"
import { BootId } from "./BootId.ts"
import * as CommitLog from "./CommitLog.ts"
import { DataDirectory } from "./DataDirectory.ts"
import { lineText } from "./LineCodec.ts"
import { slotBytes } from "./Slot.ts"

const make = Effect.gen(function*() {
  const data = yield* DataDirectory
  const log = yield* CommitLog.open({
    files: [data.rejects],
    guard: {
      _tag: "Shared",
      lockFile: data.appenderLock,
      slotAt: slotBytes,
      bootId: yield* BootId,
      swap: data.swap
    },
    quarantine: data.quarantine
  })
  return {
    append: (reject: Reject) => log.append(() => lineText(reject))
  }
})

export class RejectLog extends Context.Service<RejectLog, {
  /** Succeeds once the reject is durable. Uninterruptible. */
  readonly append: (reject: Reject) => Effect.Effect<void, AppendError>
}>()("inkfast/services/durability/RejectLog") {
  static readonly layer = Layer.effect(RejectLog, make).pipe(Layer.provide(BootId.layer))
}
