// Planted defects without a copy of the source on disk: its modules loaded once more, with changed text, beside the
// shipped ones. Types are stripped once a thread, so that a defect more costs a fifth of a second.
import * as fs from "node:fs"
import { registerHooks, stripTypeScriptTypes } from "node:module"
import * as path from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"

/** By the name of its defect, which stands in the address of each of its modules. */
const changed = new Map<string, ReadonlyMap<string, string>>()
const stripped = new Map<string, string>()
let isHooked = false

const markOf = (url: string): string | null => new URL(url).searchParams.get("planted")

const marked = (url: string, mark: string): string => {
  const whole = new URL(url)
  whole.searchParams.set("planted", mark)
  return whole.href
}

/** What the module is with the defect, or as it was shipped. */
const sourceOf = (file: string, mark: string): string => {
  const text = changed.get(mark)?.get(file)
  if (text !== undefined) return stripTypeScriptTypes(text)
  const known = stripped.get(file) ?? stripTypeScriptTypes(fs.readFileSync(file, "utf8"))
  stripped.set(file, known)
  return known
}

const hook = (): void => {
  if (isHooked) return
  isHooked = true
  registerHooks({
    resolve: (specifier, context, next) => {
      const { parentURL } = context
      const mark = parentURL?.startsWith("file:") ? markOf(parentURL) : null
      if (mark === null || parentURL === undefined || !specifier.startsWith(".")) {
        return next(specifier, context)
      }
      const url = marked(new URL(specifier, parentURL).href, mark)
      return { url, format: "module", shortCircuit: true }
    },
    load: (url, context, next) => {
      const mark = url.startsWith("file:") ? markOf(url) : null
      if (mark === null) return next(url, context)
      return { source: sourceOf(fileURLToPath(url), mark), format: "module", shortCircuit: true }
    }
  })
}

/** `texts`: what stands in the changed modules, by their paths. Answers how to import a module with all of them. */
export const planted = (name: string, texts: ReadonlyMap<string, string>) => {
  hook()
  changed.set(name, texts)
  return (file: string): Promise<never> =>
    import(/* @vite-ignore */ marked(pathToFileURL(path.resolve(file)).href, name)) as Promise<
      never
    >
}
