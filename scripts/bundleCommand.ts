// Bundles the command: one file that every start loads, and others that come with the work that needs them.
import { fileURLToPath } from "node:url"
import { rolldown } from "rolldown"
import type { OutputChunk } from "rolldown"
import { lateSegmenter } from "./lateSegmenter.ts"

/** Found by its prebuilt binary beside its own files, so it stays a package. */
const external = ["fs-native-extensions"]

/** Answers the chunks; the one to run is `main.js`. */
export const bundleCommand = async (
  directory: string,
  { minify }: { readonly minify: boolean }
): Promise<ReadonlyArray<OutputChunk>> => {
  const bundle = await rolldown({
    cwd: fileURLToPath(new URL("..", import.meta.url)),
    input: { main: "src/bin.ts" },
    platform: "node",
    external,
    plugins: [lateSegmenter],
    logLevel: "warn"
  })
  const { output } = await bundle.write({
    dir: directory,
    format: "esm",
    entryFileNames: "[name].js",
    chunkFileNames: "chunks/[name]-[hash].js",
    // What every start needs is one file to be found, read and compiled.
    codeSplitting: { groups: [{ name: "start", tags: ["$initial"] }] },
    minify
  })
  await bundle.close()
  return output.filter((file) => file.type === "chunk")
}
