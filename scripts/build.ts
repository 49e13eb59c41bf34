// Builds what is published: the library (ESM and types) into dist/lib, the bundled command into dist/bin.js and main.js.
import { execFileSync } from "node:child_process"
import { chmodSync, copyFileSync, rmSync, statSync } from "node:fs"
import { fileURLToPath } from "node:url"
import type { OutputChunk } from "rolldown"
import { bundleCommand } from "./bundleCommand.ts"

const root = fileURLToPath(new URL("..", import.meta.url))

/** Heavy, and needed by some commands only: they must be reached through `import()`, or every start pays for them. */
const lazy = [
  "openai",
  "liquidjs",
  "gpt-tokenizer",
  "@pydantic/genai-prices",
  "ajv",
  "undici",
  "htmlparser2",
  "linkedom",
  "@mozilla/readability",
  "robots-parser",
  "eld",
  "entities",
  // As a module it loads Node's promises of files, readline and workers with it; `node:util` much else.
  "node:fs",
  "node:util"
]

/** The chunks that Node loads before the first line of the command runs. */
const startUpChunks = (chunks: ReadonlyArray<OutputChunk>): ReadonlyArray<OutputChunk> => {
  const byName = new Map(chunks.map((chunk) => [chunk.fileName, chunk]))
  const seen = new Set(chunks.filter((chunk) => chunk.isEntry).map((chunk) => chunk.fileName))
  for (const name of seen) byName.get(name)?.imports.forEach((imported) => seen.add(imported))
  return chunks.filter((chunk) => seen.has(chunk.fileName))
}

/** What a start loads, if it is heavy: whoever imports it that early, `import()` is the way. */
const refuseHeavy = (eager: ReadonlyArray<OutputChunk>): void => {
  const ids = eager.flatMap(({ imports, moduleIds }) => [...moduleIds, ...imports])
  for (const name of lazy) {
    const culprit = ids.find((id) => id.includes(`/node_modules/${name}/`) || id === name)
    if (culprit === undefined) continue
    throw new Error(
      `${name} is on the start-up path of the command (${culprit}): import it with import() where it is used`
    )
  }
}

const buildLibrary = (): void => {
  try {
    execFileSync(`${root}node_modules/.bin/tsc`, ["-p", "tsconfig.build.json"], {
      cwd: root,
      stdio: "inherit"
    })
  } catch {
    // The compiler has said why.
    process.exit(1)
  }
}

const buildCommand = async (): Promise<void> => {
  const chunks = await bundleCommand(`${root}dist`, { minify: true })
  const eager = startUpChunks(chunks)
  refuseHeavy(eager)
  const bin = `${root}dist/bin.js`
  copyFileSync(`${root}scripts/launcher.mjs`, bin)
  chmodSync(bin, 0o755)
  const kib = (files: ReadonlyArray<OutputChunk>): number =>
    Math.round(
      files.reduce((sum, file) => sum + statSync(`${root}dist/${file.fileName}`).size, 0) / 1024
    )
  process.stdout.write(
    `dist/main.js: ${kib(eager)} KiB at start-up in ${eager.length} files, ${
      kib(chunks)
    } KiB in ${chunks.length} in all\n`
  )
}

rmSync(`${root}dist`, { recursive: true, force: true })
buildLibrary()
await buildCommand()
