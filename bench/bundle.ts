// A contender bundled as the command is published: run from its sources it would hold another 70 MB, which Node needs to
// strip the types of hundreds of modules.
import * as fs from "node:fs"
import * as path from "node:path"
import { rolldown } from "rolldown"

const root = path.join(import.meta.dirname, "..")

/** Packages that find binaries beside their own files. */
const external = ["fs-native-extensions", "@duckdb/node-api"]

/** Bundles a file of this folder; the bundle is removed when this process ends. Answers the path to run. */
export const bundle = async (file: string): Promise<string> => {
  // Inside the project, so that the packages left out are found from there.
  const cache = path.join(root, "node_modules/.cache")
  fs.mkdirSync(cache, { recursive: true })
  const directory = fs.mkdtempSync(path.join(cache, "inkfast-bench-"))
  process.once("exit", () => fs.rmSync(directory, { recursive: true, force: true }))
  const bundled = await rolldown({
    input: path.join(import.meta.dirname, file),
    platform: "node",
    external,
    logLevel: "warn"
  })
  await bundled.write({
    dir: directory,
    format: "esm",
    entryFileNames: "main.mjs",
    chunkFileNames: "[name].mjs",
    minify: true
  })
  await bundled.close()
  return path.join(directory, "main.mjs")
}
