// Each draft counts once, as it was judged last.
import { assert, describe, it } from "@effect/vitest"
import { VerdictTally } from "../../../src/programs/qaReport/VerdictTally.ts"
import type { JudgedDraft } from "../../../src/programs/qaReport/VerdictTally.ts"

const finding = (rule: string, text = "t") => ({ rule, field: "/f", text, message: "m" })
const draft = (id: string, over: Partial<JudgedDraft> = {}): JudgedDraft => ({
  id,
  slug: `item of ${id}`,
  rung: 0,
  isAccepted: true,
  findings: [],
  ...over
})

describe("VerdictTally", () => {
  it("a draft that is judged again counts as it was judged last, on the rung where it was written", () => {
    const tally = new VerdictTally()
    tally.add(draft("r:1", { isAccepted: false, findings: [finding("length")], rung: 1 }))
    tally.add(draft("r:2"))
    tally.add(draft("r:1", { rung: undefined }))
    tally.add(draft("r:2", { rung: undefined, isAccepted: false, findings: [finding("banned")] }))
    assert.deepStrictEqual(tally.report, {
      judged: 2,
      accepted: 1,
      passShare: 0.5,
      byRule: [{
        rule: "banned",
        rejected: 1,
        warned: 0,
        passShare: 0.5,
        fields: [{ field: "/f", drafts: 1 }],
        examples: [{ slug: "item of r:2", field: "/f", text: "t", message: "m" }]
      }],
      byRung: [
        { rung: 0, judged: 1, accepted: 0, passShare: 0 },
        { rung: 1, judged: 1, accepted: 1, passShare: 1 }
      ]
    })
  })

  it("tells in which fields, so that rules of one kind without ids are told apart", () => {
    const tally = new VerdictTally()
    const at = (field: string) => ({ ...finding("length"), field })
    tally.add(draft("1", { findings: [at("/faq/0/answer"), at("/faq/2/answer"), at("/title")] }))
    tally.add(draft("2", { findings: [at("/faq/1/answer"), at("")] }))
    assert.deepStrictEqual(tally.report.byRule[0]?.fields, [
      { field: "/faq/*/answer", drafts: 2 },
      { field: "/title", drafts: 1 }
    ])
  })

  it("a rule counts once a draft, with the last of what it found; the newest three are shown", () => {
    const tally = new VerdictTally()
    for (const id of ["1", "2", "3", "4"]) {
      tally.add(draft(id, { findings: [finding("reuse", "first"), finding("reuse", "last")] }))
    }
    const [rule] = tally.report.byRule
    assert.deepInclude(rule, { rule: "reuse", rejected: 0, warned: 4, passShare: 1 })
    assert.deepStrictEqual(rule?.examples.map(({ slug, text }) => `${slug}: ${text}`), [
      "item of 4: last",
      "item of 3: last",
      "item of 2: last"
    ])
  })
})
