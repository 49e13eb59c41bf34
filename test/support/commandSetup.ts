// Builds the command once for all tests that run it as a process, and removes it after them. With INKFAST_COMMAND set to
// a file they run that instead, such as what was installed from a package.
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import type { TestProject } from "vitest/node"
import { buildCommand } from "./buildCommand.ts"

declare module "vitest" {
  // oxlint-disable-next-line typescript/consistent-type-definitions
  export interface ProvidedContext {
    /** The file to run with Node, or why there is none: a broken bundle fails only the tests that run it. */
    readonly command: { readonly file: string } | { readonly failed: string }
  }
}

export default async (project: TestProject): Promise<() => void> => {
  const given = process.env["INKFAST_COMMAND"]
  if (given !== undefined) {
    project.provide("command", { file: path.resolve(given) })
    return () => undefined
  }
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "inkfast-command-"))
  project.provide(
    "command",
    await buildCommand(directory).then(
      (file) => ({ file }),
      (error: unknown) => ({ failed: String(error) })
    )
  )
  return () => fs.rmSync(directory, { recursive: true, force: true })
}
