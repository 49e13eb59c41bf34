// Writes items.jsonl for this job: one row for each npm package installed below a node_modules, and its README beside it.
//
//   node examples/packages/make-items.ts [--modules node_modules] [--out examples/packages]
//
// Packages are listed by name, each version once; the version nearest to the root has the name alone for its slug. What
// the packages say of themselves is not to be trusted: a package.json without a name, or that is no JSON, is left out
// and counted.
import { createHash } from "node:crypto"
import * as fs from "node:fs"
import * as path from "node:path"

export interface PackageRow {
  readonly slug: string
  readonly name: string
  readonly version: string
  readonly description: string
  readonly licence: string
  readonly keywords: string
  readonly nodeRange: string
  readonly moduleKind: string
  readonly commands: string
  readonly dependencies: string
  readonly installLine: string
  /** Relative to items.jsonl; missing where the package has no README. */
  readonly readmePath?: string
}

export interface Skipped {
  readonly directory: string
  readonly reason: string
}

interface Package {
  readonly directory: string
  readonly manifest: { readonly [key: string]: unknown }
  readonly name: string
}

const manifestBytesMax = 1024 * 1024
const readmeBytesMax = 64 * 1024
const textCharsMax = 500
const listMax = 20
const notStated = "not stated"

/** One line, without control characters, of bounded length. */
const line = (value: unknown): string =>
  typeof value === "string"
    ? value.toWellFormed().replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, " ").trim().slice(0, textCharsMax)
      .toWellFormed()
    : ""

const fieldsOf = (value: unknown): { readonly [key: string]: unknown } =>
  value !== null && typeof value === "object" && !Array.isArray(value)
    ? value as { [key: string]: unknown }
    : {}

const listed = (values: ReadonlyArray<unknown>): string =>
  values.map(line).filter((text) => text !== "").slice(0, listMax).join(", ")

/** Names of a directory in byte order, so that every machine lists alike; none where it cannot be read. */
const entriesOf = (directory: string): ReadonlyArray<string> => {
  try {
    return fs.readdirSync(directory).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
  } catch {
    return []
  }
}

/** The directory behind any links; undefined where there is none, or the links go round. */
const realDirectory = (directory: string): string | undefined => {
  try {
    const real = fs.realpathSync(directory)
    return fs.statSync(real).isDirectory() ? real : undefined
  } catch {
    return undefined
  }
}

const readManifest = (directory: string): Package | Skipped => {
  const skip = (reason: string): Skipped => ({ directory, reason })
  try {
    const file = path.join(directory, "package.json")
    if (fs.statSync(file).size > manifestBytesMax) {
      return skip(`package.json is larger than ${manifestBytesMax} bytes`)
    }
    const manifest = fieldsOf(JSON.parse(fs.readFileSync(file, "utf8").replace(/^\uFEFF/, "")))
    const name = line(manifest["name"])
    return name === "" ? skip("package.json has no name") : { directory, manifest, name }
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === "ENOENT"
    return skip(
      missing ? "no package.json" : `package.json cannot be read: ${(error as Error).message}`
    )
  }
}

const versionOf = ({ manifest, name }: Package): string => `${name}@${line(manifest["version"])}`

/** Level by level from the root, so that the first of a name is the nearest one. Links that go round end here. */
const findPackages = (
  modules: string
): { readonly packages: ReadonlyArray<Package>; readonly skipped: ReadonlyArray<Skipped> } => {
  const byVersion = new Map<string, Package>()
  const skipped: Array<Skipped> = []
  const visited = new Set<string>()
  for (let level = [modules]; level.length > 0;) {
    const below: Array<string> = []
    for (const folder of level) {
      for (const entry of entriesOf(folder)) {
        if (entry.startsWith(".")) continue
        const real = realDirectory(path.join(folder, entry))
        if (real === undefined || visited.has(real)) continue
        visited.add(real)
        if (entry.startsWith("@")) {
          // A scope stands on the level of its packages: they come next, before anything nested deeper.
          below.unshift(real)
          continue
        }
        const found = readManifest(real)
        if ("reason" in found) skipped.push(found)
        else if (!byVersion.has(versionOf(found))) byVersion.set(versionOf(found), found)
        below.push(path.join(real, "node_modules"))
      }
    }
    level = below
  }
  // The sort keeps versions of one name in the order in which they were met.
  const packages = [...byVersion.values()].sort((a, b) =>
    Buffer.compare(Buffer.from(a.name), Buffer.from(b.name))
  )
  return { packages, skipped }
}

/**
 * `@scope/name` becomes `scope--name`, and a further version of it `scope--name-1.2.3`; what would clash with another gets a
 * part of its hash. In the order of the packages.
 */
