// A wrong invocation: the flag by all its names, what was given, what it must be.
import { assert, it } from "@effect/vitest"
import * as Option from "effect/Option"
import * as CliError from "effect/cli/CliError"
import { usageWords } from "../../src/programs/cli/usageWords.ts"

const batch = {
  name: "batch",
  aliases: ["--concurrency"],
  type: "integer",
  description: Option.none(),
  required: false
}

const invalid = (option: string, value: string, expected: string) =>
  new CliError.InvalidValue({ option, value, expected, kind: "flag" })

it.for(
  [
    [
      "a number that is none",
      invalid("batch", "x", "Expected a string representing a finite number"),
      `--batch (or --concurrency): is "x"; must be a number`
    ],
    [
      "a part of one",
      invalid("limit", "1.5", "Expected an integer"),
      `--limit: is "1.5"; must be a whole number`
    ],
    [
      "the same flag under both names",
      invalid("batch", "2 occurrences", "at most 1 value"),
      "--batch (or --concurrency): is given 2 times; give it once"
    ],
    [
      "another word than those allowed",
      invalid("phase", "X", `"A" | "B" | "all"`),
      `--phase: is "X"; must be A, B or all`
    ],
    ["no value", invalid("in", "", "FILE"), "--in: has no value; must be FILE"],
    [
      "what a check of ours has said",
      invalid("port", "99999", "99999 is no port: it must be from 0 to 65535"),
      "--port: 99999 is no port: it must be from 0 to 65535"
    ],
    [
      "a flag that is none, with what was meant",
      new CliError.UnrecognizedOption({
        option: "--buget",
        suggestions: ["--budget"],
        command: ["inkfast", "generate"]
      }),
      "Unrecognized flag: --buget in command inkfast generate; did you mean --budget?"
    ]
  ] as const
)("%s", ([, error, words]) => {
  assert.strictEqual(usageWords(error, [batch]), words)
})
