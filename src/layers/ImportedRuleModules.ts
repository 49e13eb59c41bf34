// Rules of the user's own out of TypeScript or JavaScript modules on this machine's disk.
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { dirname, resolve } from "node:path"
import { pathToFileURL } from "node:url"
import { digest } from "../services/Digest.ts"
import { Disk } from "../services/durability/Disk.ts"
import { readTextFile } from "../services/durability/FileIo.ts"
import { RuleModules, type UserCheck, UserRuleError } from "../services/qa/UserRule.ts"

const moduleBytesMax = 4 * 1024 * 1024
/** Of more files the rest does not count in the version. */
const filesMax = 200

/** `from "./x.ts"`, `import("../x.ts")`, `require("./x.json")`: files of the job's owner, not packages. */
const relativeImport = /\b(?:from|import|require)\s*\(?\s*["'](\.{1,2}\/[^"'\n]+)["']/g

const isCheck = (value: unknown): value is UserCheck => typeof value === "function"

const defaultOf = (loaded: unknown): unknown =>
  typeof loaded === "object" && loaded !== null && "default" in loaded ? loaded.default : undefined

/** The texts of the files that a module imports by a relative path, and that these import, in the order they are met. */
const importedTexts = Effect.fnUntraced(function*(
  disk: Disk["Service"],
  path: string,
  text: string
) {
  const seen = new Set([resolve(path)])
  const texts: Array<string> = []
  const waiting = [{ path: resolve(path), text }]
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    for (const [, specifier = ""] of next.text.matchAll(relativeImport)) {
      const imported = resolve(dirname(next.path), specifier)
      if (seen.has(imported) || seen.size >= filesMax) continue
      seen.add(imported)
      // What is not there fails when it is imported, or stood in a comment.
      const found = yield* Effect.option(readTextFile(disk, imported, moduleBytesMax))
      if (found._tag === "None") continue
      texts.push(found.value)
      waiting.push({ path: imported, text: found.value })
    }
  }
  return texts
})

/** Runs the module: it is code of the job's owner, as the job itself is. */
export const layer: Layer.Layer<RuleModules, never, Disk> = Layer.effect(
  RuleModules,
  Effect.map(Disk, (disk) => ({
    load: (path) =>
      Effect.gen(function*() {
        const failed = (detail: string) => new UserRuleError({ use: path, detail })
        const text = yield* Effect.mapError(
          readTextFile(disk, path, moduleBytesMax),
          (error) =>
            failed(
              error.code === "ENOENT" ? "there is no such file" : `cannot be read: ${error.message}`
            )
        )
        const version = digest([text, ...yield* importedTexts(disk, path, text)].join("\0"))
        // The version in the address: a module that was changed is loaded anew.
        const url = `${pathToFileURL(resolve(path)).href}?version=${version}`
        const loaded = yield* Effect.tryPromise({
          try: (): Promise<unknown> => import(url),
          catch: (error) =>
            failed(`cannot be loaded: ${error instanceof Error ? error.message : String(error)}`)
        })
        const check = defaultOf(loaded)
        return isCheck(check)
          ? { version, check }
          : yield* failed("its default export is no function; export default (input) => [ … ]")
      })
  }))
)
