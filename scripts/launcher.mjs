#!/usr/bin/env node
// The published command, copied to dist/bin.js: looks at Node's version, keeps compiled code for the next start, begins.
import module from "node:module"

const [major, minor] = process.versions.node.split(".").map(Number)
if (major < 22 || (major === 22 && minor < 19)) {
  console.error(
    `inkfast needs Node 22.19 or later; this is ${process.version} (${process.execPath})`
  )
  process.exit(1)
}
// A quarter of the start-up time is compiling. NODE_DISABLE_COMPILE_CACHE=1 turns this off.
module.enableCompileCache()
await import("./main.js")
