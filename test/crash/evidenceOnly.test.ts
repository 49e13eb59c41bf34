// I11: a probe, by whatever name, changes no byte of the data directory and makes no model call.
import { assert, describe, it } from "@effect/vitest"
import { createHash } from "node:crypto"
import * as fs from "node:fs"
import * as path from "node:path"
import { eventsOf, sandbox } from "../support/Cli.ts"
import { billed, itemsOf, rowOf } from "../support/Sandbox.ts"

/** Every path below the directory with its kind, size, times and contents. */
const picture = (directory: string): ReadonlyArray<string> =>
  [".", ...fs.readdirSync(directory, { recursive: true, encoding: "utf8" })].sort().map((name) => {
    const file = path.join(directory, name)
    const stat = fs.statSync(file, { bigint: true })
    const { ctimeNs, ino, mode, mtimeNs, size } = stat
    const contents = stat.isFile()
      ? createHash("sha256").update(fs.readFileSync(file)).digest("hex")
      : "directory"
    return [name, ino, mode, size, mtimeNs, ctimeNs, contents].join(" ")
  })

const ways = [
  { name: "probe", args: ["probe"], env: {} },
  { name: "generate --evidence-only", args: ["generate", "--evidence-only"], env: {} },
  { name: "EVIDENCE_ONLY=1 generate", args: ["generate"], env: { EVIDENCE_ONLY: "1" } }
]

describe("I11: evidence only", () => {
  for (const { args, env, name } of ways) {
    it(`${name} leaves a data directory that is half done as it was, byte for byte`, async () => {
      const box = sandbox()
      const thin = `${JSON.stringify({ slug: "thin", name: "Lamp" })}\n`
      box.job({ items: itemsOf(9) + thin })
      const server = await box.fakeLlm({
        faults: [{ kind: "drop", match: rowOf(1).slug, count: 1 }]
      })
      await box.run(["generate", "--base-url", server.url, "--limit", "4"])
      // A torn end, such as a kill can leave: mending it is not a probe's business.
      fs.appendFileSync(path.join(box.data, "master", "successes.jsonl"), `{"slug":"lamp-8","ti`)
      const before = picture(box.data)
      const paid = billed(server).length
      const { code, stderr, stdout } = await box.run(
        [...args, "--base-url", server.url, "--json"],
        { env }
      )
      assert.strictEqual(code, 0, stderr.join("\n"))
      assert.strictEqual(eventsOf(stdout).filter(({ event }) => event === "probed").length, 6)
      assert.deepStrictEqual(picture(box.data), before)
      assert.strictEqual(billed(server).length, paid)
    })
  }

  it("where there is no data directory, none is made", async () => {
    const box = sandbox()
    box.job()
    const { code } = await box.run(["probe", "--json"], { env: { EVIDENCE_ONLY: "1" } })
    assert.strictEqual(code, 0)
    assert.isFalse(fs.existsSync(box.data))
  })
})
