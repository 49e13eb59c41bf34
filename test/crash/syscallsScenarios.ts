// What a process finds, and what it does, while each of its system calls is made to fail.
import * as fs from "node:fs"
import * as path from "node:path"
import { encodeLine } from "../../src/services/durability/LineCodec.ts"
import { toLineObject } from "../../src/services/master/Record.ts"
import { makeRecord } from "../support/records.ts"
import type { Step } from "./crashSteps.ts"

export interface Scenario {
  /** Taken undisturbed before, in a process that ended well. */
  readonly before: ReadonlyArray<Step>
  /** What then happened to the files. */
  readonly damage?: (root: string) => void
  readonly steps: ReadonlyArray<Step>
}

const lineOf = (n: number): Uint8Array => encodeLine(toLineObject(makeRecord(n)))

/**
 * A writer died in its second batch: damage with a whole line behind it, one file shorter than the other, damage at the
 * end of its journal, temps.
 */
const tear = (root: string): void => {
  const at = (...names: ReadonlyArray<string>) => path.join(root, ...names)
  fs.appendFileSync(
    at("master", "updates.jsonl"),
    Buffer.concat([lineOf(101), Buffer.from(`{"slug":"\0\0\n`), lineOf(102)])
  )
  fs.appendFileSync(at("master", "successes.jsonl"), Buffer.from(lineOf(101)).subarray(0, 40))
  const journal = fs.readdirSync(at("raw")).find((name) => name.endsWith(".jsonl"))!
  fs.appendFileSync(
    at("raw", journal),
    `{"slug":"item-9","\0\n{"slug":"item-9","_tag":"intent","id":"`
  )
  fs.writeFileSync(at("master", ".successes.jsonl.0123456789ab.tmp"), "left by a kill")
  fs.mkdirSync(at("quarantine"), { recursive: true })
  fs.writeFileSync(
    at("quarantine", ".updates.jsonl.0.20260101.abcd.0123456789ab.tmp"),
    "left by a kill"
  )
}

export const scenarios: { readonly [name: string]: Scenario } = {
  fresh: { before: [], steps: ["record 1", "reject 1", "records 2 5", "record 5"] },
  recovery: {
    before: ["record 1", "record 2", "reject 1"],
    damage: tear,
    steps: ["replay", "record 11"]
  },
  consolidation: {
    before: ["shadowed 1", "record 1", "shadowed 2", "record 2", "reject 3"],
    steps: ["record 11", "consolidate", "record 12"]
  }
}
