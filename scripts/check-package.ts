// Proves that the package works for someone else: packs it, installs the tarball in an empty project, uses it there.
import { execFileSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { docExample, powerCutsHeading } from "../test/support/docExample.ts"

const root = fileURLToPath(new URL("..", import.meta.url))
const manifest = JSON.parse(readFileSync(`${root}package.json`, "utf8")) as {
  readonly version: string
  readonly exports: { readonly [entry: string]: unknown }
}

const run = (directory: string, command: string, ...args: ReadonlyArray<string>): string =>
  execFileSync(command, args, {
    cwd: directory,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"]
  })

/** Imports every entry point and fails on one that exports nothing. */
const importAll = (entries: ReadonlyArray<string>): string =>
  `for (const entry of ${JSON.stringify(entries)}) {
    const names = Object.keys(await import(entry))
    if (names.length === 0) throw new Error(entry + " exports nothing")
    console.log(entry + ": " + names.length + " exports")
  }`

const directory = mkdtempSync(join(tmpdir(), "inkfast-package-"))
try {
  run(root, process.execPath, "scripts/build.ts")
  run(root, `${root}node_modules/.bin/publint`, "--strict")
  const [packed] = JSON.parse(
    run(root, "npm", "pack", "--json", "--ignore-scripts", "--pack-destination", directory)
  ) as ReadonlyArray<
    { readonly filename: string; readonly size: number; readonly files: ReadonlyArray<unknown> }
  >
  if (packed === undefined) throw new Error("npm pack made no tarball")
  const tarball = join(directory, packed.filename)
  process.stdout.write(
    `${packed.filename}: ${Math.round(packed.size / 1024)} KiB, ${packed.files.length} files\n`
  )
  run(root, `${root}node_modules/.bin/attw`, tarball, "--profile", "esm-only", "--format", "ascii")

  writeFileSync(
    join(directory, "package.json"),
    JSON.stringify({ name: "stranger", private: true, type: "module" })
  )
  run(
    directory,
    "npm",
    "install",
    "--prefer-offline",
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
    tarball
  )
  const help = run(directory, "npx", "--no-install", "inkfast", "--help")
  for (
    const command of [
      "init",
      "generate",
      "probe",
      "consolidate",
      "audit",
      "status",
      "doctor",
      "fake-llm"
    ]
  ) {
    if (!help.includes(command)) {
      throw new Error(`inkfast --help does not name ${command}:\n${help}`)
    }
  }
  if (help !== run(root, process.execPath, "src/bin.ts", "--help")) {
    throw new Error(`inkfast --help of the bundle is not what the source says:\n${help}`)
  }
  const entries = Object.keys(manifest.exports)
    .filter((entry) => entry !== "./package.json")
    .map((entry) => `inkfast${entry.slice(1)}`)
  process.stdout.write(
    run(directory, process.execPath, "--input-type=module", "--eval", importAll(entries))
  )
  // TypeScript as Node runs it, outside of node_modules.
  writeFileSync(join(directory, "example.ts"), docExample("embedding.md", powerCutsHeading))
  process.stdout.write(
    `docs/embedding.md, power cuts: ${run(directory, process.execPath, "example.ts")}`
  )
  process.stdout.write(
    `package inkfast ${manifest.version}: installed elsewhere, runs and imports\n`
  )
} finally {
  rmSync(directory, { recursive: true, force: true })
}
