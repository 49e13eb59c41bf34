// Help as wide as the terminal, and nothing of it lost.
import { assert, it } from "@effect/vitest"
import * as fc from "fast-check"
import { displayWidth } from "effect/cli/CliOutput"
import { wrapHelp } from "../../src/programs/cli/wrapHelp.ts"

const text = [
  "DESCRIPTION",
  "  Writes every pending item, and keeps what passes on disk at once.",
  "",
  "FLAGS",
  "  --in FILE     Input: .jsonl, .csv, .tsv, or - for standard input",
  "  --completions <bash|zsh|fish|powershell>     Print a script for the shell",
  "",
  "EXAMPLES",
  "  # A command is there to be copied, and what is said of it may be folded",
  "  inkfast generate --job shop --in items.csv --key sku --limit 10"
].join("\n")

it("breaks between words, beneath where the description begins", () => {
  assert.strictEqual(
    wrapHelp(text, 50),
    [
      "DESCRIPTION",
      "  Writes every pending item, and keeps what passes",
      "  on disk at once.",
      "",
      "FLAGS",
      "  --in FILE     Input: .jsonl, .csv, .tsv, or -",
      "                for standard input",
      "  --completions <bash|zsh|fish|powershell>",
      "      Print a script for the shell",
      "",
      "EXAMPLES",
      "  # A command is there to be copied, and what is",
      "  # said of it may be folded",
      "  inkfast generate --job shop --in items.csv --key sku --limit 10"
    ].join("\n")
  )
})

it("leaves everything as it is where no width is known, or where it fits", () => {
  assert.strictEqual(wrapHelp(text, 0), text)
  assert.strictEqual(wrapHelp(text, 200), text)
})

it("does not count color as columns", () => {
  const colored = "  \u001b[32m--in\u001b[0m FILE     one two three four five six seven"
  assert.strictEqual(
    wrapHelp(colored, 46),
    "  \u001b[32m--in\u001b[0m FILE     one two three four five six\n" +
      `${" ".repeat(16)}seven`
  )
})

it("loses no word, and is wider only where one word is", () => {
  const word = fc.stringMatching(/^[a-z]{1,12}$/)
  const line = fc.tuple(word, fc.array(word, { minLength: 1 })).map(([name, words]) =>
    `  --${name}     ${words.join(" ")}`
  )
  fc.assert(fc.property(fc.array(line), fc.integer({ min: 24, max: 120 }), (lines, columns) => {
    const wrapped = wrapHelp(lines.join("\n"), columns)
    assert.strictEqual(
      wrapped.split(/\s+/).join(" "),
      lines.join("\n").split(/\s+/).join(" ")
    )
    for (const each of wrapped.split("\n")) assert.isAtMost(displayWidth(each), columns)
  }))
})
