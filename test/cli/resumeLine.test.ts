// The line to paste: what was given, what the environment had said, and what is to be said instead.
import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { execFileSync } from "node:child_process"
import { only, resumeLine, shellQuoted } from "../../src/programs/cli/resumeLine.ts"
import type { Resumption } from "../../src/programs/cli/resumeLine.ts"

const of = (some: Partial<Resumption>): string =>
  resumeLine({ command: ["inkfast"], args: ["generate"], environment: [], instead: [], ...some })

describe("the line that goes on", () => {
  it("is the same again where nothing has to change", () => {
    assert.strictEqual(
      of({ command: ["npx", "inkfast"], args: ["generate", "--job", "my shop"] }),
      "npx inkfast generate --job 'my shop'"
    )
  })

  it("says as flags what the environment had said", () => {
    assert.strictEqual(
      of({ environment: [["--model", "fake-mini"], ["--hold-at-risk", "true"]] }),
      "inkfast generate --model fake-mini --hold-at-risk"
    )
  })

  it("replaces a flag in either form, and what the environment said of it", () => {
    const instead = [["--total-budget", "2.5"]] as const
    for (const args of [["--total-budget", "1"], ["--total-budget=1"]]) {
      assert.strictEqual(
        of({ args: ["generate", ...args, "--json"], instead }),
        "inkfast generate --json --total-budget 2.5"
      )
    }
    assert.strictEqual(
      of({ environment: [["--total-budget", "1"]], instead }),
      "inkfast generate --total-budget 2.5"
    )
  })

  it("turns a switch off, and takes no word behind it for its value", () => {
    assert.strictEqual(
      of({
        args: ["generate", "--hold-at-risk", "--json"],
        instead: [["--hold-at-risk", "false"]]
      }),
      "inkfast generate --json --hold-at-risk=false"
    )
  })

  it("keeps of the flags only those that are asked for", () => {
    const args = ["generate", "--job", "shop", "--json", "--data=d", "--budget", "1"]
    assert.deepStrictEqual(only(args, ["--job", "--data"]), ["--job", "shop", "--data=d"])
  })

  it("comes out of a shell as it went in", () => {
    const words = fc.array(fc.string({ unit: "binary" }).filter((word) => !word.includes("\0")), {
      minLength: 1
    })
    fc.assert(
      fc.property(words, (each) => {
        const line = `printf '%s\\0' ${each.map(shellQuoted).join(" ")}`
        const printed = execFileSync("/bin/sh", ["-c", line], { encoding: "utf8" })
        assert.deepStrictEqual(
          printed.split("\0").slice(0, -1),
          each.map((word) => Buffer.from(word).toString())
        )
      }),
      { numRuns: 20 }
    )
  })
})
