// `FileSystemType` over node:fs.
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as fs from "node:fs"
import { FileSystemType } from "../services/durability/FileSystemType.ts"

export const layer: Layer.Layer<FileSystemType> = Layer.succeed(FileSystemType, {
  of: (path) =>
    Effect.sync(() => {
      // Elsewhere the numbers mean other file systems.
      if (process.platform !== "linux") return undefined
      try {
        return fs.statfsSync(path).type >>> 0
      } catch {
        return undefined
      }
    })
})
