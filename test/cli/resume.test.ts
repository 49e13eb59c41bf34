// The last line of a run that has stopped: pasted into a shell that knows nothing else, it goes on where the run was.
import { assert, describe, it } from "@effect/vitest"
import { sandbox } from "../support/Cli.ts"
import { gateTo } from "../support/Gate.ts"
import type { Ended } from "../support/processes.ts"
import { billed, itemsOf, settings } from "../support/Sandbox.ts"
import type { Sandbox } from "../support/Sandbox.ts"
import { master } from "../crash/oracle.ts"

const items = 6

/** One rung, and prices by which a call of 400 output tokens may cost about $0.0015. */
const oneRung = (more = ""): string =>
  settings(`concurrency: 1\nconsolidateEvery: 0\n${more}`).replace(/\n {2}strong:.*/, "")
    .replaceAll("fake-mini", "fake-sure")

const lineOf = ({ stderr }: Ended): string => {
  const last = stderr.at(-1) ?? ""
  assert.match(last, /^to go on[^:]*: /, stderr.join("\n"))
  return last.slice(last.indexOf(": ") + 2)
}

/** Runs the line as a shell does, with no variable of ours. */
const paste = (box: Sandbox, line: string, input?: string): Promise<Ended> =>
  box.shell(line, [], input === undefined ? {} : { input })

const kept = (box: Sandbox): number => master(box.data, "successes").length

describe("the line that goes on", () => {
  it("says what the environment had said, but never the key, and that the rows are wanted again", async () => {
    const box = sandbox()
    box.job({ settings: oneRung().replaceAll("fake-sure", "nobodys-model"), items: "" })
    box.write(
      "my prices.json",
      JSON.stringify({ "fake-sure": { inputUsdPerMtok: 1, outputUsdPerMtok: 2 } })
    )
    const server = await box.fakeLlm()
    const held = await gateTo(server.url)
    const env = {
      MODEL: "fake-sure",
      STRONG_MODEL: "none",
      OPENAI_BASE_URL: held.url,
      PRICES_FILE: "my prices.json",
      TOTAL_BUDGET_USD: "1.5",
      OPENAI_API_KEY: "sk-nobody-may-see-this"
    }
    const running = box.start(["generate", "--in", "-"], { env, input: itemsOf(items) })
    await held.held(1)
    running.child.kill("SIGTERM")
    held.release()
    const ended = await running.ended
    assert.strictEqual(ended.code, 3)
    assert.match(ended.stderr.at(-1) ?? "", /^to go on, with the same rows on standard input: /)
    const line = lineOf(ended)
    assert.notInclude(ended.stderr.join("\n"), "nobody-may-see")
    assert.include(line, `--base-url ${held.url}`)
    const resumed = await paste(box, line, itemsOf(items))
    assert.strictEqual(resumed.code, 0, [line, ...resumed.stderr].join("\n"))
    assert.strictEqual(kept(box), items)
    assert.deepStrictEqual(
      new Set(billed(server).map(({ model }) => model)),
      new Set(["fake-sure"])
    )
  })

  it("has a run's budget under which the next call fits", async () => {
    const box = sandbox()
    box.job({ settings: oneRung(), items: itemsOf(items) })
    const server = await box.fakeLlm()
    let ended = await box.run(["generate", "--base-url", server.url, "--budget", "0.0001"])
    assert.strictEqual(billed(server).length, 0)
    for (let calls = 0; ended.code === 6; calls = billed(server).length) {
      ended = await paste(box, lineOf(ended))
      assert.isAbove(billed(server).length, calls, ended.stderr.join("\n"))
    }
    assert.strictEqual(ended.code, 0, ended.stderr.join("\n"))
    assert.strictEqual(kept(box), items)
  })

  it("has a total budget that is expected to do", async () => {
    const box = sandbox()
    box.job({ settings: oneRung(), items: itemsOf(40) })
    const server = await box.fakeLlm()
    const ended = await box.run(["generate", "--base-url", server.url, "--total-budget", "0.004"])
    assert.strictEqual(ended.code, 6, ended.stderr.join("\n"))
    assert.isAbove(kept(box), 0)
    assert.match(ended.stderr.at(-2) ?? "", /^the \d+ items left may take \$[\d.]+ more$/)
    const resumed = await paste(box, lineOf(ended))
    assert.strictEqual(resumed.code, 0, resumed.stderr.join("\n"))
    assert.strictEqual(kept(box), 40)
  })

  it("does not hold again what is all that is left, and says what that means", async () => {
    const box = sandbox()
    box.job({ settings: oneRung("transientAttemptsMax: 1\n"), items: itemsOf(1) })
    const server = await box.fakeLlm({ faults: [{ kind: "drop", count: 1 }] })
    const args = ["generate", "--base-url", server.url, "--hold-at-risk"]
    await box.run(args)
    const held = await box.run(args)
    assert.strictEqual(held.code, 3, held.stderr.join("\n"))
    assert.match(
      held.stderr.at(-1) ?? "",
      /^to go on, paying again for what may have been billed: /
    )
    const resumed = await paste(box, lineOf(held))
    assert.strictEqual(resumed.code, 0, resumed.stderr.join("\n"))
  })

  it("is there for a sample, too", async () => {
    const box = sandbox()
    box.job({ settings: oneRung(), items: itemsOf(items) })
    const server = await box.fakeLlm()
    const sample = ["estimate", "--sample", "3", "--base-url", server.url]
    const ended = await box.run([...sample, "--budget", "0.0001"])
    assert.strictEqual(ended.code, 6, ended.stderr.join("\n"))
    const resumed = await paste(box, lineOf(ended))
    assert.notInclude([1, 2], resumed.code)
    assert.isAbove(kept(box), 0)
  })
})
