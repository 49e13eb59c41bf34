// Loaded into the command before anything of it (`node --import`): one call on the disk does not come back until a signal
// has come, or never. So a signal comes while a run is at just that point, and nobody waits for a time.
//
// What to hold is in INKFAST_HOLD. Says "held" on stderr once the call is made, and "signalled" for each signal.
import fs from "node:fs"
import { syncBuiltinESMExports } from "node:module"

/** A call that goes through the thread pool, as `node:fs` names it. */
type HeldCall = "fdatasync" | "fsync" | "read" | "readdir"

export interface Hold {
  readonly call: HeldCall
  /** Of the file, a pattern. */
  readonly path: string
  /** Only once this has been written to standard output. */
  readonly after?: string
  /** Not even a signal lets it go. */
  readonly isForEver?: boolean
}

type Call = (...args: ReadonlyArray<unknown>) => unknown

const pathOf = (first: unknown): string =>
  typeof first === "number" ? fs.readlinkSync(`/proc/self/fd/${first}`) : String(first)

const say = (word: string): number => fs.writeSync(2, `${word}\n`)

const install = ({ after, call, isForEver = false, path }: Hold): void => {
  const pattern = new RegExp(path)
  let isDue = after === undefined
  let held: (() => void) | undefined
  const original = fs[call] as Call
  Object.assign(fs, {
    [call]: (...args: ReadonlyArray<unknown>) => {
      if (!isDue || held !== undefined || !pattern.test(pathOf(args[0]))) return original(...args)
      held = () => void original(...args)
      say("held")
      return undefined
    }
  })
  syncBuiltinESMExports()

  if (after !== undefined) {
    const write = process.stdout.write.bind(process.stdout) as (...args: Array<unknown>) => boolean
    const watched = (...args: Array<unknown>): boolean => {
      isDue ||= String(args[0]).includes(after)
      return write(...args)
    }
    process.stdout.write = watched
  }
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      say("signalled")
      // The command's own handler comes first.
      if (!isForEver) setImmediate(() => held?.())
    })
  }
}

const wanted = process.env["INKFAST_HOLD"]
if (wanted !== undefined) install(JSON.parse(wanted) as Hold)
