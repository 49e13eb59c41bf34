// An example out of the documentation, as a program that runs.
import * as fs from "node:fs"
import * as path from "node:path"

export const powerCutsHeading = "### Power cuts, kills, failing calls"

const root = path.resolve(import.meta.dirname, "../..")

/** The first TypeScript example below a heading of a page in docs/. */
export const docExample = (page: string, heading: string): string => {
  const text = fs.readFileSync(path.join(root, "docs", page), "utf8")
  const below = text.split(`\n${heading}\n`)[1]
  const example = below === undefined ? undefined : /^```ts\n(.*?)^```$/ms.exec(below)?.[1]
  if (example === undefined) throw new Error(`docs/${page} has no example below "${heading}"`)
  return example
}

/** The same with the source in place of the installed package. */
export const onSource = (example: string): string =>
  example
    .replaceAll(`from "inkfast"`, `from ${JSON.stringify(path.join(root, "src/index.ts"))}`)
    .replaceAll(
      /from "inkfast\/(\w+)"/g,
      (_, name: string) => `from ${JSON.stringify(path.join(root, `src/${name}.ts`))}`
    )
