// Adds to package-lock.json the platform packages that npm left out because the registry at hand does not carry them.
//
// `npm ci` refuses a lock file that lacks an optional package it cannot fetch either. The versions come from the
// manifests that ask for the packages, the platform from the package's name, so one lock serves every machine.
// Run it after `npm install <package>`: node scripts/complete-lock.ts
import { readFileSync, writeFileSync } from "node:fs"

interface LockEntry {
  version?: string
  cpu?: ReadonlyArray<string>
  os?: ReadonlyArray<string>
  libc?: ReadonlyArray<string>
  dev?: boolean
  optional?: boolean
  optionalDependencies?: { readonly [name: string]: string }
}

interface Lock {
  packages: { [location: string]: LockEntry }
}

const lockFile = new URL("../package-lock.json", import.meta.url)
const operatingSystems = ["android", "darwin", "freebsd", "linux", "openharmony", "win32", "wasi"]
const processors = ["arm64", "arm", "ia32", "loong64", "ppc64", "riscv64", "s390x", "x64", "wasm32"]

/** The locations where Node looks for `name` from the package at `location`, nearest first. */
const candidates = (location: string, name: string): ReadonlyArray<string> => {
  const parts = `/${location}`.split("/node_modules/")
  return parts.map((_, up) =>
    [...parts.slice(0, parts.length - up), name].join("/node_modules/").slice(1)
  )
}

const exact = /^\d+\.\d+\.\d+(-[\w.]+)?$/

const platformOf = (name: string): Pick<LockEntry, "cpu" | "os" | "libc"> => {
  const words = name.slice(name.indexOf("/") + 1).split("-")
  const os = words.find((word) => operatingSystems.includes(word))
  const cpu = words.find((word) => processors.includes(word))
  const libc = words.some((word) => word.startsWith("musl"))
    ? "musl"
    : words.some((word) => word === "glibc" || word.startsWith("gnu"))
    ? "glibc"
    : undefined
  return {
    ...(cpu === undefined ? {} : { cpu: [cpu] }),
    ...(libc === undefined ? {} : { libc: [libc] }),
    ...(os === undefined || os === "wasi" ? {} : { os: [os] })
  }
}

/** Adds what is missing, beside the package that asks for it. Only an exact version needs no registry. */
const complete = (packages: Lock["packages"]): number => {
  let added = 0
  for (const [location, entry] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
      const places = candidates(location, name)
      const found = places.find((place) => place in packages)
      if (found !== undefined && (!exact.test(version) || packages[found]?.version === version)) {
        continue
      }
      if (!exact.test(version)) {
        throw new Error(`${location} asks for ${name}@${version}: add it by hand`)
      }
      const free = places.slice(1).toReversed().find((place) => !(place in packages)) ??
        `${location}/node_modules/${name}`
      const dev = entry.dev === true ? { dev: true } : {}
      packages[free] = { version, ...platformOf(name), ...dev, optional: true }
      added += 1
    }
  }
  return added
}

const lock = JSON.parse(readFileSync(lockFile, "utf8")) as Lock
const added = complete(lock.packages)
lock.packages = Object.fromEntries(
  Object.entries(lock.packages).sort(([a], [b]) => a.localeCompare(b, "en"))
)
if (added > 0) writeFileSync(lockFile, JSON.stringify(lock, null, 2) + "\n")
process.stdout.write(`package-lock.json: ${added} platform packages added\n`)
