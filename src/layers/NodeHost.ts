// `Host` of this process.
import * as Layer from "effect/Layer"
import effectPackage from "effect/package.json" with { type: "json" }
import { hostname } from "node:os"
import inkfastPackage from "inkfast/package.json" with { type: "json" }
import { Host } from "../services/Host.ts"

export const layer: Layer.Layer<Host> = Layer.sync(Host, () => ({
  name: hostname(),
  versions: {
    inkfast: inkfastPackage.version,
    node: process.versions.node,
    effect: effectPackage.version
  }
}))
