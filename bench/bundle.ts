// A contender bundled as the command is published: run from its sources it would hold another 70 MB, which Node needs to
// strip the types of hundreds of modules.
import * as fs from "node:fs"
import * as path from "node:path"
import { rolldown } from "rolldown"
import type { Plugin } from "rolldown"

const root = path.join(import.meta.dirname, "..")

/** Packages that find binaries beside their own files. */
const external = ["fs-native-extensions"]

/** How a line's checksum is compared, and what is said instead where none is computed: its frame alone. */
const unverified = [
  ["isHexOf(line, crc32(line.subarray(0, bodyLength)), digitsAt)", "false"],
  ["(isFramed ? framed : 0)", "(isFramed ? intact | framed : 0)"]
] as const

/** What the checksums of lines cost is seen where they are left out: nothing but a benchmark can do without them. */
const withoutChecksums: Plugin = {
  name: "without-checksums",
  transform: (code, id) => {
    if (!id.endsWith("LineCodec.ts")) return undefined
    return unverified.reduce((before, [written, instead]) => {
      if (!before.includes(written)) throw new Error(`no line says ${written} any more`)
      return before.replace(written, instead)
    }, code)
  }
}

/** Bundles a file of this folder; the bundle is removed when this process ends. Answers the path to run. */
export const bundle = async (file: string, verifies = true): Promise<string> => {
  // Inside the project, so that the packages left out are found from there.
  const cache = path.join(root, "node_modules/.cache")
  fs.mkdirSync(cache, { recursive: true })
  const directory = fs.mkdtempSync(path.join(cache, "inkfast-bench-"))
  process.once("exit", () => fs.rmSync(directory, { recursive: true, force: true }))
  const bundled = await rolldown({
    input: path.join(import.meta.dirname, file),
    platform: "node",
    external,
    plugins: verifies ? [] : [withoutChecksums],
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
