// What services say beside their results, as one more line of stderr: in the words of the command line, without the time and
// the fiber, which tell a person nothing. Of a defect its trace stands below: it is for whoever mends it.
import * as Cause from "effect/Cause"
import * as Logger from "effect/Logger"
import type * as LogLevel from "effect/LogLevel"
import { visible } from "./output.ts"

const marks: { readonly [level in LogLevel.LogLevel]?: string } = {
  Warn: "WARNING ",
  Error: "ERROR ",
  Fatal: "ERROR "
}

export const logLine = Logger.make(({ cause, logLevel, message }) => {
  const words = (Array.isArray(message) ? message : [message]).map(String).join(" ")
  const trace = cause.reasons.length === 0 ? "" : `\n${Cause.pretty(cause)}`
  return visible(`${marks[logLevel] ?? ""}${words}${trace}`)
})
