// Help as wide as the terminal: descriptions are broken between words, beneath where they begin. Pure.
import { displayWidth } from "effect/cli/CliOutput"

/** Narrower than this a second column is put beneath the first one instead. */
const columnMin = 28
const beneath = 6

/** Name and description of a row in a table: at least two spaces stand between them. */
const row = /^( {2}\S.*?\S {2,})(\S.*)$/

/** Words in lines of at most so many columns; a longer word has a line of its own. */
const broken = (text: string, columns: number): ReadonlyArray<string> => {
  const lines: Array<string> = []
  let line = ""
  for (const word of text.split(" ")) {
    const longer = line === "" ? word : `${line} ${word}`
    if (line !== "" && displayWidth(longer) > columns) {
      lines.push(line)
      line = word
    } else line = longer
  }
  return [...lines, line]
}

const wrapLine = (line: string, columns: number): string => {
  if (displayWidth(line) <= columns) return line
  const [, left, right] = row.exec(line) ?? []
  if (left === undefined || right === undefined) {
    const start = /^ */.exec(line)?.[0] ?? ""
    return broken(line.slice(start.length), columns - start.length).map((each) => start + each)
      .join("\n")
  }
  const isNarrow = columns - displayWidth(left) < columnMin
  const indent = isNarrow ? beneath : displayWidth(left)
  const rest = broken(right, columns - indent).join(`\n${" ".repeat(indent)}`)
  return isNarrow ? `${left.trimEnd()}\n${" ".repeat(indent)}${rest}` : left + rest
}

// oxlint-disable-next-line no-control-regex
const comment = /^( {2}(?:\u001b\[\d+m)?)# (.*)$/

/** A comment may be broken into several; a command is there to be copied, and stays whole. */
const wrapExample = (line: string, columns: number): string => {
  const [, start, words] = comment.exec(line) ?? []
  if (start === undefined || words === undefined || displayWidth(line) <= columns) return line
  return `${start}# ${broken(words, columns - 4).join("\n  # ")}`
}

/** `columns` 0: nothing is known of a width. */
export const wrapHelp = (text: string, columns: number): string => {
  if (columns <= 0) return text
  let areExamples = false
  return text.split("\n").map((line) => {
    areExamples ||= line.includes("EXAMPLES")
    return areExamples ? wrapExample(line, columns) : wrapLine(line, columns)
  }).join("\n")
}
