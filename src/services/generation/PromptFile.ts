// A prompt file taken apart: front matter, then the system and the user part, each with its first line.
import * as Yaml from "effect/encoding/Yaml"
import { nearest } from "../Nearest.ts"

/** A part of the prompt: its template and the line of the file on which it begins, from 1. */
export interface PromptPart {
  readonly role: "system" | "user"
  readonly template: string
  readonly firstLine: number
}

/** A prompt file that cannot be used; `line` is 0 where the file as a whole is at fault. */
export class PromptFault {
  readonly line: number
  readonly detail: string
  /** The column that the prompt names and the row does not have, where that is the fault. */
  readonly column: string | null
  constructor(line: number, detail: string, column: string | null = null) {
    this.line = line
    this.detail = detail
    this.column = column
  }
}

const frontMatterKeys = ["name", "description"] as const

const example = "a prompt file looks like this:\n" +
  "---\nname: product-page\n---\n--- system\nYou write …\n--- user\nWrite about {{ item.title }}.\n{{ evidence }}"

const roles = ["system", "user"] as const

const frontMatterFault = (yaml: string): PromptFault | undefined => {
  let value: unknown
  try {
    value = Yaml.parse(yaml)
  } catch (error) {
    return new PromptFault(
      1,
      `front matter: ${error instanceof Error ? error.message : String(error)}`
    )
  }
  if (value === null || value === undefined) return undefined
  if (typeof value !== "object" || Array.isArray(value)) {
    return new PromptFault(
      2,
      "front matter must be `key: value` lines, such as `name: product-page`"
    )
  }
  for (const [key, content] of Object.entries(value)) {
    const line = 2 +
      Math.max(0, yaml.split("\n").findIndex((text) => text.trimStart().startsWith(key)))
    if (!frontMatterKeys.some((known) => known === key)) {
      const near = nearest(key, frontMatterKeys)
      return new PromptFault(
        line,
        `front matter has no key "${key}"${
          near === undefined ? "" : `; did you mean "${near}"?`
        } ` +
          `(known: ${frontMatterKeys.join(", ")}; models, limits and rules stand in inkfast.yaml)`
      )
    }
    if (typeof content !== "string") {
      return new PromptFault(line, `front matter: "${key}" must be text`)
    }
  }
  return undefined
}

/** The line number of the closing `---`, or 0 where there is no front matter. */
const frontMatterEnd = (lines: ReadonlyArray<string>): number | PromptFault => {
  if (lines[0]?.trimEnd() !== "---") return 0
  const end = lines.findIndex((line, index) => index > 0 && line.trimEnd() === "---")
  if (end === -1) {
    return new PromptFault(1, "the front matter is not closed; add a line `---` below it")
  }
  return frontMatterFault(lines.slice(1, end).join("\n")) ?? end + 1
}

/** A line that begins a part, and nothing else: `--- system`, `--- user`. */
const delimiter = /^---[ \t]+([A-Za-z]+)[ \t]*$/

/**
 * `--- system` and `--- user`, each alone on its line, begin the parts; `system` may be left out. Blank lines around a
 * part are not part of it.
 */
export const readPromptFile = (text: string): ReadonlyArray<PromptPart> | PromptFault => {
  const lines = text.replace(/^\uFEFF/, "").split(/\r?\n/)
  const start = frontMatterEnd(lines)
  if (start instanceof PromptFault) return start
  const parts: Array<{ role: "system" | "user"; from: number; lines: Array<string> }> = []
  for (let index = start; index < lines.length; index++) {
    const line = lines[index] ?? ""
    const word = delimiter.exec(line)?.[1]
    if (word !== undefined) {
      const role = roles.find((known) => known === word)
      if (role === undefined) {
        const near = nearest(word, roles)
        return new PromptFault(
          index + 1,
          `there is no part "${word}"${
            near === undefined ? "" : `; did you mean \`--- ${near}\`?`
          } (known: system, user)`
        )
      }
      if (parts.some((part) => part.role === role)) {
        return new PromptFault(index + 1, `a second part "${role}"; put both into one`)
      }
      parts.push({ role, from: index + 2, lines: [] })
      continue
    }
    const part = parts.at(-1)
    if (part !== undefined) part.lines.push(line)
    else if (line.trim() !== "") {
      return new PromptFault(
        index + 1,
        `text before the first part; begin with \`--- system\` or \`--- user\`. ${example}`
      )
    }
  }
  if (!parts.some((part) => part.role === "user")) {
    return new PromptFault(0, `there is no part "user"; ${example}`)
  }
  const empty = parts.find((part) => part.lines.every((line) => line.trim() === ""))
  if (empty !== undefined) {
    return new PromptFault(empty.from - 1, `the part "${empty.role}" is empty`)
  }
  return parts.map(({ from, lines: body, role }) => {
    const blank = body.findIndex((line) => line.trim() !== "")
    return { role, template: body.slice(blank).join("\n").trimEnd(), firstLine: from + blank }
  }).sort((a, b) => roles.indexOf(a.role) - roles.indexOf(b.role))
}
