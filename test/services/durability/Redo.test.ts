// The end of a file is written anew, and whatever cuts that off, no line of it is lost.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as CrashDisk from "../../../src/layers/CrashDisk.ts"
import { Disk } from "../../../src/services/durability/Disk.ts"
import { FileLock } from "../../../src/services/durability/FileLock.ts"
import { encodeLine } from "../../../src/services/durability/LineCodec.ts"
import type { RecoveryContext } from "../../../src/services/durability/RecoveryContext.ts"
import { finishRewrite, rewriteEnd } from "../../../src/services/durability/Redo.ts"

const target = "/m/updates.jsonl"
const lines = ["a", "b", "c"].map((slug) =>
  Buffer.from(encodeLine({ slug, text: slug.repeat(90) }))
)
const [first] = lines as [Buffer]
const whole = Buffer.concat(lines).toString()

const started = (): CrashDisk.CrashMachine => {
  const machine = CrashDisk.start()
  machine.store.put(target, whole)
  return machine
}

const withContext = <A, E>(
  use: (context: RecoveryContext) => Effect.Effect<A, E>
): Effect.Effect<A, E, Disk | FileLock> =>
  Effect.gen(function*() {
    const disk = yield* Disk
    const locks = yield* FileLock
    const limits = { maxBatchBytes: 4096, maxLineBytes: 4096 }
    return yield* use({ disk, locks, quarantine: "/q", ...limits })
  })

/** Both lines behind the first, taken out and appended again. */
const rewrite = withContext((context) =>
  Effect.scoped(Effect.gen(function*() {
    const file = yield* context.disk.open(target, "append")
    const { inode } = yield* context.disk.statFile(file)
    const redo = { inode, cut: first.byteLength, lines: Buffer.concat(lines.slice(1)) }
    yield* rewriteEnd(context, file, redo)
  }))
)

const finish = withContext((context) =>
  Effect.scoped(Effect.gen(function*() {
    yield* finishRewrite(context, yield* context.disk.open(target, "append"))
  }))
)

describe("rewriteEnd", () => {
  it.effect("I1 I7: killed at any call, and the power is cut at any moment of the recovery: every line is there", () =>
    Effect.gen(function*() {
      for (let call = 0, isOver = false; !isOver; call++) {
        const machine = started()
        const process = machine.process()
        process.killAt(call)
        isOver = Exit.isSuccess(yield* Effect.exit(Effect.provide(rewrite, process.layer)))
        const from = machine.store.ops.length
        const next = machine.killed()
        yield* Effect.provide(finish, next.layer)
        assert.strictEqual(next.store.get(target)?.toString(), whole)
        for (const cut of next.powerCuts({ perMoment: 32, seed: call })) {
          if (cut.after < from) continue
          yield* Effect.provide(finish, cut.machine.layer)
          const where =
            `killed at call ${call}, power cut after ${cut.after} of ${cut.choice.join()}`
          assert.strictEqual(cut.machine.store.get(target)?.toString(), whole, where)
        }
      }
    }))
})
