// The READMEs of the packages installed here, as the pages that a registry makes of them.
import { marked } from "marked"
import * as fs from "node:fs"
import * as path from "node:path"
import { divs, frameWords, semantic } from "./Chrome.ts"
import type { CorpusPage } from "./Page.ts"

const root = path.resolve(import.meta.dirname, "../../../node_modules")

const packages = [
  "undici",
  "ajv",
  "liquidjs",
  "linkedom",
  "robots-parser",
  "eld",
  "openai",
  "fast-check",
  "marked",
  "gpt-tokenizer",
  "rolldown",
  "@mozilla/readability"
]

/** Sentences of the README's own prose: paragraphs without markup, so that they must come through word for word. */
const sentencesOf = (markdown: string): ReadonlyArray<string> =>
  marked.lexer(markdown).flatMap((token) =>
    token.type === "paragraph" && /^[^<>[\]`*_&\\|"!#~\n]{30,600}$/.test(token.text)
      ? [token.text]
      : []
  )

const readmeOf = (name: string): string | undefined => {
  const folder = path.join(root, name)
  if (!fs.existsSync(folder)) return undefined
  const file = fs.readdirSync(folder).find((each) => /^readme\.md$/i.test(each))
  return file === undefined
    ? undefined
    : fs.readFileSync(path.join(folder, file), "utf8").slice(0, 60_000)
}

export const readmePages: ReadonlyArray<CorpusPage> = packages.flatMap((name, index) => {
  const readme = readmeOf(name)
  if (readme === undefined) return []
  const frame = index % 2 === 0 ? semantic : divs
  return [{
    name: `readme-${name.replace(/\W+/g, "-")}`,
    title: name,
    body: frame(name, marked.parse(readme, { async: false })),
    verdict: "found" as const,
    keeps: sentencesOf(readme),
    drops: frameWords
  }]
})
