// The command as it is published, bundled into a directory of its own: from source it takes five times as long to start.
import * as fs from "node:fs"
import * as path from "node:path"
import { fileURLToPath } from "node:url"
import { bundleCommand } from "../../scripts/bundleCommand.ts"

const root = fileURLToPath(new URL("../..", import.meta.url))

/** Answers the file to run with Node. */
export const buildCommand = async (directory: string): Promise<string> => {
  await bundleCommand(directory, { minify: false })
  fs.writeFileSync(path.join(directory, "package.json"), `{"type":"module"}\n`)
  fs.symlinkSync(path.join(root, "node_modules"), path.join(directory, "node_modules"))
  return path.join(directory, "main.js")
}
