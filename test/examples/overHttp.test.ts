// The examples and presets as a user runs them: the command and the model server as processes of their own, over HTTP.
import { assert, describe, it } from "@effect/vitest"
import * as fs from "node:fs"
import * as path from "node:path"
import { makeItems } from "../../examples/packages/make-items.ts"
import { ExitCode } from "../../src/programs/ExitCode.ts"
import type { Finding } from "../../src/services/qa/Finding.ts"
import { eventsOf, sandbox } from "../support/Cli.ts"
import type { FakeServer, Sandbox } from "../support/Sandbox.ts"

const root = path.join(import.meta.dirname, "..", "..")

const copyExample = (box: Sandbox, name: string): string => {
  fs.cpSync(path.join(root, "examples", name), box.at(name), {
    recursive: true,
    filter: (source) => !["data", "readmes"].includes(path.basename(source))
  })
  return box.at(name)
}

/** Two models of these names, at a price. */
const pricesOf = (box: Sandbox, models: ReadonlyArray<string>): string =>
  box.write(
    "prices.json",
    JSON.stringify(Object.fromEntries(models.map((model) => [model, {
      inputUsdPerMtok: 0.15,
      outputUsdPerMtok: 0.6
    }])))
  )

const ladder = (box: Sandbox, base: string, strong: string): ReadonlyArray<string> => [
  "--model",
  base,
  "--strong-model",
  strong,
  "--prices",
  pricesOf(box, [base, strong])
]

interface Rejected {
  readonly slug: string
  readonly findings: ReadonlyArray<Finding>
}

const generate = async (
  box: Sandbox,
  { url }: FakeServer,
  job: string,
  more: ReadonlyArray<string> = []
) => {
  const args = ["generate", "--job", job, "--base-url", url, "--json", ...more]
  const { code, stderr, stdout } = await box.run(args, { env: { OPENAI_API_KEY: "test" } })
  const events = eventsOf(stdout)
  return {
    code,
    stderr,
    accepted: events.filter(({ event }) => event === "accepted"),
    rejected: events.filter(({ event }) => event === "rejected") as unknown as ReadonlyArray<
      Rejected
    >
  }
}

const wholePage = /[.!?]$/

describe("over HTTP", () => {
  it("examples/whops ends with a page for every product, each of whole sentences", async () => {
    const box = sandbox()
    const job = copyExample(box, "whops")
    const { accepted, code, stderr } = await generate(box, await box.fakeLlm(), job)
    assert.deepStrictEqual([code, accepted.length], [ExitCode.done, 12], stderr.join("\n"))
    const file = path.join(job, "data/content/master/successes.jsonl")
    for (const line of fs.readFileSync(file, "utf8").trim().split("\n")) {
      const { about, details, faq, howToRedeem, terms } = JSON.parse(line)
      const texts = [about, ...howToRedeem, ...details, ...terms]
      for (const { answer } of faq) texts.push(answer)
      for (const text of texts) assert.match(text, wholePage)
    }
    assert.strictEqual((await box.run(["audit", "--job", job])).code, ExitCode.done)
  })

  it("so does a job of the preset", async () => {
    const box = sandbox()
    const job = box.at("pages")
    await box.run(["init", "--preset", "product-pages", job])
    fs.copyFileSync(path.join(root, "examples/whops/items.jsonl"), path.join(job, "items.jsonl"))
    const { accepted, code, stderr } = await generate(box, await box.fakeLlm(), job)
    assert.deepStrictEqual([code, accepted.length], [ExitCode.done, 12], stderr.join("\n"))
  })

  it("a model that repeats itself, invents figures or pads gets nothing past QA", async () => {
    const box = sandbox()
    const bad = ladder(box, "fake-bad", "fake-bad-large")
    const server = await box.fakeLlm()
    const whops = await generate(box, server, copyExample(box, "whops"), bad)
    assert.deepStrictEqual([whops.code, whops.accepted.length], [ExitCode.rejects, 0])
    assert.lengthOf(whops.rejected, 12)
    const job = copyExample(box, "packages")
    makeItems(path.join(root, "node_modules"), job)
    const packages = await generate(box, server, job, [...bad, "--limit", "40"])
    assert.deepStrictEqual([packages.code, packages.accepted.length], [ExitCode.rejects, 0])
    assert.lengthOf(packages.rejected, 40)
  })

  it("a model that begins every page alike gets no more through than may begin so", async () => {
    const box = sandbox()
    const worn = ladder(box, "fake-worn", "fake-worn-large")
    const job = copyExample(box, "whops")
    const { accepted, rejected } = await generate(box, await box.fakeLlm(), job, worn)
    const slugs = accepted.map(({ slug }) => slug)
    assert.isAtMost(slugs.length, 3)
    assert.lengthOf(rejected, 12 - slugs.length)
    const twins = rejected.flatMap(({ findings }) => findings)
      .filter(({ rule }) => rule === "openers")
      .map(({ message }) => /such as that of "([^"]+)"/.exec(message)?.[1])
    assert.isAbove(twins.length, 6)
    for (const twin of twins) assert.include(slugs, twin)
  })
})
