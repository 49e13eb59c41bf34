// A wrong invocation in one line: which flag, what it is, what it must be. Pure.
import type { NonShowHelpErrors } from "effect/cli/CliError"
import type { FlagDoc } from "effect/cli/HelpDoc"

const suggestions = /\s*Did you mean this\?\s*([\s\S]*)$/

/** `…; did you mean --budget?` */
const inOneLine = (message: string): string => {
  const [found, names = ""] = suggestions.exec(message) ?? []
  if (found === undefined) return message.trim()
  return `${message.slice(0, -found.length).trim()}; did you mean ${
    names.trim().split(/\s+/).join(" or ")
  }?`
}

/** `"A" | "B" | "all"` as `A, B or all`. */
const listed = (choices: string): string => {
  const words = choices.split(" | ").map((choice) => choice.replaceAll(`"`, ""))
  return words.length < 2
    ? words.join("")
    : `${words.slice(0, -1).join(", ")} or ${words.at(-1) ?? ""}`
}

const mustBe = (expected: string): string => {
  const what = expected.replace(/^Expected:? /, "")
  return what === "a string representing a finite number"
    ? "a number"
    : what === "an integer"
    ? "a whole number"
    : listed(what)
}

/** With its other names, any of which may have been typed. */
const flagName = (option: string, flags: ReadonlyArray<FlagDoc>): string => {
  const aliases = flags.find(({ name }) => name === option)?.aliases ?? []
  return `--${option}${aliases.length > 0 ? ` (or ${aliases.join(", ")})` : ""}`
}

/** `flags`: of the command that was called, for their other names. */
export const usageWords = (error: NonShowHelpErrors, flags: ReadonlyArray<FlagDoc>): string => {
  if (error._tag !== "InvalidValue") return inOneLine(error.message)
  const { expected, kind, option, value } = error
  const name = kind === "argument" ? `<${option}>` : flagName(option, flags)
  const times = /^(\d+) occurrences$/.exec(value)
  if (times !== null) return `${name}: is given ${times[1]} times; give it once`
  if (value === "") return `${name}: has no value; must be ${mustBe(expected)}`
  // A check of our own says it all.
  return expected.startsWith(`${value} is no `)
    ? `${name}: ${expected}`
    : `${name}: is "${value}"; must be ${mustBe(expected)}`
}
