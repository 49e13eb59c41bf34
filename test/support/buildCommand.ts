// The command as it is published, bundled into a directory of its own: from source it takes five times as long to start.
import * as fs from "node:fs"
import * as path from "node:path"
import { fileURLToPath } from "node:url"
import { rolldown } from "rolldown"

const root = fileURLToPath(new URL("../..", import.meta.url))

/** Answers the file to run with Node. */
export const buildCommand = async (directory: string): Promise<string> => {
  const bundle = await rolldown({
    cwd: root,
    input: { main: "src/bin.ts" },
    platform: "node",
    external: ["fs-native-extensions"],
    logLevel: "warn"
  })
  await bundle.write({
    dir: directory,
    format: "esm",
    entryFileNames: "[name].js",
    chunkFileNames: "[name]-[hash].js"
  })
  await bundle.close()
  fs.writeFileSync(path.join(directory, "package.json"), `{"type":"module"}\n`)
  fs.symlinkSync(path.join(root, "node_modules"), path.join(directory, "node_modules"))
  return path.join(directory, "main.js")
}
