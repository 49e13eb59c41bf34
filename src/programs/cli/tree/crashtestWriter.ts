// The flags of the hidden command that a crash test starts and kills: a writer, or a try at a lock.
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { writerCommand } from "../../doctor/crashtest/writerCommand.ts"
import * as flags from "../flags.ts"
import { lazily } from "../lazily.ts"

const config = {
  data: Flag.String("data").pipe(
    Flag.withDescription("Data directory to write to"),
    Flag.withDefault(".")
  ),
  name: Flag.String("name").pipe(
    Flag.withDescription("What the ids of its records begin with"),
    Flag.withDefault("writer")
  ),
  openOnly: Flag.Boolean("open-only").pipe(
    Flag.withDescription("Only open the masters, which recovers them"),
    Flag.withDefault(false)
  ),
  shard: flags.shard,
  lock: Flag.String("lock").pipe(
    Flag.withMetavar("FILE"),
    Flag.withDescription("Instead: tell whether the lock of a file is granted"),
    Flag.optional
  )
}
export type Options = Command.Command.Config.Infer<typeof config>

export const command = Command.make(
  writerCommand,
  config,
  lazily(() => import("../crashtestWriter.ts"))
).pipe(
  Command.withDescription(
    "A writer of the crash test (inkfast doctor --crashtest), which starts and kills it"
  ),
  Command.unlisted
)
