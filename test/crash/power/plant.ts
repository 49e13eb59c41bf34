// Plants a defect: a copy of the source with one change in it. A change whose text is no longer there fails loudly.
import * as fs from "node:fs"
import * as path from "node:path"
import type { Change, Mutant } from "./mutants.ts"
import { shippedSource } from "./subject.ts"

/** A defect in the code, or one between the code and its disk, which changes nothing here. */
type Planted = Pick<Mutant, "name" | "change">

/** The text wherever a formatter breaks its lines. */
const patternOf = (text: string): RegExp => {
  const tokens = text.trim().split(/\s+|(?<=[([{.])|(?=[)\]}.])/)
  return new RegExp(tokens.map((token) => token.replaceAll(/[^\w\s]/g, "\\$&")).join("\\s*"), "g")
}

const changed = (text: string, { name }: Planted, { file, from, to }: Change): string => {
  const pattern = patternOf(from)
  const found = text.match(pattern)?.length ?? 0
  if (found !== 1) {
    throw new Error(
      `"${name}" cannot be planted: ${file} has its text ${found} times instead of once. The code has moved: ` +
        `give the defect its new text in the list of mutants`
    )
  }
  return text.replace(pattern, () => to)
}

/** The files that the defect changes, by their path in the source, as they are with it. Throws where it does not fit. */
export const changedFiles = (mutant: Planted): ReadonlyMap<string, string> => {
  const texts = new Map<string, string>()
  for (const change of [mutant.change ?? []].flat()) {
    const { file } = change
    const text = texts.get(file) ?? fs.readFileSync(path.join(shippedSource, file), "utf8")
    texts.set(file, changed(text, mutant, change))
  }
  return texts
}

/** A copy of the source with the defect, below `directory`; the shipped source where the defect is between code and disk. */
export const sourceWith = (mutant: Mutant, directory: string): string => {
  if (mutant.change === undefined) return shippedSource
  const texts = changedFiles(mutant)
  const home = path.join(directory, mutant.name.replaceAll(/\W+/g, "-"))
  const source = path.join(home, "src")
  fs.mkdirSync(home, { recursive: true })
  fs.cpSync(shippedSource, source, { recursive: true })
  const root = path.dirname(shippedSource)
  fs.copyFileSync(path.join(root, "package.json"), path.join(home, "package.json"))
  fs.symlinkSync(path.join(root, "node_modules"), path.join(home, "node_modules"))
  for (const [file, text] of texts) fs.writeFileSync(path.join(source, file), text)
  return source
}
