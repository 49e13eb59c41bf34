// What a consolidation could not do, and what it found damaged, is said to whoever runs it.
import { assert, describe, it } from "@effect/vitest"
import { consolidationText } from "../../src/programs/cli/consolidationText.ts"

const file = { read: 4, kept: 3, bytesBefore: 400, bytesAfter: 300 }
const plain = {
  updates: file,
  successes: file,
  rejects: { read: 0, kept: 0, bytesBefore: 0, bytesAfter: 0 },
  left: 0,
  quarantined: 0,
  damage: [],
  recoveredLines: 0,
  durationMs: 1234,
  pauseMs: 1.25
}
const damaged = (offset: number) => ({
  file: "master/updates.jsonl",
  offset,
  bytes: 7,
  lines: 1,
  path: "quarantine/updates.jsonl.0.a"
})

describe("consolidationText", () => {
  it("says what was read and kept, and nothing of what was in order", () => {
    assert.deepStrictEqual(consolidationText(plain).split("\n"), [
      "updates    4 lines read, 3 kept, 400 -> 300 bytes",
      "successes  4 lines read, 3 kept, 400 -> 300 bytes",
      "rejects    0 lines read, 0 kept, 0 -> 0 bytes",
      "took 1.23 s; appenders were held up for 1.3 ms"
    ])
  })

  it("says what is left, what was copied, and where damage stood", () => {
    const text = consolidationText({
      ...plain,
      left: 2,
      recoveredLines: 1,
      quarantined: 60,
      damage: Array.from({ length: 60 }, (_, n) => damaged(n * 7))
    })
    assert.include(text, "2 superseded lines are left for the next time")
    assert.include(text, "1 lines that one master lacked")
    assert.include(text, "60 corrupt lines were moved")
    assert.include(text, "master/updates.jsonl at byte 7: 1 lines, 7 bytes: quarantine/")
    assert.include(text, "and 10 more places")
  })
})
