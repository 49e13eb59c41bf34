// The oracle of the crash tests finds what it is there to find.
import { assert, describe, it } from "@effect/vitest"
import * as fs from "node:fs"
import * as path from "node:path"
import { encodeLine } from "../../src/services/durability/LineCodec.ts"
import { sandbox } from "../support/Cli.ts"
import type { Sandbox } from "../support/Sandbox.ts"
import { assertKept, assertPaidOnce, exposureOf, journalLines, master } from "./oracle.ts"

const record = (id: string): Uint8Array => encodeLine({ slug: "a", _meta: { id } })

const given = (): Sandbox => {
  const box = sandbox()
  for (const name of ["updates", "successes"]) {
    box.write(`data/master/${name}.jsonl`, Buffer.concat([record("r:1"), record("r:2")]))
  }
  box.write(
    "data/raw/ai-run-r.jsonl",
    Buffer.concat([
      encodeLine({ slug: "a", _tag: "intent", id: "r:1", model: "m" }),
      encodeLine({ slug: "a", _tag: "response", id: "r:1" }),
      encodeLine({ slug: "b", _tag: "intent", id: "r:2", model: "m" })
    ])
  )
  return box
}

describe("the oracle", () => {
  it("I1: misses a record that one of the masters has not", () => {
    const { data } = given()
    assertKept(data, new Set(["r:1", "r:2"]))
    fs.writeFileSync(path.join(data, "master", "successes.jsonl"), record("r:1"))
    assert.throws(() => assertKept(data, new Set(["r:2"])), "not in successes.jsonl: r:2")
  })

  it("I4: sees one changed byte in a terminated line, and leaves the unterminated end alone", () => {
    const { data } = given()
    const file = path.join(data, "master", "updates.jsonl")
    fs.appendFileSync(file, `{"slug":"b`)
    assert.strictEqual(master(data, "updates").length, 2)
    const bytes = fs.readFileSync(file)
    bytes[9] = 0x62
    fs.writeFileSync(file, bytes)
    assert.throws(() => master(data, "updates"), "updates.jsonl:1: the checksum")
  })

  it("I10: sees a body that was billed again without being at risk", () => {
    const { data } = given()
    const paid = { slug: "a", model: "m", body: "x" }
    const lost = { slug: "b", model: "m", body: "y" }
    assert.strictEqual(assertPaidOnce(data, [paid], []), 0)
    assert.throws(() => assertPaidOnce(data, [paid, paid], []), "billed 2 times")
    assert.throws(
      () => assertPaidOnce(data, [paid, lost], []),
      "b m: billed 1 times, 0 answers kept, 0 calls"
    )
    assert.strictEqual(assertPaidOnce(data, [paid, lost], [lost]), 0)
    assert.strictEqual(assertPaidOnce(data, [paid, paid], [paid]), 1)
  })

  it("I10: adds up what is spent and what may be, and no call that took another's place while it read", () => {
    const box = sandbox()
    const intent = (id: string) => encodeLine({ slug: "a", _tag: "intent", id, reservedNanoUsd: 8 })
    const one = "data/raw/ai-run-1.jsonl"
    const two = "data/raw/ai-run-2.jsonl"
    box.write(one, intent("1:1"))
    box.write(two, intent("2:1"))
    assert.strictEqual(exposureOf(box.data), 16)
    const answer = encodeLine({ slug: "a", _tag: "response", id: "1:1", costNanoUsd: 1 })
    box.write(one, Buffer.concat([intent("1:1"), answer]))
    assert.strictEqual(exposureOf(box.data), 9)

    // Between its two journals, one is answered, and another run takes what that gave back.
    box.write(one, intent("1:1"))
    const meanwhile = (data: string) => {
      const before = journalLines(data).filter(({ id }) => id === "1:1")
      box.write(one, Buffer.concat([intent("1:1"), answer]))
      box.write(two, Buffer.concat([intent("2:1"), intent("2:2")]))
      return [...before, ...journalLines(data).filter(({ id }) => id !== "1:1")]
    }
    let readings = 0
    const read = (data: string) => readings++ === 0 ? meanwhile(data) : journalLines(data)
    assert.strictEqual(exposureOf(box.data, read), 17)
  })
})
