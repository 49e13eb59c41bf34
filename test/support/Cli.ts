// A sandbox for the length of one test.
import { inject, onTestFinished } from "vitest"
import { Sandbox } from "./Sandbox.ts"

/** The file that Node runs. */
export const commandFile = (): string => {
  const command = inject("command")
  if ("failed" in command) throw new Error(`the command cannot be bundled: ${command.failed}`)
  return command.file
}

export const sandbox = (): Sandbox => {
  const box = new Sandbox(commandFile())
  onTestFinished(() => box.dispose())
  return box
}

/** Events of `--json`, which is to say all of standard output: each line must be one JSON value. */
export const eventsOf = (
  stdout: ReadonlyArray<string>
): ReadonlyArray<{ readonly event: string; readonly [key: string]: unknown }> =>
  stdout.map((line) => JSON.parse(line) as { readonly event: string })