const slugsOf = (packages: ReadonlyArray<Package>): ReadonlyArray<string> => {
  const taken = new Set<string>()
  const named = new Set<string>()
  return packages.map((each) => {
    const name = named.has(each.name) ? versionOf(each).replace(/@(?=[^@]*$)/, "-") : each.name
    named.add(each.name)
    const plain = name.replace(/^@/, "").replaceAll("/", "--").replace(/[^a-zA-Z0-9._-]+/g, "-")
      .replace(/^[.-]+/, "").slice(0, 100)
    // Compared without case: a README becomes a file, and some file systems do not tell cases apart.
    const clash = plain === "" || taken.has(plain.toLowerCase())
    const slug = clash
      ? `${plain || "package"}-${createHash("sha256").update(name).digest("hex").slice(0, 8)}`
      : plain
    taken.add(slug.toLowerCase())
    return slug
  })
}

const licenceOf = ({ license, licenses }: Package["manifest"]): string => {
  const stated = line(license) || line(fieldsOf(license)["type"])
  if (stated !== "") return stated.slice(0, 80)
  const several = Array.isArray(licenses)
    ? licenses.map((each) => line(fieldsOf(each)["type"]) || line(each))
    : []
  return listed(several).slice(0, 80) || notStated
}

const readmeOf = (directory: string): Buffer | undefined => {
  const names = entriesOf(directory).filter((name) =>
    /^readme(?:\.(?:md|markdown|txt|rst))?$/i.test(name)
  )
  for (const name of names.sort((a, b) => Number(/\.md$/i.test(b)) - Number(/\.md$/i.test(a)))) {
    try {
      const file = path.join(directory, name)
      if (!fs.statSync(file).isFile()) continue
      const bytes = fs.readFileSync(file).subarray(0, readmeBytesMax)
      // Cut between two characters, and whatever is no UTF-8 replaced: an evidence file is text.
      const text = bytes.toString("utf8").replace(/\uFFFD$/, "").replaceAll("\u0000", "")
      if (text.trim() !== "") return Buffer.from(text)
    } catch {
      // The next one, if any.
    }
  }
  return undefined
}

const rowOf = ({ manifest, name }: Package, slug: string): PackageRow => ({
  slug,
  name,
  version: line(manifest["version"]) || notStated,
  description: line(manifest["description"]),
  licence: licenceOf(manifest),
  keywords: Array.isArray(manifest["keywords"]) ? listed(manifest["keywords"]) : "",
  nodeRange: line(fieldsOf(manifest["engines"])["node"]) || notStated,
  moduleKind: manifest["type"] === "module" ? "ES modules" : "CommonJS",
  commands: typeof manifest["bin"] === "string"
    ? name
    : listed(Object.keys(fieldsOf(manifest["bin"]))),
  dependencies: listed(Object.keys(fieldsOf(manifest["dependencies"]))),
  installLine: `npm install ${name}`
})

/** Writes `items.jsonl` and `readmes/` into the directory, and answers what it found. */
export const makeItems = (
  modules: string,
  out: string
): { readonly rows: ReadonlyArray<PackageRow>; readonly skipped: ReadonlyArray<Skipped> } => {
  const { packages, skipped } = findPackages(modules)
  const slugs = slugsOf(packages)
  fs.rmSync(path.join(out, "readmes"), { recursive: true, force: true })
  fs.mkdirSync(path.join(out, "readmes"), { recursive: true })
  const rows = packages.map((each, at): PackageRow => {
    const row = rowOf(each, slugs[at]!)
    const readme = readmeOf(each.directory)
    if (readme === undefined) return row
    const readmePath = `readmes/${row.slug}.md`
    fs.writeFileSync(path.join(out, readmePath), readme)
    return { ...row, readmePath }
  })
  fs.writeFileSync(
    path.join(out, "items.jsonl"),
    rows.map((row) => `${JSON.stringify(row)}\n`).join("")
  )
  return { rows, skipped }
}

const optionOf = (name: string, otherwise: string): string => {
  const at = process.argv.indexOf(name)
  return at === -1 ? otherwise : process.argv[at + 1] ?? otherwise
}

if (import.meta.main) {
  const here = import.meta.dirname
  const out = optionOf("--out", here)
  const { rows, skipped } = makeItems(
    optionOf("--modules", path.join(here, "..", "..", "node_modules")),
    out
  )
  const named = skipped.filter(({ reason }) => reason !== "no package.json")
  for (const { directory, reason } of named) {
    process.stderr.write(`left out: ${directory}: ${reason}\n`)
  }
  process.stderr.write(
    `${rows.length} packages, ${
      rows.filter((row) => row.readmePath !== undefined).length
    } with a README: ${path.join(out, "items.jsonl")}\n`
  )
  if (rows.length === 0) process.exitCode = 1
}
